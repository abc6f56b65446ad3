package dev.windlass.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Streams and environment of a command.
 *
 * @param err a person reads it: progress is overwritten in place
 */
record Terminal(
    InputStream in, PrintStream out, PrintStream err, Map<String, String> env, boolean isPerson) {
  Terminal {
    env = Map.copyOf(env);
  }

  static Terminal ofProcess() {
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    return new Terminal(System.in, out, err, System.getenv(), isTerminal(2));
  }

  /** Whether a person types the input, so that nobody wonders why nothing happens. */
  boolean isTyped() {
    return isPerson && in == System.in && isTerminal(0);
  }

  String variable(String name, String otherwise) {
    var value = env.get(name);
    return value == null || value.isBlank() ? otherwise : value;
  }

  /** Cheaper than {@code System.console()}, which loads a line editor. */
  private static boolean isTerminal(int descriptor) {
    try {
      var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException _) {
      return false;
    }
  }
}
