package dev.windlass.kube;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server that does not outlive this JVM, however that ends: a shell waits at the end of a pipe
 * that the kernel closes with us, and kills.
 */
final class Leashed {
  /** A pipe that closes without a word is a JVM that died: what $LITTER names goes too. */
  private static final String SHELL =
      """
      "$@" </dev/null 3<&- &
      server=$!
      { word=$(cat <&3); kill -9 $server 2>/dev/null; [ -n "$word" ] || rm -rf ${LITTER:+"$LITTER"}; } &
      watcher=$!
      exec 3<&-
      wait $server
      kill $watcher 2>/dev/null
      """;

  private final Process shell;
  private final OutputStream leash;
  private final Path log;

  private Leashed(Process shell, Path log) {
    this.shell = shell;
    this.leash = shell.getOutputStream();
    this.log = log;
  }

  /**
   * @param litter a directory to remove when this JVM dies without a word; empty for none
   */
  static Leashed start(Path log, String litter, List<String> command) throws IOException {
    var line = new ArrayList<>(List.of("sh", "-c", "exec 3<&0\n" + SHELL, "leash"));
    line.addAll(command);
    var builder =
        new ProcessBuilder(line)
            .directory(new File("/"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("LITTER", litter);
    return new Leashed(builder.start(), log);
  }

  boolean isAlive() {
    return shell.isAlive();
  }

  /** At once, as by kill -9. */
  void kill() throws IOException {
    try (leash) {
      leash.write('.');
    } catch (IOException e) {
      // nobody listens: it has ended
    }
    try {
      if (!shell.waitFor(20, TimeUnit.SECONDS))
        throw new IOException("the server of " + log + " did not end within 20 s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the server of " + log + " ended", e);
    }
  }

  String lastWords() throws IOException {
    var lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
  }
}
