package dev.windlass.operator;

import dev.windlass.operator.api.ApiNames;
import java.util.List;

/**
 * What each role may ask of the API server, and why: the only place that says it. The chart's
 * {@code files/rbac} are written from here, and tests run an operator with exactly this.
 *
 * <p>{@code $NAME} stands for the name of the release's objects.
 */
public final class Rbac {
  private static final String CORE = "";

  private Rbac() {}

  /**
   * @param why on a line before it
   * @param names empty: any
   */
  public record Rule(
      String why, String group, List<String> resources, List<String> verbs, List<String> names) {
    public Rule {
      resources = List.copyOf(resources);
      verbs = List.copyOf(verbs);
      names = List.copyOf(names);
    }
  }

  /**
   * @param file without directory
   * @param kind ClusterRole or Role
   */
  public record Document(String file, String kind, List<Rule> rules) {
    public Document {
      rules = List.copyOf(rules);
    }
  }

  public static List<Document> all() {
    return List.of(
        new Document("operator-cluster.yaml", "ClusterRole", operatorInCluster()),
        new Document("operator-namespace.yaml", "Role", operatorInItsNamespace()),
        new Document("node-probe-cluster.yaml", "ClusterRole", nodeProbe()),
        new Document("head-cluster.yaml", "ClusterRole", head()));
  }

  private static List<Rule> operatorInCluster() {
    return List.of(
        rule("which nodes fit a profile, and where a pod is", CORE, "nodes", "get,list,watch"),
        rule("nothing is made where all is going", CORE, "namespaces", "get,list,watch"),
        rule("who attests", "authentication.k8s.io", "tokenreviews", "create"),
        rule(
            "whether a volume may wait for its pod",
            "storage.k8s.io",
            "storageclasses",
            "list,watch"),
        rule(
            "what users ask for",
            ApiNames.GROUP,
            "functions,hardwareprofiles,workerpools,workers",
            "list,watch"),
        rule(
            "what became of it",
            ApiNames.GROUP,
            "functions/status,hardwareprofiles/status,workerpools/status,workers/status",
            "patch"),
        rule("the pull secret that a function names, by its name", CORE, "secrets", "get"),
        rule("autoscale", ApiNames.GROUP, "workerpools/scale", "get,update"),
        rule(
            "owner references that hold back deletion, where admission checks them",
            ApiNames.GROUP,
            "workerpools/finalizers",
            "update"),
        rule(
            "one Worker for each pod, which goes when the log has heard of it",
            ApiNames.GROUP,
            "workers",
            "get,create,delete,patch,update"),
        rule("a pool's pods, and what attests", CORE, "pods", "get,list,watch,create,delete"),
        rule("their readiness gate", CORE, "pods/status", "patch"),
        rule("drains that respect budgets", CORE, "pods/eviction", "create"),
        named(
            "the account of workers, which may do nothing",
            CORE,
            "serviceaccounts",
            "list,watch,create,patch",
            ApiNames.WORKER_SERVICE_ACCOUNT),
        named(
            "the authority's roots beside each pool",
            CORE,
            "configmaps",
            "get,list,watch,create,patch",
            "$NAME-trust"),
        rule("a budget for each pool", "policy", "poddisruptionbudgets", "list,watch,create,patch"),
        rule("what happened, for kubectl describe", "events.k8s.io", "events", "create,patch"),
        rule("that a revocation did not reach the log", CORE, "events", "create"));
  }

  private static List<Rule> operatorInItsNamespace() {
    return List.of(
        rule(
            "a Lease cannot be named before it is there",
            "coordination.k8s.io",
            "leases",
            "create"),
        named(
            "which operator leads",
            "coordination.k8s.io",
            "leases",
            "get,update,patch",
            "$NAME-operator"),
        rule("the leader's label, and the identities of heads", CORE, "pods", "get,list,patch"),
        rule("the release's keys, made where there are none", CORE, "secrets", "get,create,update"),
        rule("the log's policy and the roots", CORE, "configmaps", "get,create,patch"));
  }

  /** Of the operator too, where the node probe is switched on. */
  private static List<Rule> nodeProbe() {
    return List.of(rule("what the node probe measured", CORE, "nodes", "patch"));
  }

  private static List<Rule> head() {
    return List.of(
        rule(
            "what to serve, and whose results to believe",
            ApiNames.GROUP,
            "functions,workers,workerpools",
            "get,list,watch"),
        rule("whom it hears of", ApiNames.GROUP, "workers/status", "patch"));
  }

  private static Rule rule(String why, String group, String resources, String verbs) {
    return new Rule(why, group, split(resources), split(verbs), List.of());
  }

  private static Rule named(String why, String group, String resources, String verbs, String name) {
    return new Rule(why, group, split(resources), split(verbs), List.of(name));
  }

  private static List<String> split(String text) {
    return List.of(text.split(","));
  }

  /** As a file of the chart. */
  public static String yaml(Document document) {
    var text =
        new StringBuilder(
            "# Written by RbacTest from dev.windlass.operator.Rbac; $NAME is the release's.\n");
    text.append("apiVersion: rbac.authorization.k8s.io/v1\nkind: ").append(document.kind());
    text.append("\nmetadata:\n  name: $NAME\nrules:\n");
    for (var rule : document.rules()) {
      text.append("  # ").append(rule.why()).append('\n');
      text.append("  - apiGroups: ").append(list(List.of(rule.group()))).append('\n');
      text.append("    resources: ").append(list(rule.resources())).append('\n');
      if (!rule.names().isEmpty())
        text.append("    resourceNames: ").append(list(rule.names())).append('\n');
      text.append("    verbs: ").append(list(rule.verbs())).append('\n');
    }
    return text.toString();
  }

  private static String list(List<String> words) {
    return words.isEmpty() ? "[]" : "[\"" + String.join("\", \"", words) + "\"]";
  }
}
