package dev.windlass.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code make native-check}: whether a native image would have what the roles reflect on. Exit code
 * 1 when it would not.
 */
public final class NativeCheck {
  private NativeCheck() {}

  /**
   * @param words the folder of the image's sources, the agent's jar, a directory to work in
   */
  public static void main(String... words) throws Exception {
    var sources = Path.of(words[0]).toAbsolutePath();
    var work = Path.of(words[2]).toAbsolutePath();
    var trace = work.resolve("trace.tsv");
    var place = new TracedRole.Place(sources, Path.of(words[1]).toAbsolutePath(), trace, work);
    Files.deleteIfExists(trace);
    try (var roles = new Roles(place)) {
      said("commands", roles::commands);
      said("one machine", roles::oneMachine);
      said("cluster", roles::cluster);
    } catch (RuntimeException e) {
      // Clients of the control plane would keep this process alive.
      System.err.println("native-check: " + e.getMessage());
      System.exit(1);
    }
    System.exit(judge(sources, trace));
  }

  /** Something of the program that is run. */
  private interface Part {
    void run() throws Exception;
  }

  private static void said(String what, Part part) throws Exception {
    long began = System.nanoTime();
    part.run();
    System.out.printf(
        "native-check: %s, %d s%n", what, (System.nanoTime() - began) / 1_000_000_000);
  }

  private static int judge(Path sources, Path trace) throws IOException {
    var registered = Registered.read(sources);
    var found = Trace.read(trace, registered);
    var excuses = Excuses.read();
    var open = excuses.without(found.missing());
    System.out.printf(
        "native-check: %d lines of trace, %d of them asked of the running image; %d types are"
            + " registered; %d are not there and excused by %d lines, %d are not there%n",
        found.lines(),
        found.asked(),
        registered.typeCount(),
        found.missing().size() - open.size(),
        excuses.size(),
        open.size());
    open.forEach(o -> System.out.println("  " + o));
    var idle = excuses.unused(found.missing());
    idle.forEach(i -> System.out.println("  excuses nothing: " + i));
    return open.isEmpty() && idle.isEmpty() ? 0 : 1;
  }

  static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(l -> !l.isBlank() && !l.startsWith("#"))
        .toList();
  }
}
