package dev.windlass.mirror;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.identity.TestClock;
import dev.windlass.mirror.Problem.Kind;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TreeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MirrorTest {
  @TempDir Path directory;
  private final TestClock clock = new TestClock();
  private final FakeLog log = new FakeLog("truth");
  private final List<Mirror> open = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (var mirror : open) mirror.close();
  }

  private Mirror open(Source source) throws IOException {
    var mirror = Mirror.open(directory.resolve("m"), source, log.policy(), clock);
    open.add(mirror);
    return mirror;
  }

  private void reopenable() throws IOException {
    for (var mirror : open) mirror.close();
    open.clear();
  }

  private static void refused(Kind kind, Mirror mirror) {
    var step = assertInstanceOf(Step.Refused.class, mirror.step());
    assertEquals(kind, step.problem().kind(), step.problem().toString());
    assertEquals(step.problem(), mirror.status().problem().orElseThrow());
    assertEquals(!step.problem().isLoud(), mirror.status().isGood());
  }

  /** Reads the whole tree as a stranger would, from the root down, and every entry. */
  private void assertWhole(Mirror mirror, long size) throws IOException {
    var note = mirror.checkpoint().orElseThrow();
    var head = note.checkpoint();
    assertEquals(size, head.size());
    assertTrue(log.policy().evaluate(note).isAccepted());
    var hash = new MerkleHash();
    var tree = TreeReader.verified(tile -> octets(mirror, tile), size, head.root());
    for (long i = 0; i < size; i++) {
      long bundle = i >> 8;
      int width = (int) Math.min(256, size - (bundle << 8));
      if ((i & 0xff) != 0) continue;
      var entries = EntryBundle.parse(octets(mirror, new LogPath.EntryTile(bundle, width)), width);
      for (int k = 0; k < width; k++) {
        assertArrayEquals(log.entry(i + k), entries.entry(k));
        assertEquals(tree.leafHash(i + k), entries.leafHash(hash, k));
      }
    }
  }

  private static byte[] octets(Mirror mirror, LogPath path) {
    try {
      return mirror.tile(path).orElseThrow(() -> new AssertionError("no " + path)).unsafeArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private long filesKept() throws IOException {
    try (var files = Files.walk(directory.resolve("m"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 255, 256, 257, 511, 512, 70_000})
  void a_copy_is_whole_at_every_edge(long size) throws IOException {
    var mirror = open(log.to(size));

    assertEquals(new Step.Advanced(0, size), mirror.step());

    assertWhole(mirror, size);
    assertEquals(new Step.Unchanged(size), mirror.step());
  }

  @Test
  void it_grows_with_its_source_and_keeps_one_partial_tile_a_level() throws IOException {
    var mirror = open(log);
    long size = 0;
    for (int by : new int[] {1, 1, 100, 153, 1, 1, 255, 1, 600, 3, 64_000, 700, 40}) {
      log.to(size + by);
      assertEquals(new Step.Advanced(size, size + by), mirror.step());
      size += by;
      assertWhole(mirror, size);
    }
    long bundles = (size + 255) / 256;
    long tiles = bundles + (size / 256 + 255) / 256 + 1;
    assertEquals(bundles + tiles + 2, filesKept(), "with checkpoint and lock");
  }

  @Test
  void every_width_of_a_tile_that_was_shown_can_still_be_read() throws IOException {
    var mirror = open(log);
    for (long size : new long[] {3, 90, 200, 300}) {
      log.to(size);
      mirror.step();
    }
    for (int width = 1; width <= 256; width++) {
      var hashes = mirror.tile(new LogPath.HashTile(0, 0, width)).orElseThrow();
      assertEquals(width * Hash.BYTES, hashes.size());
      var entries = mirror.tile(new LogPath.EntryTile(0, width)).orElseThrow();
      assertEquals(width, EntryBundle.parse(entries.toArray()).size());
    }
    assertTrue(mirror.tile(new LogPath.HashTile(0, 1, 44)).isPresent());
    for (var none :
        List.of(
            new LogPath.HashTile(0, 1, 45),
            new LogPath.HashTile(0, 2, 1),
            new LogPath.HashTile(1, 0, 2),
            new LogPath.HashTile(8, 0, 1),
            new LogPath.HashTile(63, 999_999_999_999_999_999L, 1),
            new LogPath.EntryTile(999_999_999_999_999_999L, 1),
            new LogPath.EntryTile(1, 256)))
      assertTrue(mirror.tile(none).isEmpty(), none.toString());
  }

  @Test
  void a_fork_is_refused_and_both_trees_are_kept_as_evidence() throws IOException {
    var mirror = open(log.to(300));
    mirror.step();
    var good = mirror.checkpoint().orElseThrow();

    var lie = new FakeLog("lie");
    reopenable();
    var forked = open(lie.to(300));
    refused(Kind.FORK, forked);
    lie.to(900);
    refused(Kind.FORK, forked);

    assertEquals(good, forked.checkpoint().orElseThrow());
    assertWhole(forked, 300);
    var evidence = Files.readString(directory.resolve("m/fork.txt"));
    assertTrue(evidence.contains(good.encoded()), evidence);
    assertTrue(evidence.contains(lie.cosigned(log(lie, 300), FakeLog.NOW).encoded()), evidence);
  }

  private static Checkpoint log(FakeLog lie, long size) {
    var smaller = new FakeLog("lie").to(size);
    assertEquals(lie.key.verifier(), smaller.key.verifier());
    return smaller.head();
  }

  @Test
  void a_rollback_is_refused_and_the_larger_tree_served_on() throws IOException {
    var mirror = open(log.to(300));
    mirror.step();
    var older = new FakeLog("truth").to(299);
    log.files.put("checkpoint", older.files.get("checkpoint"));

    refused(Kind.ROLLBACK, mirror);

    assertWhole(mirror, 300);
    assertEquals(new Step.Advanced(300, 301), stepAfter(mirror, 301));
    assertTrue(mirror.status().problem().isEmpty());
  }

  private Step stepAfter(Mirror mirror, long size) {
    log.to(size);
    return mirror.step();
  }

  @Test
  void a_checkpoint_without_signature_or_quorum_is_refused() throws IOException {
    var mirror = open(log.to(10));
    mirror.step();
    log.grow(20);
    var head = log.head();
    var note = log.key.sign(head);
    var one = note.with(log.w1.cosign(note.text(), FakeLog.NOW));
    var future = log.cosigned(head, FakeLog.NOW.plus(Duration.ofMinutes(6)));
    var stranger = log.w1.sign(head).with(log.w1.cosign(note.text(), FakeLog.NOW));
    for (var bad : List.of(note, one, future, stranger)) {
      log.show(bad);
      refused(Kind.NOT_BELIEVED, mirror);
    }
    log.files.put("checkpoint", "no checkpoint".getBytes());
    refused(Kind.NOT_BELIEVED, mirror);

    assertWhole(mirror, 10);
    log.show(log.cosigned(head, FakeLog.NOW.minus(Duration.ofDays(30))));
    assertEquals(new Step.Advanced(10, 20), mirror.step());
  }

  @Test
  void a_bit_flipped_anywhere_at_the_source_is_found_before_it_is_written() throws IOException {
    log.to(600);
    var mirror = open(log);
    for (var path : List.copyOf(log.files.keySet())) {
      if (path.equals("checkpoint")) continue;
      for (int octet :
          new int[] {0, log.files.get(path).length / 2, log.files.get(path).length - 1}) {
        log.flip(path, octet);
        var step = mirror.step();
        log.flip(path, octet);
        if (step instanceof Step.Refused(var problem)) {
          assertEquals(Kind.BAD_OCTETS, problem.kind(), path + ": " + problem);
          assertTrue(mirror.checkpoint().isEmpty());
        } else {
          assertEquals(new Step.Advanced(0, 600), step, path + " is not needed");
          assertWhole(mirror, 600);
          reopenable();
          delete(directory.resolve("m"));
          mirror = open(log);
        }
      }
    }
  }

  private static void delete(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList())
        Files.delete(file);
    }
  }

  @Test
  void a_source_that_is_away_is_no_alarm_and_is_found_again() throws IOException {
    var mirror = open(log.to(300));
    mirror.step();
    log.down.add("*");
    refused(Kind.UNREACHABLE, mirror);
    assertTrue(mirror.status().isGood());
    assertWhole(mirror, 300);
    log.down.clear();
    log.to(400);
    log.down.add("tile/entries/001.p/144");
    refused(Kind.UNREACHABLE, mirror);
    log.down.clear();
    assertEquals(new Step.Advanced(300, 400), mirror.step());
  }

  @Test
  void a_partial_tile_that_is_gone_is_read_out_of_the_full_one() throws IOException {
    log.to(300);
    var shown = log.files.get("checkpoint");
    log.to(600);
    log.files.put("checkpoint", shown);
    log.files.keySet().removeIf(path -> path.contains(".p/"));
    log.files.put("tile/1/000.p/1", new FakeLog("truth").to(300).files.get("tile/1/000.p/1"));
    var mirror = open(log);

    assertEquals(new Step.Advanced(0, 300), mirror.step());
    assertWhole(mirror, 300);
  }

  @Test
  void what_was_copied_before_an_interruption_is_not_fetched_again() throws IOException {
    log.to(256 * 20);
    log.down.add("tile/entries/015");
    var mirror = open(log);
    refused(Kind.UNREACHABLE, mirror);
    assertTrue(mirror.checkpoint().isEmpty(), "the checkpoint comes last");
    reopenable();
    log.down.clear();
    log.asked.clear();

    var again = open(log);
    assertEquals(new Step.Advanced(0, 256 * 20), again.step());
    assertFalse(log.asked.contains("tile/entries/014"));
    assertTrue(log.asked.contains("tile/entries/015"));
    assertWhole(again, 256 * 20);
  }

  @Test
  void what_an_interruption_left_wrong_is_fetched_again() throws IOException {
    log.to(1000);
    log.down.add("tile/entries/002");
    var mirror = open(log);
    refused(Kind.UNREACHABLE, mirror);
    Files.write(directory.resolve("m/tile/entries/001"), new byte[] {0, 1, 7});
    log.down.clear();

    mirror.step();

    assertWhole(mirror, 1000);
  }

  @Test
  void its_own_lost_edge_is_mended_out_of_the_source() throws IOException {
    var mirror = open(log.to(300));
    mirror.step();
    Files.delete(directory.resolve("m/tile/0/001.p/44"));
    log.to(310);

    assertEquals(new Step.Advanced(300, 310), mirror.step());
    assertWhole(mirror, 310);
  }

  @Test
  void it_serves_at_once_what_it_had_when_it_stopped() throws IOException {
    open(log.to(300)).step();
    reopenable();
    log.down.add("*");

    var again = open(log);

    assertWhole(again, 300);
  }

  @Test
  void a_checkpoint_of_ours_that_was_changed_stops_it() throws IOException {
    open(log.to(300)).step();
    reopenable();
    var file = directory.resolve("m/checkpoint");
    var note = Note.parse(Files.readAllBytes(file));
    Files.writeString(file, note.encoded().replace("\n300\n", "\n299\n"));

    var e = assertThrows(IOException.class, () -> open(log));
    assertTrue(String.valueOf(e.getMessage()).contains("does not verify"), e.getMessage());
    assertThrows(IOException.class, () -> open((path, most) -> java.util.Optional.of(Bytes.EMPTY)));
  }

  @Test
  void newer_cosignatures_of_the_same_tree_are_taken_over() throws IOException {
    var mirror = open(log.to(300));
    mirror.step();
    var newer = log.cosigned(log.head(), FakeLog.NOW.plusSeconds(60));
    log.show(newer);

    assertEquals(new Step.Unchanged(300), mirror.step());
    assertEquals(newer, mirror.checkpoint().orElseThrow());
  }

  @Test
  void a_directory_has_one_mirror() throws IOException {
    open(log);
    var e = assertThrows(IOException.class, () -> open(log));
    assertTrue(String.valueOf(e.getMessage()).contains("in use"), e.getMessage());
  }
}
