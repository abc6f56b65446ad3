package dev.windlass.operator;

import dev.windlass.kube.ControlPlane;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Service accounts that may do what {@link Rbac} says and nothing else; clients of them. */
public final class Grants {
  private static final String GROUP = "rbac.authorization.k8s.io";

  private Grants() {}

  /**
   * @param release namespace of a release
   * @param name of the release's objects
   */
  public static KubernetesClient operator(
      ControlPlane plane, String release, String name, Predicate<Rbac.Rule> granted) {
    var client = plane.clientFor(release, "operator");
    cluster(plane, release, "operator", rules(document("operator-cluster.yaml"), name, granted));
    namespace(
        plane, release, "operator", rules(document("operator-namespace.yaml"), name, granted));
    return client;
  }

  /** Of a release whose node probe is on. */
  static KubernetesClient prober(ControlPlane plane, String release) {
    var client = plane.clientFor(release, "operator");
    var rules = new ArrayList<PolicyRule>();
    for (var file : List.of("operator-cluster.yaml", "node-probe-cluster.yaml"))
      rules.addAll(rules(document(file), "windlass", _ -> true));
    cluster(plane, release, "operator", rules);
    namespace(
        plane,
        release,
        "operator",
        rules(document("operator-namespace.yaml"), "windlass", _ -> true));
    return client;
  }

  /**
   * @param release namespace of a release
   */
  public static KubernetesClient head(ControlPlane plane, String release) {
    var client = plane.clientFor(release, "head");
    cluster(plane, release, "head", rules(document("head-cluster.yaml"), "windlass", _ -> true));
    return client;
  }

  private static Rbac.Document document(String file) {
    return Rbac.all().stream().filter(d -> d.file().equals(file)).findFirst().orElseThrow();
  }

  private static void cluster(
      ControlPlane plane, String release, String account, List<PolicyRule> rules) {
    var name = account + "-" + release;
    plane
        .client()
        .resource(
            new ClusterRoleBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withRules(rules)
                .build())
        .create();
    plane
        .client()
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewRoleRef(GROUP, "ClusterRole", name)
                .addNewSubject("", "ServiceAccount", account, release)
                .build())
        .create();
  }

  private static void namespace(
      ControlPlane plane, String release, String account, List<PolicyRule> rules) {
    plane
        .client()
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withNamespace(release)
                .withName(account)
                .endMetadata()
                .withRules(rules)
                .build())
        .create();
    plane
        .client()
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(release)
                .withName(account)
                .endMetadata()
                .withNewRoleRef(GROUP, "Role", account)
                .addNewSubject("", "ServiceAccount", account, release)
                .build())
        .create();
  }

  private static List<PolicyRule> rules(
      Rbac.Document document, String name, Predicate<Rbac.Rule> granted) {
    return document.rules().stream()
        .filter(granted)
        .map(
            rule ->
                new PolicyRuleBuilder()
                    .withApiGroups(rule.group())
                    .withResources(rule.resources())
                    .withVerbs(rule.verbs())
                    .withResourceNames(
                        rule.names().stream().map(n -> n.replace("$NAME", name)).toList())
                    .build())
        .toList();
  }
}
