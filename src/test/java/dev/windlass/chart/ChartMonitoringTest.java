package dev.windlass.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Alerts lead to runbooks, and everything that is asked of Prometheus is something that we show.
 */
class ChartMonitoringTest {
  private static final Path RUNBOOKS = Path.of("docs/runbooks");
  private static final Path SOURCES = Path.of("src/main/java");

  /** A meter's name where it is registered: a literal with two words at least. */
  private static final Pattern METER = Pattern.compile("\"(windlass(?:\\.[a-z]+)+)\"");

  private static final Pattern SERIES = Pattern.compile("\\b(windlass_[a-z_]+)");
  private static final Pattern OTHERS =
      Pattern.compile("\\b((?:jvm|process|system|kubelet)_[a-z_]+)");

  /** Of Micrometer's JVM and system binders, which Quarkus registers, and of every kubelet. */
  private static final Set<String> NOT_OURS =
      Set.of(
          "jvm_memory_used_bytes",
          "process_cpu_usage",
          "system_cpu_count",
          "kubelet_volume_stats_available_bytes",
          "kubelet_volume_stats_capacity_bytes");

  @Test
  void every_alert_has_a_runbook_and_every_runbook_an_alert() throws IOException {
    var alerts = new TreeSet<String>();
    for (var alert : alerts(Chart.everything())) {
      var name = alert.path("alert").asText();
      alerts.add(name + ".md");
      assertTrue(
          alert.at("/annotations/runbook_url").asText().endsWith("/docs/runbooks/" + name + ".md"));
      assertTrue(
          Set.of("critical", "warning").contains(alert.at("/labels/severity").asText()), name);
      assertEquals("platform", alert.at("/labels/team").asText(), name);
      for (var text : List.of("/expr", "/for", "/annotations/summary", "/annotations/description"))
        assertFalse(alert.at(text).asText().isBlank(), name + text);
    }
    var runbooks = new TreeSet<String>();
    try (var files = Files.list(RUNBOOKS)) {
      files.forEach(f -> runbooks.add(f.getFileName().toString()));
    }

    assertEquals(alerts, runbooks);
  }

  @Test
  void a_runbook_says_what_it_means_what_to_look_at_and_what_to_do() throws IOException {
    try (var files = Files.list(RUNBOOKS)) {
      for (var file : files.toList()) {
        var text = Files.readString(file);
        var name = file.getFileName().toString().replace(".md", "");
        assertTrue(text.startsWith("# " + name + "\n"), file::toString);
        for (var part :
            List.of("**Means.** ", "**Users see.** ", "## Look\n\n```sh", "## Mend\n\n- "))
          assertTrue(text.contains(part), () -> file + " has no " + part);
        Pattern.compile("\\]\\((\\w+\\.md)\\)")
            .matcher(text)
            .results()
            .forEach(m -> assertTrue(Files.exists(RUNBOOKS.resolve(m.group(1))), m.group()));
      }
    }
  }

  @Test
  void alerts_and_dashboard_ask_for_metrics_that_the_roles_register() throws IOException {
    var meters = meters();
    var unknown = new TreeSet<String>();
    for (var expression : expressions()) {
      found(SERIES, expression)
          .filter(series -> meters.stream().noneMatch(meter -> shows(meter, series)))
          .forEach(unknown::add);
      found(OTHERS, expression).filter(s -> !NOT_OURS.contains(s)).forEach(unknown::add);
    }

    assertEquals(Set.of(), unknown, "are registered nowhere in " + SOURCES);
  }

  @Test
  void an_alert_can_be_left_out_and_without_a_log_nobody_watches_one() {
    var some =
        Chart.render(
            """
            metrics: {prometheusRule: {enabled: true, disabled: [WindlassRequestsSlow]}}
            log: {enabled: false}
            """);

    var names = alerts(some).stream().map(a -> a.path("alert").asText()).toList();
    assertTrue(names.contains("WindlassNoHead"), names::toString);
    assertFalse(names.contains("WindlassRequestsSlow"), names::toString);
    assertFalse(names.toString().contains("Log"), names::toString);
    assertFalse(names.toString().contains("Receipt"), names::toString);
  }

  @Test
  void expressions_name_the_namespace_and_the_release() {
    for (var alert : alerts(Chart.everything())) {
      var expression = alert.path("expr").asText();
      assertTrue(expression.contains("namespace=\"windlass\""), expression);
      assertFalse(expression.contains("NAMESPACE") || expression.contains("FULLNAME"), expression);
      assertEquals(
          expression.chars().filter(c -> c == '(').count(),
          expression.chars().filter(c -> c == ')').count(),
          expression);
    }
  }

  @Test
  void the_dashboard_is_found_by_grafana_and_asks_for_the_chosen_namespace() {
    var map = Chart.everything().one("ConfigMap", "windlass-dashboard");
    var dashboard = Chart.objects(map.at("/data/windlass.json").asText()).getFirst();

    assertEquals("1", map.at("/metadata/labels/grafana_dashboard").asText());
    assertTrue(dashboard.path("panels").size() > 20);
    for (var expression : dashboard.findValuesAsText("expr"))
      assertTrue(expression.contains("namespace=\"$namespace\""), expression);
  }

  @Test
  void monitors_scrape_every_role_once() {
    var pods = Chart.everything().one("PodMonitor", "windlass");
    var services =
        Chart.render("metrics: {serviceMonitor: {enabled: true}}")
            .one("ServiceMonitor", "windlass");

    assertEquals("prometheus", pods.at("/metadata/labels/release").asText());
    assertEquals("/q/metrics", pods.at("/spec/podMetricsEndpoints/0/path").asText());
    assertEquals("http", services.at("/spec/endpoints/0/port").asText());
    for (var monitor : List.of(pods, services))
      assertEquals(
          List.of("operator", "head", "log", "witness", "mirror"),
          Rendering.texts(monitor.at("/spec/selector/matchExpressions/0/values")));
  }

  private static List<JsonNode> alerts(Rendering rendering) {
    var alerts = new ArrayList<JsonNode>();
    rendering.one("PrometheusRule", "windlass").at("/spec/groups/0/rules").forEach(alerts::add);
    assertTrue(alerts.size() > 5, alerts::toString);
    return alerts;
  }

  private static List<String> expressions() {
    var all = new ArrayList<String>();
    alerts(Chart.everything()).forEach(a -> all.add(a.path("expr").asText()));
    var dashboard =
        Chart.objects(Chart.read(Chart.DIRECTORY.resolve("files/dashboards/windlass.json")));
    all.addAll(dashboard.getFirst().findValuesAsText("expr"));
    return all;
  }

  private static Set<String> meters() throws IOException {
    var meters = new TreeSet<String>();
    try (var files = Files.walk(SOURCES)) {
      for (var file : files.filter(f -> f.toString().endsWith(".java")).toList())
        METER.matcher(Files.readString(file)).results().forEach(m -> meters.add(m.group(1)));
    }
    return meters;
  }

  /**
   * As Micrometer names series: a counter ends in _total, a timer in _seconds_bucket and others.
   */
  private static boolean shows(String meter, String series) {
    var base = meter.replace('.', '_');
    return series.equals(base)
        || series.equals(base + "_total")
        || series.matches(base + "_seconds_(bucket|count|sum|max)");
  }

  private static java.util.stream.Stream<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(MatchResult::group);
  }
}
