package dev.windlass.app;

import dev.windlass.mirror.HttpSource;
import dev.windlass.mirror.Mirror;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** The role {@code mirror}: a directory with a verified copy of a log. */
final class MirrorProcess {
  private static final Set<String> OPTIONS =
      Set.of("data", "source", "policy", "listen", "interval");

  private MirrorProcess() {}

  /** Blocks until the process is told to stop; the result is the exit code. */
  static int run(List<String> words) {
    var a = new Arguments("mirror", words, OPTIONS);
    var listen = ListenAddress.parse("mirror", a.text("listen", "127.0.0.1:8092"));
    var data = Path.of(a.text("data", "mirror")).toAbsolutePath().normalize();
    var interval = Duration.ofSeconds(a.number("interval", 1, 1, 86_400));
    try (var source = new HttpSource(URI.create(a.text("source", "")))) {
      var policy = WitnessPolicy.parse(Files.readString(Path.of(a.text("policy", ""))));
      try (var mirror = Mirror.open(data, source, policy, InstantSource.system())) {
        RoleBeans.mirror(mirror, "");
        int port = TcpPorts.take(listen.host(), listen.port());
        var url = "http://" + listen.withPort(port);
        System.out.println("mirror of " + mirror.log().name() + " " + url);
        RoleBeans.whenListening(
            listen.withPort(port),
            () -> {
              mirror.follow(interval);
              System.out.println("ready " + url);
            });
        return QuarkusProcess.run("mirror", listen.host(), port);
      }
    } catch (IOException | TlogException | IllegalArgumentException e) {
      throw new StartFailure("the mirror could not start: " + e.getMessage(), e);
    }
  }
}
