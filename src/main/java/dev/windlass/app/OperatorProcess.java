package dev.windlass.app;

import dev.windlass.operator.OperatorPorts;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The role {@code operator}: makes the cluster look like its custom resources. */
@Singleton
final class OperatorProcess {
  /** How the one operator of this process reaches beans; set before Quarkus runs. */
  private static final AtomicReference<OperatorPorts> PORTS = new AtomicReference<>();

  /** Blocks until the process is told to stop; the result is the exit code. */
  static int run(List<String> words) {
    var settings = OperatorSettings.parse(words, Optional.ofNullable(System.getenv("HOSTNAME")));
    PORTS.set(new ClusterOperator(settings));
    int port = TcpPorts.take(settings.listen().host(), settings.listen().port());
    var listen = settings.listen().withPort(port);
    RoleBeans.whenListening(listen, () -> System.out.println("ready http://" + listen));
    return QuarkusProcess.run("operator", listen.host(), port);
  }

  @Produces
  @Singleton
  OperatorPorts operatorPorts() {
    var ports = PORTS.get();
    if (ports == null) throw new IllegalStateException("this process is no operator");
    return ports;
  }
}
