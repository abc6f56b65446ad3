package dev.windlass.tlog.store;

import dev.windlass.tlog.Note;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A log in a process of its own, to be killed. Says on stdout, line by line, what a client would
 * have been told: {@code appended <index> <entry>}, {@code published <size>}, {@code open}.
 */
final class LogChild {
  private LogChild() {}

  /** {@code <directory> <steps before it dies> <torn> <commits> <name of entries>}. */
  public static void main(String[] arguments) throws IOException {
    var out = new PrintStream(System.out, true);
    var root = Path.of(arguments[0]);
    var disk = new KillableDisk(Integer.parseInt(arguments[1]), arguments[2].equals("torn"));
    try (var sequencer = open(root, disk)) {
      out.println("open");
      int commits = Integer.parseInt(arguments[3]);
      for (int i = 0; i < commits; i++) {
        var entries = entries(arguments[4] + "-" + i, i % 3 == 2 ? 150 : 1);
        var appended =
            entries.stream().map(e -> sequencer.append(e).toCompletableFuture()).toList();
        for (int e = 0; e < entries.size(); e++)
          out.println(
              "appended " + appended.get(e).join().index() + " " + new String(entries.get(e)));
        if (i % 4 == 3) {
          sequencer.publish(sequencer.committed().note());
          out.println("published " + published(sequencer.published()));
        }
      }
    } catch (StoreException | IOException e) {
      out.println("failed " + e.getMessage());
      System.exit(1);
    }
  }

  static Sequencer open(Path root, Disk disk) throws IOException {
    var lock = FileLock.open(root.resolve("lock"), disk);
    return Sequencer.open(
        TestLog.SETTINGS,
        new Storage(FileBackend.open(root.resolve("tiles"), disk), lock),
        TestLog.KEY,
        TestLog.CLOCK,
        () -> 0);
  }

  static List<byte[]> entries(String name, int count) {
    var entries = new ArrayList<byte[]>();
    for (int i = 0; i < count; i++) entries.add(TestLog.entry(name + "-" + i));
    return entries;
  }

  private static long published(Optional<Note> note) {
    return note.orElseThrow().checkpoint().size();
  }
}
