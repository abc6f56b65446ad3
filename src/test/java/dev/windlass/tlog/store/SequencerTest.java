package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TileEdge;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sequencer with its thread: batches, bounds, refusals, publication. */
@Timeout(60)
class SequencerTest {
  private final Faults faults = new Faults();
  private final Gate backend = new Gate(new FaultyBackend(faults));
  private final FaultyLock lock = new FaultyLock(faults);
  private Optional<Sequencer> open = Optional.empty();

  /** Holds up writes of staged entries while it is closed, and counts them. */
  private static final class Gate implements Backend {
    private final FaultyBackend behind;
    private final AtomicInteger staged = new AtomicInteger();
    private volatile CountDownLatch closed = new CountDownLatch(0);
    private volatile CountDownLatch arrived = new CountDownLatch(0);

    Gate(FaultyBackend behind) {
      this.behind = behind;
    }

    void close() {
      arrived = new CountDownLatch(1);
      closed = new CountDownLatch(1);
    }

    void awaitArrival() throws InterruptedException {
      assertTrue(arrived.await(20, TimeUnit.SECONDS));
    }

    void open() {
      closed.countDown();
    }

    @Override
    public void put(List<Upload> uploads) throws IOException {
      if (uploads.getFirst().path().startsWith("staging/")) {
        staged.incrementAndGet();
        arrived.countDown();
        try {
          assertTrue(closed.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      behind.put(uploads);
    }

    @Override
    public void putLazily(List<Upload> uploads) throws IOException {
      behind.putLazily(uploads);
    }

    @Override
    public void sync() throws IOException {
      behind.sync();
    }

    @Override
    public Optional<byte[]> get(String path) {
      return behind.get(path);
    }

    @Override
    public List<String> list(String directory) {
      return behind.list(directory);
    }

    @Override
    public void delete(List<String> paths) throws IOException {
      behind.delete(paths);
    }
  }

  private Sequencer open(StoreSettings settings, InstantSource clock) {
    var sequencer =
        Sequencer.open(settings, new Storage(backend, lock), TestLog.KEY, clock, () -> 0);
    open = Optional.of(sequencer);
    return sequencer;
  }

  private Sequencer open() {
    return open(TestLog.SETTINGS, TestLog.CLOCK);
  }

  @AfterEach
  void close() throws IOException {
    backend.open();
    if (open.isPresent()) open.get().close();
  }

  private static CompletableFuture<Appended> append(Sequencer log, String entry) {
    return log.append(TestLog.entry(entry)).toCompletableFuture();
  }

  private static Throwable failure(CompletableFuture<?> future) {
    return assertThrows(CompletionException.class, future::join).getCause();
  }

  @Test
  void an_entry_alone_is_committed_at_once_and_can_be_read() {
    var log = open();

    assertEquals(new Appended(0, false), append(log, "alone").join());

    assertEquals(1, log.committed().size());
    assertArrayEquals(TestLog.entry("alone"), log.reader().entry(0));
    var leaf = new MerkleHash().leafHash(TestLog.entry("alone"));
    assertEquals(leaf, log.committed().root());
    assertArrayEquals(leaf.toArray(), log.reader().tile(new LogPath.HashTile(0, 0, 1)));
    assertEquals("log.example/ledger", log.committed().note().checkpoint().origin());
  }

  @Test
  void those_that_come_while_it_writes_are_committed_together() throws Exception {
    var log = open();
    backend.close();
    var first = append(log, "first");
    backend.awaitArrival();
    var crowd = new ArrayList<CompletableFuture<Appended>>();
    for (int i = 0; i < 600; i++) crowd.add(append(log, "crowd " + i));
    assertFalse(first.isDone());
    backend.open();

    for (int i = 0; i < 600; i++) assertEquals(1 + i, crowd.get(i).join().index());
    assertEquals(1 + 3, backend.staged.get(), "commits of 1, 256, 256 and 88");
  }

  @Test
  void the_same_entry_is_in_the_log_once() throws Exception {
    var log = open();
    assertEquals(new Appended(0, false), append(log, "a").join());
    assertEquals(new Appended(0, true), append(log, "a").join());
    backend.close();
    append(log, "holds the others up");
    backend.awaitArrival();
    var both = List.of(append(log, "b"), append(log, "b"), append(log, "a"), append(log, "c"));
    backend.open();

    assertEquals(
        List.of(
            new Appended(2, false),
            new Appended(2, true),
            new Appended(0, true),
            new Appended(3, false)),
        both.stream().map(CompletableFuture::join).toList());
    assertEquals(4, log.committed().size());
  }

  @Test
  void a_duplicate_is_found_after_a_restart_too() throws IOException {
    var log = open();
    for (int i = 0; i < 300; i++) append(log, "entry " + i);
    append(log, "last").join();
    log.close();
    var settings = new StoreSettings(256, 4_096, 64L << 20, 100, 4);
    var others = lock.copy(faults);
    try (var again =
        Sequencer.open(
            settings, new Storage(backend, others), TestLog.KEY, TestLog.CLOCK, () -> 0)) {
      assertEquals(new Appended(299, true), append(again, "entry 299").join());
      assertEquals(new Appended(201, true), append(again, "entry 201").join());
      assertEquals(new Appended(301, false), append(again, "entry 200").join(), "forgotten");
    }
  }

  @Test
  void an_empty_entry_is_an_entry_and_one_over_the_bound_is_refused() {
    var log = open();
    var longest = new byte[65_535];
    assertEquals(0, log.append(new byte[0]).toCompletableFuture().join().index());
    assertEquals(1, log.append(longest).toCompletableFuture().join().index());
    assertEquals(0, log.reader().entry(0).length);
    assertArrayEquals(longest, log.reader().entry(1));

    var refused = failure(log.append(new byte[65_536]).toCompletableFuture());

    assertInstanceOf(StoreException.EntryTooLarge.class, refused);
    assertEquals("an entry of 65536 octets, at most 65535 fit", refused.getMessage());
    assertEquals(2, log.committed().size());
  }

  @Test
  void when_too_much_waits_it_says_so_and_when_to_come_again() throws Exception {
    var log = open(new StoreSettings(256, 10, 1_000, 1 << 20, 4), TestLog.CLOCK);
    backend.close();
    append(log, "being written");
    backend.awaitArrival();
    var waiting = new ArrayList<CompletableFuture<Appended>>();
    for (int i = 0; i < 10; i++) waiting.add(append(log, "waits " + i));

    var full = assertInstanceOf(StoreException.Full.class, failure(append(log, "too many")));
    assertTrue(full.retryAfter().compareTo(Duration.ofSeconds(1)) >= 0);
    assertTrue(full.getMessage().startsWith("the log is behind: 10 entries of 70 octets wait"));

    backend.open();
    for (var each : waiting) each.join();
    append(log, "there is room again").join();
  }

  @Test
  void octets_that_wait_are_bounded_too() throws Exception {
    var log = open(new StoreSettings(256, 4_096, 1_000, 1 << 20, 4), TestLog.CLOCK);
    backend.close();
    append(log, "being written");
    backend.awaitArrival();
    var fits = log.append(new byte[990]).toCompletableFuture();

    assertInstanceOf(StoreException.Full.class, failure(append(log, "11 octets..")));
    append(log, "10 octets.");

    backend.open();
    fits.join();
  }

  @Test
  void a_batch_that_failed_before_the_commit_fails_alone() {
    var log = open();
    append(log, "a").join();
    faults.failAt(0, Faults.Fault.LOST);

    assertInstanceOf(StoreException.BatchFailed.class, failure(append(log, "b")));

    assertEquals(new Appended(1, false), append(log, "b").join());
    assertTrue(log.broken().isEmpty());
  }

  @Test
  void after_a_failure_in_the_commit_nothing_more_is_taken() {
    var log = open();
    append(log, "a").join();
    faults.failAt(1, Faults.Fault.PERSISTED_BUT_REPORTED_FAILED);

    var broken = assertInstanceOf(StoreException.Broken.class, failure(append(log, "b")));

    assertEquals("nobody knows whether a commit was made", broken.getMessage());
    assertEquals(broken, failure(append(log, "c")));
    assertThrows(StoreException.Broken.class, () -> log.publish(log.committed().note()));
    assertEquals(1, log.committed().size(), "what is known stays readable");
  }

  @Test
  void two_sequencers_that_share_storage_do_not_fork_it() {
    var log = open();
    append(log, "a").join();
    lock.tamper(
        TestLog.KEY.sign(new Checkpoint("log.example/ledger", 7, Hash.EMPTY_ROOT)).encode());

    var broken = assertInstanceOf(StoreException.Broken.class, failure(append(log, "b")));

    assertTrue(broken.getMessage().contains("another sequencer runs on this log"));
  }

  @Test
  void what_waits_on_an_answer_does_not_hold_up_the_log() throws Exception {
    var log = open();
    var never = new CountDownLatch(1);
    backend.close();
    var first = append(log, "a");
    backend.awaitArrival();
    var stuck = first.thenAccept(_ -> assertTrue(awaited(never)));
    var second = append(log, "b");
    backend.open();

    second.join();

    assertFalse(stuck.isDone());
    never.countDown();
    stuck.join();
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void closing_commits_what_waits_and_gives_the_lock_back() throws Exception {
    var log = open();
    backend.close();
    var waiting = new ArrayList<CompletableFuture<Appended>>();
    for (int i = 0; i < 500; i++) waiting.add(append(log, "waits " + i));
    backend.open();
    log.close();

    for (var each : waiting) assertTrue(each.orTimeout(20, TimeUnit.SECONDS).join().index() < 500);
    assertFalse(lock.isOpen());
    assertEquals(List.of(), backend.list("staging"), "nothing is left to recover");
    assertInstanceOf(StoreException.Closed.class, failure(append(log, "late")));
  }

  @Test
  void a_clock_that_goes_backwards_changes_nothing_in_the_log() {
    var seconds = new AtomicInteger(1_000);
    var log = open(TestLog.SETTINGS, () -> Instant.ofEpochSecond(seconds.getAndAdd(-100)));
    for (int i = 0; i < 5; i++) {
      append(log, "entry " + i).join();
      log.publish(log.committed().note());
    }
    assertTrue(log.committed().at().isBefore(Instant.ofEpochSecond(1_000)));
    assertEquals(5, log.published().orElseThrow().checkpoint().size());
  }

  @Test
  void a_published_checkpoint_has_all_its_partial_tiles_until_the_full_ones_are_there() {
    var log = open();
    for (int i = 0; i < 3; i++) append(log, "entry " + i).join();
    var three = log.committed().note();
    append(log, "entry 3").join();
    append(log, "entry 4").join();
    log.publish(three); // behind what is committed
    append(log, "entry 5").join();
    log.publish(log.committed().note());

    assertEquals(List.of("tile/0/000.p/3", "tile/0/000.p/6"), backend.list("tile/0/000.p"));
    assertEquals(
        List.of("tile/entries/000.p/3", "tile/entries/000.p/6"),
        backend.list("tile/entries/000.p"));

    for (int i = 6; i < 300; i++) append(log, "entry " + i);
    append(log, "last").join();
    log.publish(log.committed().note());

    assertEquals(List.of(), backend.list("tile/0/000.p"));
    assertEquals(List.of("tile/0/001.p/45"), backend.list("tile/0/001.p"));
    assertTrue(backend.get("tile/0/000").isPresent());
  }

  @Test
  void only_a_checkpoint_of_this_log_that_does_not_go_back_is_published() {
    var log = open();
    append(log, "a").join();
    var one = log.committed();
    append(log, "b").join();
    var two = log.committed();
    log.publish(two.note());
    log.publish(two.note()); // with newer cosignatures, say

    var stranger =
        new SigningKey(
            "log.example/ledger",
            new byte[] {
              1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
              25, 26, 27, 28, 29, 30, 31, 32
            });
    var origin = "log.example/ledger";
    for (var wrong :
        List.of(
            one.note(),
            TestLog.KEY.sign(new Checkpoint(origin, 3, two.root())),
            TestLog.KEY.sign(new Checkpoint(origin, 2, one.root())),
            TestLog.KEY.sign(new Checkpoint("log.example/other", 2, two.root())),
            stranger.sign(new Checkpoint(origin, 2, two.root()))))
      assertThrows(StoreException.NotPublishable.class, () -> log.publish(wrong), wrong.text());

    assertEquals(2, log.published().orElseThrow().checkpoint().size());
    append(log, "goes on").join();
  }

  @Test
  void the_reader_gives_any_size_of_the_tree_and_says_what_it_has_not() {
    var log = open();
    for (int i = 0; i < 600; i++) append(log, "entry " + i);
    append(log, "last").join();
    var hash = new MerkleHash();
    for (int size : List.of(1, 255, 256, 257, 512, 600)) {
      var leaves = new ArrayList<Hash>();
      for (int i = 0; i < size; i++) leaves.add(hash.leafHash(TestLog.entry("entry " + i)));
      assertEquals(
          TileEdge.EMPTY.grow(hash, leaves).edge().root(hash),
          TileEdge.read(size, log.reader()).root(hash));
    }
    assertEquals(100, log.reader().entries(new LogPath.EntryTile(1, 100)).size());
    assertThrows(IndexOutOfBoundsException.class, () -> log.reader().entry(601));
    assertThrows(IndexOutOfBoundsException.class, () -> log.reader().entry(-1));
    assertTrue(log.reader().read(new LogPath.HashTile(0, 2, 90)).isEmpty());
    assertTrue(log.reader().read(new LogPath.HashTile(9, 0, 1)).isEmpty());
    assertTrue(log.reader().read(new LogPath.HashTile(0, 2, 89)).isPresent());
    assertTrue(log.reader().read(new LogPath.EntryTile(0, 256)).isPresent());
    assertTrue(log.reader().read(new LogPath.Checkpoint()).isEmpty());
  }
}
