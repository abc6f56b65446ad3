package dev.windlass.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.tlog.SigningKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A witness process that is killed with -9 in the midst of its work, again and again. */
class WitnessKillTest {
  private static final String ORIGIN = "log.example.org/ledger";
  private static final int ROUNDS = 8;

  @TempDir Path directory;

  /** The child: cosigns one tree after the other and says the size of each that it answered. */
  public static void main(String... args) throws IOException {
    var log = new GrowingLog(ORIGIN, "truth");
    var witness = open(FileStates.open(Path.of(args[0])), log);
    for (long size = witness.size(ORIGIN); ; size++) {
      if (witness.addCheckpoint(log.request(size, size + 1)).status() != 200)
        throw new IllegalStateException("not cosigned at " + size);
      System.out.println(size + 1);
    }
  }

  private static Witness open(States states, GrowingLog log) throws IOException {
    var key = new SigningKey("w1.example.org/witness", new byte[32]);
    return Witness.open(states, key, List.of(log.key.verifier()), InstantSource.system());
  }

  @Test
  void what_was_answered_before_a_kill_is_never_forgotten() throws Exception {
    var log = new GrowingLog(ORIGIN, "truth");
    var fork = new GrowingLog(ORIGIN, "lie");
    var random = new Random(11);
    long answered = 0;
    for (int round = 0; round < ROUNDS; round++) {
      answered = killedAfter(1 + random.nextInt(60), answered);
      try (var states = FileStates.open(directory)) {
        var witness = open(states, log);
        long size = witness.size(ORIGIN);
        assertTrue(size >= answered && size <= answered + 2, size + " after " + answered);
        assertEquals(422, witness.addCheckpoint(fork.request(size, size)).status());
        assertEquals(409, witness.addCheckpoint(log.request(size - 1, size)).status());
        answered = size;
      }
    }
    assertTrue(answered > ROUNDS, "the child came to " + answered);
  }

  /** Starts the child, reads so many answers, kills it while it goes on, and reads the rest. */
  private long killedAfter(int answers, long before) throws Exception {
    var java = ProcessHandle.current().info().command().orElseThrow();
    var classes = System.getProperty("java.class.path");
    var child =
        new ProcessBuilder(
                java, "-cp", classes, WitnessKillTest.class.getName(), directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = before;
    try (BufferedReader lines = child.inputReader()) {
      for (int i = 0; i < answers; i++) last = Long.parseLong(lines.readLine());
      child.toHandle().destroyForcibly(); // leaves what it wrote readable
      for (var line = lines.readLine(); line != null; line = lines.readLine())
        if (!line.isEmpty()) last = Math.max(last, torn(line, last));
    } finally {
      child.destroyForcibly().waitFor();
    }
    return last;
  }

  /** The last line may end early, and is then a smaller number. */
  private static long torn(String line, long last) {
    long size = Long.parseLong(line);
    return size == last + 1 ? size : last;
  }
}
