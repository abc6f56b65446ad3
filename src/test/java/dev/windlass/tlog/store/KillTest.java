package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process on a real disk, killed. */
class KillTest {
  @TempDir private Path temporary;

  /** What a client was told by all the processes on one directory. */
  private final Map<Long, String> appended = new HashMap<>();

  private long published;
  private int exit;

  @Test
  void a_process_killed_at_every_step_leaves_a_log_that_goes_on() throws Exception {
    int steps = 0;
    do {
      appended.clear();
      published = 0;
      var root = temporary.resolve("steps-" + steps);
      run(root, steps, steps % 2 == 0 ? "torn" : "whole", 5, "a");
      boolean killed = exit == 137;
      check(root);
      if (!killed) break;
      steps += steps < 70 ? 1 : 9;
    } while (steps < 2_000);

    assertEquals(0, exit);
    assertTrue(steps > 100, "only " + steps + " steps");
  }

  /** Also while it recovers from the last kill. */
  @Test
  void a_process_killed_again_and_again_loses_nothing() throws Exception {
    var chance = new SplittableRandom(7);
    var root = temporary.resolve("again");
    for (int life = 0; life < 15; life++)
      run(root, chance.nextInt(2, 150), "torn", 40, "life" + life);
    check(root);
    assertTrue(appended.size() > 100, appended.size() + " entries");
  }

  @Test
  void a_process_under_load_is_killed_by_a_signal_and_loses_nothing() throws Exception {
    var chance = new SplittableRandom(8);
    var root = temporary.resolve("signal");
    for (int life = 0; life < 6; life++) {
      var process = start(root, Integer.MAX_VALUE, "whole", 1_000_000, "life" + life);
      int lines = chance.nextInt(1, 3_000);
      try (var out = process.inputReader(StandardCharsets.UTF_8)) {
        for (int i = 0; i < lines; i++) take(out.readLine());
        process.toHandle().destroyForcibly(); // that of Process would close the stream as well
        drain(out);
      }
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      assertEquals(137, process.exitValue());
    }
    check(root);
    assertTrue(appended.size() > 1_000, appended.size() + " entries");
  }

  @Test
  void a_second_sequencer_on_one_directory_is_refused_with_the_process_of_the_first()
      throws Exception {
    var root = temporary.resolve("two");
    try (var first = LogChild.open(root, Disk.REAL)) {
      var process = start(root, Integer.MAX_VALUE, "whole", 1, "second");
      try (var out = process.inputReader(StandardCharsets.UTF_8)) {
        assertEquals(
            "failed another sequencer (process "
                + ProcessHandle.current().pid()
                + ") holds the log's lock "
                + root.toRealPath().resolve("lock"),
            out.readLine());
      }
      assertEquals(1, process.waitFor());
      assertEquals(0, first.append(TestLog.entry("goes on")).toCompletableFuture().join().index());
    }
  }

  private void run(Path root, int steps, String torn, int commits, String name) throws Exception {
    var process = start(root, steps, torn, commits, name);
    try (var out = process.inputReader(StandardCharsets.UTF_8)) {
      drain(out);
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    exit = process.exitValue();
    assertTrue(exit == 137 || exit == 0, "it ended with " + exit);
  }

  private void drain(BufferedReader out) throws IOException {
    for (var line = out.readLine(); line != null; line = out.readLine()) take(line);
  }

  private void take(String line) {
    var words = line.split(" ", 3);
    switch (words[0]) {
      case "open" -> {}
      case "appended" -> {
        if (words.length < 3) return; // cut off by the kill: nobody was told
        var known = appended.put(Long.parseLong(words[1]), words[2]);
        assertTrue(known == null || known.startsWith(words[2]), line + ", before " + known);
      }
      case "published" -> published = Math.max(published, Long.parseLong(words[1]));
      default -> throw new AssertionError("the log said: " + line);
    }
  }

  /** In this process, as the next one to open it. */
  private void check(Path root) throws IOException {
    try (var sequencer = LogChild.open(root, Disk.REAL)) {
      long size = sequencer.committed().size();
      for (var each : appended.entrySet()) {
        assertTrue(each.getKey() < size, each + " of " + size);
        var entry = new String(sequencer.reader().entry(each.getKey()), StandardCharsets.UTF_8);
        assertTrue(entry.startsWith(each.getValue()), entry + ", told " + each.getValue());
      }
      assertTrue(size >= published, published + " published, " + size + " there");
      var lock = FileLock.read(root.resolve("lock")).orElseThrow();
      TestLog.assertClean(FileBackend.open(root.resolve("tiles")), lock);
      var next = sequencer.append(TestLog.entry("and on " + size)).toCompletableFuture().join();
      assertEquals(size, next.index());
    }
  }

  private static Process start(Path root, int steps, String torn, int commits, String name)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(List.of("-Xmx128m", "-cp", System.getProperty("java.class.path")));
    command.add(LogChild.class.getName());
    command.addAll(List.of(root.toString(), "" + steps, torn, "" + commits, name));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }
}
