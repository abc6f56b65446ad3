package dev.windlass.app;

import dev.windlass.cli.Windlass;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * Entry of the process: the first argument is a command, or a role that a program starts. A worker
 * and what a person waits for do not boot Quarkus.
 */
@QuarkusMain
public final class Main {
  private static final Set<String> ROLES =
      Set.of(
          "up",
          "head",
          "operator",
          "worker",
          "witness",
          "mirror",
          WorkerProcesses.WORD,
          NodeProbeProcess.WORD);

  private Main() {}

  /**
   * A command has nothing left to shut down, and {@code System.exit} would first load all of
   * logging to say that it was called: a quarter of the time of a short command.
   */
  public static void main(String... args) {
    int code = run(args);
    if (isRole(args)) System.exit(code);
    Runtime.getRuntime().halt(code);
  }

  private static boolean isRole(String... args) {
    return args.length > 0 && ROLES.contains(args[0]);
  }

  private static int run(String... args) {
    return switch (args.length == 0 ? "" : args[0]) {
      case EngineProcess.WORD -> {
        EngineProcess.run(args);
        yield ExitCode.OK;
      }
      case WorkerProcesses.WORD -> told(() -> WorkerProcess.run(rest(args)));
      case "head" -> told(() -> head(rest(args)));
      case "operator" -> told(() -> OperatorProcess.run(rest(args)));
      case NodeProbeProcess.WORD -> told(() -> NodeProbeProcess.run(rest(args)));
      default -> Windlass.run(CommandPorts.make(), args);
    };
  }

  private static int head(List<String> words) {
    return ClusterHeadSettings.isAsked(words)
        ? ClusterHeadProcess.run(words)
        : UpProcess.run("head", words);
  }

  /** Runs a role and says why it could not start. */
  static int told(IntSupplier role) {
    try {
      return role.getAsInt();
    } catch (StartFailure e) {
      System.err.println("error: " + e.getMessage());
      return ExitCode.LOCAL;
    }
  }

  private static List<String> rest(String... args) {
    return Arrays.asList(args).subList(1, args.length);
  }
}
