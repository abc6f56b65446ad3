package dev.windlass.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.TestClock;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.TreeReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mirror process that is killed with -9 while it copies, again and again. */
class MirrorKillTest {
  private static final int ROUNDS = 6;
  private static final int STRIDE = 777;

  @TempDir Path directory;

  /** The child: copies a log that grows by some bundles between any two looks. */
  public static void main(String... args) throws IOException {
    var log = new FakeLog("truth");
    try (var mirror = Mirror.open(Path.of(args[0]), log, log.policy(), new TestClock())) {
      for (long size = mirror.status().size() + STRIDE; ; size += STRIDE) {
        log.to(size);
        if (mirror.step() instanceof Step.Advanced(_, long to)) System.out.println(to);
        else throw new IllegalStateException(mirror.status().toString());
      }
    }
  }

  @Test
  void whenever_it_is_killed_a_whole_tree_is_left() throws Exception {
    var random = new Random(5);
    long shown = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long answered = killedAfter(1 + random.nextInt(12));
      shown = assertWhole(Math.max(shown, answered));
    }
    assertTrue(shown >= ROUNDS * STRIDE, "the child came to " + shown);
  }

  private long killedAfter(int answers) throws Exception {
    var java = ProcessHandle.current().info().command().orElseThrow();
    var classes = System.getProperty("java.class.path");
    var child =
        new ProcessBuilder(
                java, "-cp", classes, MirrorKillTest.class.getName(), directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = 0;
    try (BufferedReader lines = child.inputReader()) {
      for (int i = 0; i < answers; i++) last = Long.parseLong(lines.readLine());
      child.toHandle().destroyForcibly(); // leaves what it wrote readable
      while (lines.readLine() != null) {
        // until it is gone
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    return last;
  }

  /** Reads the tree from the root down, without the source. */
  private long assertWhole(long least) throws IOException {
    var log = new FakeLog("truth");
    log.down.add("*");
    try (var mirror = Mirror.open(directory, log, log.policy(), new TestClock())) {
      var head = mirror.checkpoint().orElseThrow().checkpoint();
      assertTrue(head.size() >= least, head.size() + " after " + least);
      var tree = TreeReader.verified(t -> octets(mirror, t), head.size(), head.root());
      var hash = new MerkleHash();
      for (long bundle = 0; bundle << 8 < head.size(); bundle++) {
        int width = (int) Math.min(256, head.size() - (bundle << 8));
        var entries = EntryBundle.parse(octets(mirror, new LogPath.EntryTile(bundle, width)));
        for (int i = 0; i < width; i++)
          assertEquals(tree.leafHash((bundle << 8) + i), entries.leafHash(hash, i));
      }
      return head.size();
    }
  }

  private static byte[] octets(Mirror mirror, LogPath path) {
    try {
      return mirror.tile(path).orElseThrow(() -> new AssertionError("no " + path)).unsafeArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
