package dev.windlass.app;

import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.witness.FileStates;
import dev.windlass.witness.Witness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** The role {@code witness}: a directory with a key and the last checkpoint of each log. */
final class WitnessProcess {
  private static final Set<String> OPTIONS = Set.of("data", "name", "log", "listen");

  private WitnessProcess() {}

  /** Blocks until the process is told to stop; the result is the exit code. */
  static int run(List<String> words) {
    var a = new Arguments("witness", words, OPTIONS);
    var listen = ListenAddress.parse("witness", a.text("listen", "127.0.0.1:8091"));
    var data = Path.of(a.text("data", "witness")).toAbsolutePath().normalize();
    try (var states = FileStates.open(data)) {
      var key = SigningKeyFile.open(data.resolve("key"), a.text("name", ""));
      var logs = a.texts("log").stream().map(VerifierKey::parse).toList();
      var witness = Witness.open(states, key, logs, InstantSource.system());
      RoleBeans.witness(witness);
      int port = TcpPorts.take(listen.host(), listen.port());
      var url = "http://" + listen.withPort(port);
      System.out.println("witness " + witness.verifierKey() + " " + url);
      for (var log : logs)
        System.out.println("  log     " + log.name() + " at size " + witness.size(log.name()));
      RoleBeans.whenListening(listen.withPort(port), () -> System.out.println("ready " + url));
      return QuarkusProcess.run("witness", listen.host(), port);
    } catch (IOException | TlogException e) {
      throw new StartFailure("the witness could not start: " + e.getMessage(), e);
    }
  }
}
