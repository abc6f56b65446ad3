package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.SigningKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A log whose storage was damaged, set back or mixed up: what is refused, and what fsck says. */
class DamageTest {
  private static final TestLog BASE = TestLog.of(600);

  private final TestLog log = BASE.copy();

  private StoreException.CannotOpen refused(long witnessed) {
    var lock = log.lock().copy(log.faults());
    var storage = new Storage(log.backend(), lock);
    var refused =
        assertThrows(
            StoreException.CannotOpen.class,
            () ->
                Sequencer.open(
                    TestLog.SETTINGS, storage, TestLog.KEY, TestLog.CLOCK, () -> witnessed));
    assertFalse(lock.isOpen(), "the lock is given back");
    return refused;
  }

  private void assertRefused(String... words) {
    var message = refused(0).getMessage();
    for (var word : words) assertTrue(message.contains(word), message);
  }

  private Fsck.Report fsck() throws IOException {
    return new Fsck(Fsck.Source.of(log.backend()), TestLog.KEY.verifier(), _ -> {}).run();
  }

  private void assertFound(String path, String words) throws IOException {
    var report = fsck();
    assertFalse(report.isClean());
    assertTrue(
        report.problems().stream()
            .anyMatch(p -> p.path().equals(path) && p.toString().contains(words)),
        report.problems().toString());
  }

  @Test
  void a_sound_log_is_clean_and_its_progress_is_told() throws IOException {
    var progress = new ArrayList<Long>();
    var report =
        new Fsck(Fsck.Source.of(log.backend()), TestLog.KEY.verifier(), progress::add).run();

    assertEquals(List.of(), report.problems());
    assertEquals(600, report.size());
    assertEquals(List.of(256L, 512L, 600L), progress);
    assertEquals(7, report.tiles(), "three hash tiles, three bundles, one tile above");
  }

  static Stream<String> files() {
    return BASE.backend().content().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void one_bit_flipped_anywhere_is_found(String path) throws IOException {
    var octets = log.backend().get(path).orElseThrow();
    var chance = new SplittableRandom(path.hashCode());
    for (int i = 0; i < 20; i++) {
      int bit = chance.nextInt(octets.length * 8);
      var flipped = octets.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      log.backend().tamper(path, flipped);

      var report = fsck();

      assertFalse(report.isClean(), path + " bit " + bit);
      assertTrue(
          report.problems().stream()
              .anyMatch(
                  p ->
                      p.toString().contains(path.replace(".p/", ".p/"))
                          || p.path().equals("checkpoint")
                          || p.path().startsWith("tile/0/")),
          report.problems().toString());
    }
    log.backend().tamper(path, octets);
    assertTrue(fsck().isClean());
  }

  @ParameterizedTest
  @MethodSource("files")
  void a_missing_or_torn_file_is_found_by_its_name(String path) throws IOException {
    var octets = log.backend().get(path).orElseThrow();

    log.backend().lose(path);
    assertFound(path, "found nothing");
    log.backend().tamper(path, Arrays.copyOf(octets, octets.length / 2));
    assertFound(path, "expected");
    log.backend().tamper(path, new byte[0]);
    assertFound(path, "expected");
  }

  @Test
  void a_tile_at_the_edge_that_is_missing_or_changed_is_not_opened() {
    log.backend().lose("tile/0/002.p/88");
    assertRefused("damaged", "tile/0/002.p/88 is missing", "windlass log fsck");

    log.backend().tamper("tile/0/002.p/88", new byte[88 * 32]);
    assertRefused("damaged", "root", "expected " + log.committer().head().root());
  }

  @Test
  void entries_at_the_edge_that_changed_are_not_opened() {
    var octets = log.backend().get("tile/entries/002.p/88").orElseThrow();
    octets[5] ^= 1;
    log.backend().tamper("tile/entries/002.p/88", octets);

    assertRefused("entry 0 of tile/entries/002.p/88 hashes to", "expected");
  }

  @Test
  void a_tile_behind_the_edge_that_changed_is_not_opened_while_duplicates_are_sought_in_it() {
    var octets = log.backend().get("tile/0/001").orElseThrow();
    octets[4_000] ^= 1;
    log.backend().tamper("tile/0/001", octets);
    assertRefused("tile/0/001 hashes to", "expected");

    log.backend().lose("tile/0/001");
    assertRefused("tile/0/001 is missing");
  }

  @Test
  void a_torn_checkpoint_is_named() {
    var octets = log.backend().get("checkpoint").orElseThrow();
    log.backend().tamper("checkpoint", Arrays.copyOf(octets, octets.length - 30));
    assertRefused("checkpoint holds no checkpoint");
  }

  @Test
  void a_torn_lock_is_named() {
    log.lock().tamper(TestLog.entry("log.example/ledger\n60"));
    assertRefused("the lock holds no checkpoint (21 octets)");
  }

  @Test
  void another_logs_lock_or_key_is_refused() {
    var other =
        new SigningKey("log.example/ledger", TestLog.entry("0123456789abcdef0123456789abcdef"));
    log.lock()
        .tamper(other.sign(new Checkpoint("log.example/ledger", 0, Hash.EMPTY_ROOT)).encode());
    assertRefused("not signed by " + TestLog.KEY.verifier(), "use the key");
  }

  @Test
  void a_lock_that_was_set_back_is_refused_because_more_was_published() {
    log.lock().tamper(log.lock().history().get(1));
    assertRefused("set back", "size 256", "size 600 was published", "would fork it");
  }

  /** The whole volume, lock and all: only witnesses know. */
  @Test
  void a_volume_that_was_restored_from_an_old_copy_is_refused_because_a_witness_remembers() {
    var message = refused(601).getMessage();

    assertTrue(message.contains("its lock says size 600"), message);
    assertTrue(message.contains("a witness has seen size 601"), message);
    assertTrue(message.contains("would fork it"), message);
    assertTrue(message.contains("restore a newer copy"), message);
    log.reload(); // and opens when the witness knows no more than we
  }

  @Test
  void a_published_checkpoint_of_another_history_is_refused() {
    var forked = TestLog.KEY.sign(new Checkpoint("log.example/ledger", 500, Hash.EMPTY_ROOT));
    log.backend().tamper("checkpoint", forked.encode());
    assertRefused("published checkpoint of size 500", "the log is forked");
  }

  @Test
  void a_lock_that_is_gone_is_not_taken_for_a_new_log() {
    var storage = new Storage(log.backend(), new FaultyLock(log.faults()));
    var refused =
        assertThrows(
            StoreException.CannotOpen.class,
            () -> Sequencer.open(TestLog.SETTINGS, storage, TestLog.KEY, TestLog.CLOCK, () -> 0));
    assertTrue(refused.getMessage().contains("is gone, but there is checkpoint"));
  }

  @Test
  void a_staged_batch_that_was_damaged_is_named() {
    log.append(3);
    var staged = log.backend().list("staging").getFirst();
    var octets = log.backend().get(staged).orElseThrow();
    octets[octets.length - 40] ^= 1;
    log.backend().tamper(staged, octets);
    assertRefused(staged + " is damaged: its SHA-256 is");
  }

  @Test
  void what_an_uncommitted_batch_left_is_removed_when_the_log_is_opened() {
    log.faults().failAt(1, Faults.Fault.LOST);
    assertThrows(StoreException.Broken.class, () -> log.append(3));
    assertEquals(1, log.backend().list("staging").size());

    log.reload();

    assertEquals(600, log.size());
    assertEquals(List.of(), log.backend().list("staging"));
  }

  /** A recovery may fail as well, at each of its writes. */
  @Test
  void a_recovery_that_fails_is_done_again() {
    for (var fault : Faults.Fault.values()) {
      for (int n = 0; ; n++) {
        var again = BASE.copy();
        var entries = again.fresh(300);
        again.append(entries.subList(0, 10));
        again.faults().failAt(3, Faults.Fault.LOST); // the second tile of the next commit
        assertThrows(StoreException.Broken.class, () -> again.append(entries.subList(10, 266)));
        again.faults().failAt(n, fault);
        try {
          again.reload();
        } catch (StoreException.CannotOpen e) {
          again.faults().heal();
          again.reload();
        }
        assertEquals(866, again.size());
        assertArrayEquals(
            entries.get(265), new LogReader(again.backend(), again.committer()::tree).entry(865));
        again.assertWholeTreeVerifies();
        if (again.faults().failed().isEmpty()) {
          assertTrue(n > 10, "only " + n + " writes");
          break;
        }
      }
    }
  }
}
