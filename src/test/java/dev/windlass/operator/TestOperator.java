package dev.windlass.operator;

import dev.windlass.operator.plan.ProbeSettings;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** An operator in this JVM, as the role makes it, with the times of a test. */
final class TestOperator implements AutoCloseable {
  private static final OperatorConfig.Election QUICK =
      new OperatorConfig.Election(
          Duration.ofSeconds(6), Duration.ofSeconds(4), Duration.ofMillis(300));

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final List<String> lost = new CopyOnWriteArrayList<>();
  final Recorded recorded = new Recorded();
  final OperatorService service;

  private TestOperator(
      KubernetesClient client,
      OperatorConfig config,
      List<LeaderTask> tasks,
      Optional<FunctionPorts> functions,
      Optional<ProbeSettings> probe,
      UnaryOperator<Acting> wrap) {
    var metrics = new OperatorMetrics(registry);
    var counted =
        new KubernetesClientBuilder()
            .withConfig(client.getConfiguration())
            .withHttpClientBuilderConsumer(
                http ->
                    http.addOrReplaceInterceptor("calls", metrics.apiCalls())
                        .addOrReplaceInterceptor("recorded", recorded))
            .build();
    service =
        new OperatorService(
            counted,
            new OperatorPorts() {
              @Override
              public OperatorConfig config() {
                return config;
              }

              @Override
              public List<LeaderTask> leaderTasks(KubernetesClient its) {
                return tasks;
              }

              @Override
              public Optional<FunctionPorts> functions() {
                return functions;
              }

              @Override
              public Optional<ProbeSettings> nodeProbe() {
                return probe;
              }

              @Override
              public void lost(String why) {
                lost.add(why);
              }
            },
            metrics,
            wrap);
    service.start();
  }

  static TestOperator start(KubernetesClient client, OperatorConfig config, LeaderTask... tasks) {
    return new TestOperator(
        client,
        config,
        List.of(tasks),
        Optional.empty(),
        Optional.empty(),
        UnaryOperator.identity());
  }

  /**
   * @param wrap around what acts
   */
  static TestOperator start(
      KubernetesClient client, OperatorConfig config, UnaryOperator<Acting> wrap) {
    return new TestOperator(client, config, List.of(), Optional.empty(), Optional.empty(), wrap);
  }

  /** One that also follows Functions. */
  static TestOperator start(
      KubernetesClient client, OperatorConfig config, FunctionPorts functions) {
    return new TestOperator(
        client,
        config,
        List.of(),
        Optional.of(functions),
        Optional.empty(),
        UnaryOperator.identity());
  }

  /** Reconciles that failed, of all kinds. */
  double failures() {
    return registry.find("windlass.operator.failures").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  /** One that probes nodes. */
  static TestOperator start(KubernetesClient client, OperatorConfig config, ProbeSettings probe) {
    return new TestOperator(
        client, config, List.of(), Optional.empty(), Optional.of(probe), UnaryOperator.identity());
  }

  static OperatorConfig config(String namespace, String pod) {
    return new OperatorConfig(
        namespace,
        "windlass",
        Optional.empty(),
        Optional.of(pod),
        "windlass.local",
        new OperatorConfig.WorkerImage(
            "registry.local/windlass@sha256:" + "ab".repeat(32),
            Optional.empty(),
            "windlass-registrar." + namespace + ".svc:7070",
            "windlass-heads." + namespace + ".svc:7443"),
        OperatorConfig.ZONE_LABEL,
        Optional.empty(),
        Optional.of(QUICK));
  }

  /** The same without a Lease: it leads, alone. */
  static OperatorConfig alone(String namespace, String pod) {
    var c = config(namespace, pod);
    return new OperatorConfig(
        c.namespace(),
        c.name(),
        c.instance(),
        c.pod(),
        c.trustDomain(),
        c.worker(),
        c.zoneLabel(),
        c.baseUrl(),
        Optional.empty());
  }

  /** A pod as the chart's Deployment makes it, without a kubelet. */
  static void pod(KubernetesClient client, String namespace, String name) {
    client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .withLabels(Map.of("app.kubernetes.io/component", "operator"))
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("operator")
                .withImage("windlass")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  /** An orderly end. */
  void stop() {
    service.close();
  }

  @Override
  public void close() {
    stop();
  }
}
