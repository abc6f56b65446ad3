package dev.windlass.app;

import dev.windlass.cli.Ports;
import dev.windlass.cli.Roles;
import java.nio.file.Path;
import java.util.List;

/** What the commands get: nothing is opened before it is used. */
final class CommandPorts {
  private CommandPorts() {}

  static Ports make() {
    return new Ports(
        Version.TEXT,
        DataDirectory.usual(),
        new LocalEngines(cache()),
        new Started(),
        new StoredLogChecks());
  }

  /** {@code ${WINDLASS_CACHE:-~/.cache/windlass}/run}. */
  private static Path cache() {
    var set = System.getenv("WINDLASS_CACHE");
    var base =
        set == null || set.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache", "windlass")
            : Path.of(set);
    return base.resolve("run");
  }

  /** The command line has been checked by the commands; what goes wrong from here is told. */
  private record Started() implements Roles {
    @Override
    public int up(List<String> arguments) {
      return Main.told(() -> UpProcess.run("up", arguments));
    }

    @Override
    public int worker(List<String> arguments) {
      return Main.told(() -> WorkerProcess.run(arguments));
    }

    @Override
    public int witness(List<String> arguments) {
      return Main.told(() -> WitnessProcess.run(arguments));
    }

    @Override
    public int log(List<String> arguments) {
      return Main.told(() -> LogProcess.run(arguments));
    }

    @Override
    public int mirror(List<String> arguments) {
      return Main.told(() -> MirrorProcess.run(arguments));
    }
  }
}
