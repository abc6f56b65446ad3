package dev.windlass.app;

import dev.windlass.cli.Windlass;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Arrays;
import java.util.List;

/** Entry of the process: the first argument is a role, or a command of a person. */
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String... args) {
    System.exit(run(args));
  }

  private static int run(String... args) {
    var first = args.length == 0 ? "" : args[0];
    try {
      return switch (first) {
        case EngineProcess.WORD -> {
          EngineProcess.run(args);
          yield ExitCode.OK;
        }
        case "up", "head" -> UpProcess.run(first, rest(args));
        case "worker" -> WorkerProcess.run(rest(args));
        default -> Windlass.run(CommandPorts.make(), args);
      };
    } catch (StartFailure e) {
      System.err.println("windlass: " + e.getMessage());
      return ExitCode.UNAVAILABLE;
    }
  }

  private static List<String> rest(String... args) {
    return Arrays.asList(args).subList(1, args.length);
  }
}
