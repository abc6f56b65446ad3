package dev.windlass.app;

import dev.windlass.log.LogClient;
import dev.windlass.operator.FunctionPorts;
import dev.windlass.operator.LeaderTask;
import dev.windlass.operator.OperatorConfig;
import dev.windlass.operator.OperatorPorts;
import dev.windlass.operator.plan.ProbeSettings;
import dev.windlass.registrar.ClusterRegistrar;
import dev.windlass.registrar.RegistrarLog;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The operator of a release: what it is told, the registrar that the leader runs, and what
 * Functions need.
 */
final class ClusterOperator implements OperatorPorts {
  private final OperatorSettings settings;
  private final Optional<ClusterFunctions> functions;

  ClusterOperator(OperatorSettings settings) {
    this.settings = settings;
    this.functions = settings.functions().map(ClusterFunctions::open);
  }

  @Override
  public OperatorConfig config() {
    return settings.config();
  }

  @Override
  public List<LeaderTask> leaderTasks(KubernetesClient client) {
    var tasks = new ArrayList<LeaderTask>();
    tasks.add(new RegistrarTask(client, settings, functions));
    functions.ifPresent(f -> tasks.add(f.artifacts()));
    return tasks;
  }

  @Override
  public Optional<FunctionPorts> functions() {
    return functions.map(ClusterFunctions::ports);
  }

  @Override
  public Optional<ProbeSettings> nodeProbe() {
    return settings.nodeProbe();
  }

  /**
   * Who lost the lease must not act any more, not even to shut down: the kubelet starts it anew.
   */
  @Override
  public void lost(String why) {
    System.err.println("error: " + why);
    Runtime.getRuntime().halt(ExitCode.LOCAL);
  }

  /** Makes the keys of the release that are missing, then answers pods. */
  private static final class RegistrarTask implements LeaderTask {
    private final KubernetesClient client;
    private final OperatorSettings settings;
    private final Optional<ClusterFunctions> functions;
    private Optional<ClusterRegistrar> registrar = Optional.empty();
    private Optional<LogClient> log = Optional.empty();

    RegistrarTask(
        KubernetesClient client, OperatorSettings settings, Optional<ClusterFunctions> functions) {
      this.client = client;
      this.settings = settings;
      this.functions = functions;
    }

    @Override
    public String name() {
      return "registrar";
    }

    @Override
    public void start() throws IOException {
      stop();
      log = settings.log().map(LogClient::new);
      var opened = ClusterRegistrar.open(client, settings.registrar(), log.map(this::entering));
      registrar = Optional.of(opened);
      int port = opened.start();
      var keys = new ClusterFunctions.Keys(opened.keys().operator(), log, opened::issueLocal);
      functions.ifPresent(f -> f.use(Optional.of(keys)));
      System.out.println("registrar " + settings.registrarListen().withPort(port));
    }

    private RegistrarLog entering(LogClient to) {
      return submission -> to.add(submission).thenApply(LogAccess::index);
    }

    @Override
    public void stop() {
      functions.ifPresent(f -> f.use(Optional.empty()));
      registrar.ifPresent(ClusterRegistrar::close);
      registrar = Optional.empty();
      log.ifPresent(LogClient::close);
      log = Optional.empty();
    }
  }
}
