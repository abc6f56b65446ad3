package dev.windlass.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of the command line. */
@Command(
    name = "windlass",
    description = "Runs WebAssembly functions on workers that nobody has to trust.",
    mixinStandardHelpOptions = true)
public final class Windlass {
  private Windlass() {}

  /** Runs one command and returns its exit code. */
  public static int run(String... args) {
    return new CommandLine(new Windlass()).execute(args);
  }
}
