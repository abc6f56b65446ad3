package dev.windlass.chart;

import static dev.windlass.chart.Rendering.elements;
import static dev.windlass.chart.Rendering.selects;
import static dev.windlass.chart.Rendering.strings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Who may talk to whom, computed from the policies as Kubernetes defines them: a connection is
 * allowed when a policy of the sender's namespace lets it leave (or none selects the sender) and
 * one of the receiver's lets it in (or none selects the receiver).
 */
class ChartNetworkTest {
  private static final String RELEASE = "windlass";

  /** A pod, or an address outside of the cluster. */
  private record Party(String name, String namespace, Map<String, String> labels, String address) {
    boolean isPod() {
      return address.isEmpty();
    }
  }

  private static final List<Party> PARTIES =
      List.of(
          ours("operator"),
          ours("head"),
          ours("log"),
          ours("witness"),
          ours("mirror"),
          ours("check"),
          new Party("worker", "demo", labels("worker"), ""),
          new Party("worker-here", RELEASE, labels("worker"), ""),
          new Party("stranger", "demo", Map.of("app", "stranger"), ""),
          new Party("stranger-here", RELEASE, Map.of("app", "stranger"), ""),
          new Party("prometheus", "monitoring", Map.of("app", "prometheus"), ""),
          new Party("dns", "kube-system", Map.of("k8s-app", "kube-dns"), ""),
          new Party("internet", "", Map.of(), "203.0.113.9"));

  private static final int[] PORTS = {53, 443, 6443, 7070, 7071, 7443, 8080, 8090, 8091, 8092};

  @Test
  void by_default_each_role_reaches_what_it_needs_and_nothing_else() {
    assertEquals(
        """
        53   check → dns
        53   head → dns
        53   log → dns
        53   mirror → dns
        53   operator → dns
        53   witness → dns
        53   worker-here → dns
        443  head → dns internet prometheus stranger stranger-here worker
        443  operator → dns internet prometheus stranger stranger-here worker
        6443 head → dns internet prometheus stranger stranger-here worker
        6443 operator → dns internet prometheus stranger stranger-here worker
        7070 head → operator
        7070 worker → operator
        7070 worker-here → operator
        7071 head → operator
        7443 worker → head
        7443 worker-here → head
        8080 check → head operator
        8080 dns → head
        8080 internet → head
        8080 prometheus → head
        8080 stranger → head
        8080 stranger-here → head
        8080 worker → head
        8090 check → log
        8090 head → log
        8090 mirror → log
        8090 operator → log
        8091 log → witness
        8092 dns → mirror
        8092 internet → mirror
        8092 prometheus → mirror
        8092 stranger → mirror
        8092 stranger-here → mirror
        8092 worker → mirror
        """,
        table(Chart.render("{}")));
  }

  @Test
  void peers_that_are_named_are_let_in_and_others_are_not() {
    var values =
        """
        networkPolicy:
          httpFrom: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}]
          mirrorFrom: [{ipBlock: {cidr: 203.0.113.0/24}}]
          metricsFrom: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
          apiServer: {cidrs: [192.0.2.1/32]}
          artifacts: {cidrs: [192.0.2.2/32]}
        """;

    assertEquals(
        """
        53   check → dns
        53   head → dns
        53   log → dns
        53   mirror → dns
        53   operator → dns
        53   witness → dns
        53   worker-here → dns
        7070 head → operator
        7070 worker → operator
        7070 worker-here → operator
        7071 head → operator
        7443 worker → head
        7443 worker-here → head
        8080 check → head operator
        8080 prometheus → head operator
        8090 check → log
        8090 head → log
        8090 mirror → log
        8090 operator → log
        8090 prometheus → log
        8091 log → witness
        8091 prometheus → witness
        8092 internet → mirror
        8092 prometheus → mirror
        """,
        table(Chart.render(values)));
  }

  /** A worker runs other people's code: it reaches nothing of its namespace, and nothing it. */
  @Test
  void workers_of_a_named_namespace_are_closed_as_well() {
    var open = Chart.render("{}").all("NetworkPolicy");
    var closed = Chart.render("networkPolicy: {workerNamespaces: [demo]}").all("NetworkPolicy");
    var worker = party("worker");
    var stranger = party("stranger");

    assertTrue(allowed(open, worker, stranger, 8080));
    assertFalse(allowed(closed, worker, stranger, 8080));
    assertFalse(allowed(closed, stranger, worker, 8080));
    assertFalse(allowed(closed, worker, party("internet"), 443));
    assertTrue(allowed(closed, worker, party("head"), 7443));
    assertTrue(allowed(closed, worker, party("operator"), 7070));
    assertTrue(allowed(closed, worker, party("dns"), 53));
  }

  /** Whatever the chart is called: the operator labels a probe by the code's own name. */
  @Test
  void a_node_probe_talks_to_nobody_and_nobody_to_it() {
    var probe = ours("node-probe");
    var values = "{nameOverride: other, nodeProbe: {enabled: true}}";
    var policies = Chart.render(values).all("NetworkPolicy");

    for (int port : PORTS) {
      for (var other : PARTIES) {
        assertFalse(allowed(policies, probe, other, port), () -> "to " + other + " " + port);
        assertFalse(allowed(policies, other, probe, port), () -> "from " + other + " " + port);
      }
    }
  }

  private static Party party(String name) {
    return PARTIES.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }

  /** Without a log its pods do not exist, and nobody may leave for them. */
  @Test
  void without_a_log_there_is_no_way_to_one() {
    var rendering = Chart.render("log: {enabled: false}");

    for (var policy : rendering.all("NetworkPolicy"))
      assertEquals(
          -1, policy.toString().indexOf("component\":\"log"), () -> Rendering.name(policy));
  }

  private String table(Rendering rendering) {
    var policies = rendering.all("NetworkPolicy");
    var text = new StringBuilder();
    for (int port : PORTS) {
      for (var from : PARTIES.stream().sorted(Comparator.comparing(Party::name)).toList()) {
        var to =
            PARTIES.stream()
                .filter(p -> !p.equals(from) && concerns(from, p))
                .filter(p -> allowed(policies, from, p, port))
                .map(Party::name)
                .sorted()
                .toList();
        if (!to.isEmpty())
          text.append("%-5d%s → %s%n".formatted(port, from.name(), String.join(" ", to)));
      }
    }
    return text.toString();
  }

  /** Whether one of the two is the chart's to guard. */
  private static boolean concerns(Party from, Party to) {
    return isOurs(from) || isOurs(to);
  }

  private static boolean isOurs(Party party) {
    return party.namespace().equals(RELEASE)
        && party.labels().containsKey("app.kubernetes.io/name");
  }

  private static boolean allowed(List<JsonNode> policies, Party from, Party to, int port) {
    return passes(policies, from, to, port, "Egress", "egress", "to")
        && passes(policies, to, from, port, "Ingress", "ingress", "from");
  }

  private static boolean passes(
      List<JsonNode> policies,
      Party guarded,
      Party other,
      int port,
      String type,
      String rules,
      String peers) {
    if (!guarded.isPod()) return true;
    boolean selected = false;
    for (var policy : policies) {
      if (!policy.at("/metadata/namespace").asText().equals(guarded.namespace())) continue;
      var spec = policy.path("spec");
      if (!Rendering.texts(spec.path("policyTypes")).contains(type)) continue;
      if (!selects(strings(spec.at("/podSelector/matchLabels")), guarded.labels())) continue;
      selected = true;
      for (var rule : spec.path(rules)) if (matches(rule, peers, guarded, other, port)) return true;
    }
    return !selected;
  }

  private static boolean matches(
      JsonNode rule, String peers, Party guarded, Party other, int port) {
    boolean open =
        !rule.has("ports")
            || elements(rule.path("ports")).anyMatch(p -> p.path("port").asInt() == port);
    if (!open) return false;
    return !rule.has(peers)
        || elements(rule.path(peers)).anyMatch(peer -> is(peer, guarded, other));
  }

  private static boolean is(JsonNode peer, Party guarded, Party other) {
    if (peer.has("ipBlock")) {
      // Most plug-ins let an ipBlock mean pods as well.
      var cidr = peer.at("/ipBlock/cidr").asText();
      return cidr.equals("0.0.0.0/0") && !isOurs(other) || within(cidr, other.address());
    }
    if (!other.isPod()) return false;
    if (peer.has("namespaceSelector")) {
      var wanted = strings(peer.at("/namespaceSelector/matchLabels"));
      var labels = new TreeMap<>(Map.of("kubernetes.io/metadata.name", other.namespace()));
      if (!selects(wanted, labels)) return false;
    } else if (!other.namespace().equals(guarded.namespace())) {
      return false;
    }
    return selects(strings(peer.at("/podSelector/matchLabels")), other.labels());
  }

  /** Only /24 and /32, which is what these tests use. */
  private static boolean within(String cidr, String address) {
    var base = cidr.substring(0, cidr.indexOf('/'));
    if (cidr.endsWith("/32")) return base.equals(address);
    return cidr.endsWith("/24") && address.startsWith(base.substring(0, base.lastIndexOf('.') + 1));
  }

  private static Party ours(String component) {
    return new Party(component, RELEASE, labels(component), "");
  }

  private static Map<String, String> labels(String component) {
    return Map.of(
        "app.kubernetes.io/name", "windlass",
        "app.kubernetes.io/instance", "windlass",
        "app.kubernetes.io/component", component);
  }
}
