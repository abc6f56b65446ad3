package dev.windlass.app;

import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.tlog.WitnessPolicy;
import dev.windlass.witness.FileStates;
import dev.windlass.witness.Witness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The role {@code witness}: a directory with the last checkpoint of each log, and a key in it or
 * given to it.
 */
final class WitnessProcess {
  private static final Set<String> OPTIONS =
      Set.of("data", "name", "log", "listen", "key", "policy");

  private WitnessProcess() {}

  /** Blocks until the process is told to stop; the result is the exit code. */
  static int run(List<String> words) {
    var a = new Arguments("witness", words, OPTIONS);
    var listen = ListenAddress.parse("witness", a.text("listen", "127.0.0.1:8091"));
    var data = Path.of(a.text("data", "witness")).toAbsolutePath().normalize();
    try (var states = FileStates.open(data)) {
      var key = key(a, data);
      var logs = logs(a);
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

  /** Given, and then only read; or its own, made at the first start. */
  private static SigningKey key(Arguments a, Path data) throws IOException {
    if (a.has("key")) {
      if (a.has("name"))
        throw new StartFailure("windlass witness: a key that is given has its name: no --name");
      return SigningKeyFile.readMounted(Path.of(a.text("key", "")));
    }
    if (!a.has("name"))
      throw new StartFailure("windlass witness: say the --name of its key, or give one by --key");
    return SigningKeyFile.open(data.resolve("key"), a.text("name", ""));
  }

  /** Those that are named, and those of a policy. */
  private static List<VerifierKey> logs(Arguments a) throws IOException {
    var logs = new ArrayList<>(a.texts("log").stream().map(VerifierKey::parse).toList());
    if (a.has("policy")) {
      var policy = WitnessPolicy.parse(Files.readString(Path.of(a.text("policy", ""))));
      policy.logs().forEach(log -> logs.add(log.key()));
    }
    if (logs.isEmpty())
      throw new StartFailure("windlass witness: say which --log to cosign, or give a --policy");
    return logs;
  }
}
