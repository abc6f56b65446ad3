package dev.windlass.app;

import io.quarkus.runtime.Quarkus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The role {@code head} in a cluster. */
final class ClusterHeadProcess {
  /** How the one head of this process reaches beans; set before Quarkus runs. */
  private static final AtomicReference<ClusterHead> RUNNING = new AtomicReference<>();

  private ClusterHeadProcess() {}

  /** Blocks until the process is told to stop; the result is the exit code. */
  static int run(List<String> words) {
    var settings = ClusterHeadSettings.parse(words);
    int port = TcpPorts.take(settings.listen().host(), settings.listen().port());
    var listen = settings.listen().withPort(port);
    var head = ClusterHead.open(settings, ClusterHeadProcess::ended);
    RUNNING.set(head);
    System.out.println("head of " + settings.namespace() + " http://" + listen);
    RoleBeans.whenListening(listen, () -> System.out.println("listens http://" + listen));
    head.attestSoon();
    return QuarkusProcess.run("head", listen.host(), port);
  }

  static Optional<ClusterHead> running() {
    return Optional.ofNullable(RUNNING.get());
  }

  /** Who starts it again gives it the chance to be attested with new keys. */
  private static void ended(String why) {
    System.err.println("error: identity lost: " + why);
    Quarkus.asyncExit(ExitCode.LOCAL);
  }
}
