package dev.windlass.chart;

import static dev.windlass.chart.Rendering.elements;
import static dev.windlass.chart.Rendering.name;
import static dev.windlass.chart.Rendering.selects;
import static dev.windlass.chart.Rendering.strings;
import static dev.windlass.chart.Rendering.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every rendering, and what each value does to it. */
class ChartRenderTest {
  private static final Set<String> COMPONENTS =
      Set.of("operator", "head", "log", "witness", "mirror");

  /** What the operator makes before anything of it is there, or the user supplies. */
  private static final Set<String> MADE_ELSEWHERE =
      Set.of(
          "ConfigMap/windlass-trust",
          "ConfigMap/windlass-log-policy",
          "Secret/windlass-log-key",
          "Secret/windlass-operator-key",
          "Secret/windlass-witness-keys",
          "Secret/windlass-db",
          "Secret/regcred");

  private static final Set<String> CLUSTERED =
      Set.of("ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "HardwareProfile");

  static Stream<String> values() {
    return Stream.of(
        "{}",
        Chart.read(Chart.EVERYTHING),
        "log: {enabled: false}",
        "mirror: {enabled: false}",
        "networkPolicy: {enabled: false}",
        "operator: {replicas: 3}",
        "log: {persistence: {enabled: false}}\n"
            + "witness: {persistence: {enabled: false}}\n"
            + "mirror: {persistence: {enabled: false}}",
        "metrics: {serviceMonitor: {enabled: true}}",
        "rbac: {create: false, aggregateClusterRoles: false}\ncrds: {enabled: false}",
        "readinessCheck: {enabled: false}\nprofiles: {enabled: false}");
  }

  @Test
  void a_strict_lint_finds_nothing() {
    var lint = new Helm(Chart.DIRECTORY).lint().strict().call();

    assertFalse(lint.isFailed(), () -> lint.getMessages().toString());
  }

  @ParameterizedTest
  @MethodSource("values")
  void every_pod_satisfies_pod_security_restricted(String values) {
    for (var pods : Chart.render(values).pods()) {
      var pod = pods.spec().path("securityContext");
      assertTrue(pod.path("runAsNonRoot").asBoolean(), pods.owner());
      assertEquals(65532, pod.path("runAsUser").asInt(), pods.owner());
      assertEquals("RuntimeDefault", pod.at("/seccompProfile/type").asText(), pods.owner());
      assertFalse(pods.spec().has("hostNetwork") || pods.spec().has("hostPID"), pods.owner());
      for (var volume : pods.spec().path("volumes"))
        assertTrue(
            volume.has("emptyDir")
                || volume.has("configMap")
                || volume.has("secret")
                || volume.has("projected"),
            () -> pods.owner() + " has volume " + volume);
      for (var container : pods.containers()) {
        var security = container.path("securityContext");
        assertFalse(security.path("allowPrivilegeEscalation").asBoolean(true), pods.owner());
        assertTrue(security.path("readOnlyRootFilesystem").asBoolean(), pods.owner());
        assertEquals(List.of("ALL"), texts(security.at("/capabilities/drop")), pods.owner());
        assertFalse(security.path("privileged").asBoolean(), pods.owner());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("values")
  void every_container_says_what_it_needs_and_may_take(String values) {
    for (var pods : Chart.render(values).pods()) {
      for (var container : pods.containers()) {
        var resources = container.path("resources");
        for (var amount :
            List.of(
                "requests/cpu", "requests/memory", "requests/ephemeral-storage", "limits/memory"))
          assertFalse(
              resources.at("/" + amount).isMissingNode(), () -> pods.owner() + " has no " + amount);
        assertTrue(
            elements(container.path("volumeMounts"))
                .anyMatch(m -> m.path("mountPath").asText().equals("/tmp")),
            () -> pods.owner() + " has a read-only root and nowhere to write");
      }
    }
  }

  /** A process of ours that no probe watches would be served while it cannot answer. */
  @ParameterizedTest
  @MethodSource("values")
  void every_role_is_probed_on_a_port_that_it_has(String values) {
    for (var pods : Chart.render(values).pods()) {
      if (!COMPONENTS.contains(pods.labels().get("app.kubernetes.io/component"))) continue;
      var container = pods.containers().getFirst();
      var ports = elements(container.path("ports")).map(p -> p.path("name").asText()).toList();
      for (var probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
        var get = container.path(probe).path("httpGet");
        assertTrue(ports.contains(get.path("port").asText()), () -> pods.owner() + " " + probe);
        assertTrue(get.path("path").asText().startsWith("/q/health/"), pods.owner());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("values")
  void workloads_services_and_budgets_select_pods_that_exist(String values) {
    var rendering = Chart.render(values);
    for (var kind : List.of("Deployment", "StatefulSet")) {
      for (var workload : rendering.all(kind)) {
        var selector = strings(workload.at("/spec/selector/matchLabels"));
        var selected = selected(rendering, selector);
        assertEquals(List.of(kind + "/" + name(workload)), selected, "selected by its workload");
      }
    }
    for (var service : rendering.all("Service")) {
      var selector = strings(service.at("/spec/selector"));
      selector.remove("windlass.dev/leader");
      var pods =
          rendering.pods().stream()
              .filter(p -> selects(selector, p.labels()))
              .findFirst()
              .orElseThrow(() -> new AssertionError(name(service) + " selects nobody"));
      var ports =
          pods.containers().stream()
              .flatMap(c -> elements(c.path("ports")))
              .map(p -> p.path("name").asText())
              .toList();
      for (var port : service.at("/spec/ports"))
        assertTrue(
            ports.contains(port.path("targetPort").asText()),
            () -> name(service) + " has a port that its pods have not: " + port);
    }
    for (var budget : rendering.all("PodDisruptionBudget")) {
      var selected = selected(rendering, strings(budget.at("/spec/selector/matchLabels")));
      assertEquals(1, selected.size(), () -> name(budget) + " selects " + selected);
    }
    for (var workload : rendering.all("StatefulSet"))
      assertTrue(
          rendering.has("Service", workload.at("/spec/serviceName").asText()), name(workload));
  }

  @ParameterizedTest
  @MethodSource("values")
  void what_pods_and_bindings_refer_to_is_there_or_is_made_by_the_operator(String values) {
    var rendering = Chart.render(values);
    var there = new TreeSet<>(rendering.names());
    there.addAll(MADE_ELSEWHERE);
    var missing = new TreeSet<String>();
    for (var pods : rendering.pods()) {
      for (var reference : references(pods)) {
        if (!there.contains(reference)) missing.add(pods.owner() + " → " + reference);
      }
      var volumes =
          new TreeSet<>(
              elements(pods.spec().path("volumes")).map(v -> v.path("name").asText()).toList());
      var owner = pods.owner().split("/", 2);
      if (owner[0].equals("StatefulSet"))
        for (var claim : rendering.one(owner[0], owner[1]).at("/spec/volumeClaimTemplates"))
          volumes.add(name(claim));
      for (var container : pods.containers())
        for (var mount : container.path("volumeMounts"))
          if (!volumes.contains(mount.path("name").asText()))
            missing.add(pods.owner() + " mounts " + mount);
    }
    for (var kind : List.of("ClusterRoleBinding", "RoleBinding")) {
      for (var binding : rendering.all(kind)) {
        var role = binding.path("roleRef");
        var wanted = role.path("kind").asText() + "/" + role.path("name").asText();
        if (!there.contains(wanted)) missing.add(name(binding) + " → " + wanted);
        for (var subject : binding.path("subjects")) {
          var account = "ServiceAccount/" + subject.path("name").asText();
          if (!there.contains(account)) missing.add(name(binding) + " → " + account);
        }
      }
    }
    assertEquals(Set.of(), missing);
  }

  @ParameterizedTest
  @MethodSource("values")
  void every_object_has_our_labels_and_its_place(String values) {
    for (var object : Chart.render(values).objects()) {
      var kind = object.path("kind").asText();
      var what = kind + "/" + name(object);
      if (what.contains("-extra")) continue;
      var labels = strings(object.at("/metadata/labels"));
      assertEquals("windlass", labels.get("app.kubernetes.io/name"), what);
      assertEquals("windlass", labels.get("app.kubernetes.io/instance"), what);
      assertEquals("Helm", labels.get("app.kubernetes.io/managed-by"), what);
      var namespace = object.at("/metadata/namespace").asText("");
      if (name(object).equals("windlass-worker")) continue; // one a namespace of pools
      assertEquals(CLUSTERED.contains(kind) ? "" : "windlass", namespace, what);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"windlass", "a", "a-release-with-a-name-as-long-as-helm-lets-anybody-ch"})
  void names_fit_whatever_the_release_is_called(String release) {
    var rendering = Chart.render(release, Chart.read(Chart.EVERYTHING));

    for (var object : rendering.objects()) {
      boolean mayBeLong =
          object.path("kind").asText().startsWith("Cluster") || name(object).contains("-extra");
      assertTrue(mayBeLong || name(object).length() <= 63, name(object));
    }
    for (var pods : rendering.pods())
      pods.labels().values().forEach(label -> assertTrue(label.length() <= 63, label));
  }

  @Test
  void nothing_changes_from_one_rendering_to_the_next() {
    var values = Chart.read(Chart.EVERYTHING);

    assertEquals(
        Chart.rendered("windlass", "windlass", values), Chart.text("windlass", "windlass", values));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "everything"})
  void the_helm_of_people_renders_the_same_as_the_library(String which) {
    var values = which.equals("everything") ? Chart.read(Chart.EVERYTHING) : which;
    var program =
        Chart.render(values).objects().stream()
            .filter(o -> !o.at("/metadata/annotations").has("helm.sh/hook"))
            .toList();

    assertEquals(sorted(Chart.renderByLibrary(values).objects()), sorted(program));
  }

  /** What each component's values do to its pods, the same for all five. */
  static Stream<Arguments> podValues() {
    var values =
        Map.of(
            "nodeSelector: {disk: fast}", "/spec/nodeSelector/disk=fast",
            "tolerations: [{key: a, operator: Exists}]", "/spec/tolerations/0/key=a",
            "priorityClassName: high", "/spec/priorityClassName=high",
            "podAnnotations: {a: b}", "/metadata/annotations/a=b",
            "podLabels: {a: b}", "/metadata/labels/a=b",
            "terminationGracePeriodSeconds: 91", "/spec/terminationGracePeriodSeconds=91",
            "affinity: {podAntiAffinity: {a: b}}", "/spec/affinity/podAntiAffinity/a=b",
            "topologySpreadConstraints: [{topologyKey: rack}]",
                "/spec/topologySpreadConstraints/0/topologyKey=rack",
            "extraEnv: [{name: LAST, value: one}]", "/spec/containers/0/env/-1/value=one",
            "extraArgs: [--last=one]", "/spec/containers/0/args/-1=--last=one");
    return COMPONENTS.stream()
        .sorted()
        .flatMap(
            component ->
                values.entrySet().stream()
                    .map(v -> Arguments.of(component, v.getKey(), v.getValue())));
  }

  @ParameterizedTest
  @MethodSource("podValues")
  void each_component_can_be_placed_and_extended(String component, String value, String found) {
    var template = template(Chart.render(component + ": {" + value + "}"), component);
    int equals = found.indexOf('=');

    assertEquals(found.substring(equals + 1), at(template, found.substring(0, equals)).asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          operator | updateStrategy: {type: Recreate, rollingUpdate: null} | /spec/strategy/type=Recreate
          head | updateStrategy: {rollingUpdate: {maxSurge: 2}} | /spec/strategy/rollingUpdate/maxSurge=2
          log | updateStrategy: {type: OnDelete} | /spec/updateStrategy/type=OnDelete
          witness | updateStrategy: {type: OnDelete} | /spec/updateStrategy/type=OnDelete
          mirror | updateStrategy: {type: OnDelete} | /spec/updateStrategy/type=OnDelete
          operator | replicas: 2 | /spec/replicas=2
          head | replicas: 5 | /spec/replicas=5
          witness | replicas: 4 | /spec/replicas=4
          mirror | replicas: 2 | /spec/replicas=2
          log | persistence: {size: 3Gi, storageClass: fast} | /spec/claim/spec/resources/requests/storage=3Gi
          witness | persistence: {storageClass: fast} | /spec/claim/spec/storageClassName=fast
          mirror | persistence: {accessModes: [ReadWriteOncePod]} | /spec/claim/spec/accessModes/0=ReadWriteOncePod
          log | persistence: {annotations: {a: b}} | /spec/claim/metadata/annotations/a=b
          """)
  void workloads_follow_their_values(String component, String value, String found) {
    var workload = workload(Chart.render(component + ": {" + value + "}"), component);
    var where = found.replace("/claim/", "/volumeClaimTemplates/0/");
    int equals = where.indexOf('=');

    assertEquals(where.substring(equals + 1), at(workload, where.substring(0, equals)).asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          trustDomain: prod.example.com | operator | --trust-domain=prod.example.com
          trustDomain: prod.example.com | log | --trust-domain=prod.example.com
          baseUrl: https://fn.example.com | operator | --base-url=https://fn.example.com
          baseUrl: https://fn.example.com | head | --base-url=https://fn.example.com
          image: {repository: r.example.com/w, tag: v1} | operator | --worker-image=r.example.com/w:v1
          image: {pullPolicy: Never} | operator | --worker-image-pull-policy=Never
          topology: {zoneLabel: example.com/zone} | operator | --zone-label=example.com/zone
          operator: {leaderElection: false} | operator | --leader-election=false
          witness: {replicas: 5, quorum: 3} | operator | --witnesses=5
          witness: {replicas: 5, quorum: 3} | operator | --quorum=3
          fullnameOverride: wl | operator | --registrar-address=wl-registrar.windlass.svc:7070
          fullnameOverride: wl | operator | --name=wl
          authority: {existingSecret: our-ca} | operator | --authority-secret=our-ca
          nodeProbe: {enabled: true} | operator | --node-probe=true
          nodeProbe: {enabled: true, storageClassName: nvme} | operator | --node-probe-storage-class=nvme
          {nodeProbe: {enabled: true}, imagePullSecrets: [{name: reg}]} | operator | --node-probe-pull-secret=reg
          fullnameOverride: wl | head | --log=http://wl-log.windlass.svc:8090
          fullnameOverride: wl | mirror | --source=http://wl-log.windlass.svc:8090
          log: {postgres: {url: "jdbc:postgresql://d/w", existingSecret: s}} | log | --postgres=jdbc:postgresql://d/w
          """)
  void roles_are_told_what_the_values_say(String values, String component, String argument) {
    var arguments = Chart.render(values).argumentsOf(component);

    assertTrue(arguments.contains(argument), arguments::toString);
  }

  @Test
  void what_has_a_structure_is_told_in_json() {
    var values =
        """
        nodeProbe:
          enabled: true
          tolerations: [{key: a, operator: Exists}]
          resources: {requests: {cpu: null, ephemeral-storage: null}}
        """;
    var arguments = Chart.render(values).argumentsOf("operator");

    assertTrue(
        arguments.containsAll(
            List.of(
                "--node-probe-tolerations=[{\"key\":\"a\",\"operator\":\"Exists\"}]",
                "--node-probe-resources={\"limits\":{\"ephemeral-storage\":\"18Gi\",\"memory\":\"256Mi\"},"
                    + "\"requests\":{\"memory\":\"192Mi\"}}")),
        arguments::toString);
  }

  @Test
  void only_with_the_node_probe_may_the_operator_write_on_nodes() {
    assertEquals("", nodeVerbs("{}").toString());
    assertEquals(
        "windlass-windlass-node-probe [patch]", nodeVerbs("nodeProbe: {enabled: true}").toString());
    var binding =
        Chart.render("nodeProbe: {enabled: true}")
            .one("ClusterRoleBinding", "windlass-windlass-node-probe");
    assertEquals("windlass-operator", binding.at("/subjects/0/name").asText());
    assertFalse(Chart.render("{}").argumentsOf("operator").toString().contains("node-probe"));
  }

  /** Roles that write on nodes, with what they may do. */
  private static StringBuilder nodeVerbs(String values) {
    var found = new StringBuilder();
    for (var role : Chart.render(values).all("ClusterRole")) {
      for (var rule : role.path("rules")) {
        var verbs = texts(rule.path("verbs"));
        if (texts(rule.path("resources")).contains("nodes")
            && !List.of("get", "list", "watch").containsAll(verbs))
          found.append(Rendering.name(role)).append(' ').append(verbs);
      }
    }
    return found;
  }

  @Test
  void without_a_log_nobody_is_told_of_one() {
    var rendering = Chart.render("log: {enabled: false}");

    assertEquals(
        Set.of(),
        new TreeSet<>(rendering.all("StatefulSet").stream().map(Rendering::name).toList()));
    for (var pods : rendering.pods())
      assertFalse(pods.spec().toString().contains("windlass-log"), pods.owner());
    assertFalse(rendering.argumentsOf("operator").toString().contains("witness"));
  }

  @Test
  void the_image_is_the_digest_where_one_is_given_and_the_same_for_all() {
    var digest = "sha256:" + "ab".repeat(32);
    var rendering =
        Chart.render(
            "image: {tag: v9, digest: '" + digest + "'}\nimagePullSecrets: [{name: regcred}]");

    for (var pods : rendering.pods()) {
      for (var container : pods.containers())
        assertEquals("ghcr.io/windlass-dev/windlass@" + digest, container.path("image").asText());
      assertEquals("regcred", pods.spec().at("/imagePullSecrets/0/name").asText(), pods.owner());
    }
  }

  /** A stolen key of one witness must not be the quorum. */
  @Test
  void a_witness_sees_its_own_key_and_no_other() {
    var container = Chart.render("{}").podsOf("witness").containers().getFirst();
    var keys =
        elements(container.path("volumeMounts"))
            .filter(m -> m.path("name").asText().equals("keys"))
            .toList();

    assertEquals(1, keys.size());
    assertEquals("witness-$(POD_INDEX).key", keys.getFirst().path("subPathExpr").asText());
    assertEquals(
        "metadata.labels['apps.kubernetes.io/pod-index']",
        container.at("/env/0/valueFrom/fieldRef/fieldPath").asText());
  }

  /** Only who needs the API has a token for it, and only heads one for the registrar. */
  @ParameterizedTest
  @CsvSource({
    "operator,true",
    "head,true",
    "log,false",
    "witness,false",
    "mirror,false",
    "check,false"
  })
  void who_does_not_call_the_kubernetes_api_has_no_token_for_it(String component, boolean calls) {
    var pods = Chart.render("{}").podsOf(component);

    assertEquals(calls, pods.spec().path("automountServiceAccountToken").asBoolean(true));
    var audiences =
        pods.spec().findValues("serviceAccountToken").stream()
            .map(t -> t.path("audience").asText())
            .toList();
    assertEquals(component.equals("head") ? List.of("windlass-registrar") : List.of(), audiences);
  }

  @Test
  void only_the_leader_answers_as_registrar_and_serves_artifacts() {
    var rendering = Chart.render("{}");

    for (var name : List.of("windlass-registrar", "windlass-artifacts"))
      assertEquals(
          "true",
          strings(rendering.one("Service", name).at("/spec/selector")).get("windlass.dev/leader"));
    assertFalse(
        rendering
            .one("Service", "windlass-operator")
            .at("/spec/selector")
            .has("windlass.dev/leader"));
  }

  @Test
  void workers_find_heads_that_are_not_ready_yet() {
    var service = Chart.render("{}").one("Service", "windlass-heads");

    assertEquals("None", service.at("/spec/clusterIP").asText());
    assertTrue(service.at("/spec/publishNotReadyAddresses").asBoolean());
  }

  @Test
  void ingress_has_a_rule_a_host_and_one_for_all_hosts_without_any() {
    var hosts =
        Chart.render(
                """
                ingress:
                  enabled: true
                  hosts: [a.example.com, '*.b.example.com']
                  className: any
                  tls: [{secretName: t, hosts: [a.example.com]}]
                """)
            .one("Ingress", "windlass-head");
    var all =
        Chart.render("ingress: {enabled: true, paths: [/fn, /q]}").one("Ingress", "windlass-head");

    assertEquals(List.of("a.example.com", "*.b.example.com"), texts(rules(hosts, "host")));
    assertEquals("any", hosts.at("/spec/ingressClassName").asText());
    assertEquals("t", hosts.at("/spec/tls/0/secretName").asText());
    assertEquals(1, all.at("/spec/rules").size());
    assertFalse(all.at("/spec/rules/0").has("host"));
    assertFalse(all.path("spec").has("ingressClassName"));
    assertEquals("/q", all.at("/spec/rules/0/http/paths/1/path").asText());
    assertEquals(
        "windlass-head", all.at("/spec/rules/0/http/paths/0/backend/service/name").asText());
  }

  @Test
  void an_http_route_leads_to_the_port_of_the_heads() {
    var route =
        Chart.render(
                """
                head: {service: {port: 8888}}
                httpRoute:
                  enabled: true
                  parentRefs: [{name: g, namespace: n}]
                  hostnames: [a.example.com]
                """)
            .one("HTTPRoute", "windlass-head");

    assertEquals("g", route.at("/spec/parentRefs/0/name").asText());
    assertEquals("a.example.com", route.at("/spec/hostnames/0").asText());
    assertEquals("windlass-head", route.at("/spec/rules/0/backendRefs/0/name").asText());
    assertEquals(8888, route.at("/spec/rules/0/backendRefs/0/port").asInt());
  }

  @Test
  void budgets_let_one_go_at_a_time_and_never_hold_what_is_broken() {
    var rendering =
        Chart.render(
            "head: {podDisruptionBudget: {maxUnavailable: 25%}}\nmirror: {podDisruptionBudget: {enabled: false}}");

    var head = rendering.one("PodDisruptionBudget", "windlass-head");
    assertEquals("25%", head.at("/spec/maxUnavailable").asText());
    assertEquals("AlwaysAllow", head.at("/spec/unhealthyPodEvictionPolicy").asText());
    assertEquals(
        1,
        rendering
            .one("PodDisruptionBudget", "windlass-witness")
            .at("/spec/maxUnavailable")
            .asInt());
    assertFalse(rendering.has("PodDisruptionBudget", "windlass-mirror"));
  }

  @Test
  void extra_objects_are_templates() {
    var rendering = Chart.everything();

    assertEquals("b", rendering.one("ConfigMap", "windlass-extra").at("/data/a").asText());
    assertEquals("2", rendering.one("ConfigMap", "windlass-extra-text").at("/data/n").asText());
  }

  @Test
  void crds_are_upgraded_with_the_chart_and_kept_without_it() {
    var crds = Chart.render("{}").all("CustomResourceDefinition");

    assertEquals(
        List.of("disputes", "functions", "hardwareprofiles", "workerpools", "workers"),
        crds.stream().map(c -> name(c).replace(".windlass.dev", "")).sorted().toList());
    for (var crd : crds)
      assertEquals("keep", strings(crd.at("/metadata/annotations")).get("helm.sh/resource-policy"));
    assertEquals(List.of(), Chart.render("crds: {enabled: false}").all("CustomResourceDefinition"));
    for (var crd : Chart.render("crds: {keep: false}").all("CustomResourceDefinition"))
      assertFalse(strings(crd.at("/metadata/annotations")).containsKey("helm.sh/resource-policy"));
  }

  @Test
  void users_of_a_namespace_get_our_kinds_with_their_roles() {
    var rendering = Chart.render("{}");

    for (var role : List.of("view", "edit", "admin")) {
      var object = rendering.one("ClusterRole", "windlass-windlass-" + role);
      assertEquals(
          "true",
          strings(object.at("/metadata/labels"))
              .get("rbac.authorization.k8s.io/aggregate-to-" + role));
      for (var rule : object.path("rules"))
        assertEquals(List.of("windlass.dev"), texts(rule.path("apiGroups")), role);
    }
    assertFalse(
        rendering.one("ClusterRole", "windlass-windlass-edit").toString().contains("workers\""));
  }

  private static JsonNode rules(JsonNode ingress, String member) {
    var array = new com.fasterxml.jackson.databind.ObjectMapper().createArrayNode();
    ingress.at("/spec/rules").forEach(rule -> array.add(rule.path(member)));
    return array;
  }

  private static List<String> selected(Rendering rendering, Map<String, String> selector) {
    return rendering.pods().stream()
        .filter(p -> selects(selector, p.labels()))
        .map(Rendering.Pods::owner)
        .toList();
  }

  private static List<String> references(Rendering.Pods pods) {
    var found = new ArrayList<String>();
    var spec = pods.spec();
    for (var volume : spec.path("volumes")) {
      if (volume.has("configMap")) found.add("ConfigMap/" + volume.at("/configMap/name").asText());
      if (volume.has("secret")) found.add("Secret/" + volume.at("/secret/secretName").asText());
    }
    for (var secret : spec.findValues("secretKeyRef"))
      found.add("Secret/" + secret.path("name").asText());
    for (var secret : spec.path("imagePullSecrets"))
      found.add("Secret/" + secret.path("name").asText());
    if (spec.has("serviceAccountName"))
      found.add("ServiceAccount/" + spec.path("serviceAccountName").asText());
    return found;
  }

  private static JsonNode workload(Rendering rendering, String component) {
    var kind = Set.of("operator", "head").contains(component) ? "Deployment" : "StatefulSet";
    return rendering.one(kind, "windlass-" + component);
  }

  private static JsonNode template(Rendering rendering, String component) {
    return workload(rendering, component).at("/spec/template");
  }

  /** A JSON pointer in which -1 is the last. */
  private static JsonNode at(JsonNode from, String pointer) {
    var node = from;
    for (var step : pointer.substring(1).split("/")) {
      if (step.equals("-1")) node = node.get(node.size() - 1);
      else node = node.isArray() ? node.path(Integer.parseInt(step)) : node.path(step);
    }
    return node;
  }

  private static List<String> sorted(List<JsonNode> objects) {
    return objects.stream().map(JsonNode::toString).sorted().toList();
  }
}
