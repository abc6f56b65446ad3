package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.tlog.Frontier;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A log on fakes, driven step by step without threads, and what a client of it may rely on: every
 * entry it was told of stays where it is.
 */
final class TestLog {
  static final SigningKey KEY = new SigningKey("log.example/ledger", new byte[32]);
  static final InstantSource CLOCK = () -> Instant.parse("2026-11-23T06:00:00Z");

  /** Small, so that a few entries cross each bound. */
  static final StoreSettings SETTINGS = new StoreSettings(256, 4_096, 64L << 20, 1 << 20, 4);

  private final Faults faults;
  private final FaultyBackend backend;
  private FaultyLock lock;
  private Committer committer;

  /** What the log said is at each index from {@link #verified} on; null where it never said. */
  private final List<byte[]> told = new ArrayList<>();

  /** Of the tree that this one was copied from, and that was verified then. */
  private Frontier verified = new Frontier();

  private TestLog(Faults faults, FaultyBackend backend, FaultyLock lock) {
    this.faults = faults;
    this.backend = backend;
    this.lock = lock;
    this.committer = recover();
  }

  static TestLog empty() {
    var faults = new Faults();
    return new TestLog(faults, new FaultyBackend(faults), new FaultyLock(faults));
  }

  /** With so many entries, settled and published. */
  static TestLog of(int size) {
    var log = empty();
    while (log.size() < size) log.append((int) Math.min(256, size - log.size()));
    log.committer.settle();
    log.publish();
    return log;
  }

  /** With the same content, which was verified, and a life of its own. */
  TestLog copy() {
    var others = new Faults();
    var copy = new TestLog(others, backend.copy(others), lock.copy(others));
    copy.verified = committer.tree().edge().frontier(new MerkleHash());
    return copy;
  }

  Faults faults() {
    return faults;
  }

  FaultyBackend backend() {
    return backend;
  }

  FaultyLock lock() {
    return lock;
  }

  Committer committer() {
    return committer;
  }

  long size() {
    return committer.head().size();
  }

  static byte[] entry(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Leaf leaf(byte[] entry) {
    return new Leaf(entry, new MerkleHash().leafHash(entry));
  }

  /** Entries nobody appended before: their text has the index they should get. */
  List<byte[]> fresh(int count) {
    var fresh = new ArrayList<byte[]>();
    for (int i = 0; i < count; i++) fresh.add(entry("entry " + (size() + i)));
    return fresh;
  }

  void append(int count) {
    append(fresh(count));
  }

  /** Throws as the committer does. */
  List<Appended> append(List<byte[]> entries) {
    var places = committer.commit(entries.stream().map(TestLog::leaf).toList());
    for (int i = 0; i < places.size(); i++) {
      int index = (int) places.get(i).index();
      remember(index - (int) verified.size(), entries.get(i));
    }
    return places;
  }

  private void remember(int place, byte[] entry) {
    if (place < 0) return; // a duplicate of what was there before
    while (told.size() <= place) told.add(null);
    told.set(place, entry);
  }

  /** Publishes what is committed, as if witnesses had signed. */
  void publish() {
    committer.publish(committer.head().note());
  }

  /** As after a crash: everything in memory is gone. */
  void reload() {
    lock.close();
    lock = lock.copy(faults);
    committer = recover();
  }

  private Committer recover() {
    var storage = new Storage(backend, lock);
    var start = new Recovery(SETTINGS, storage, KEY, CLOCK).run(() -> 0, new SplittableRandom(1));
    return new Committer(SETTINGS, storage, KEY, CLOCK, start);
  }

  /**
   * Everything fits, what was told is there, nothing that was ever committed differs, and what was
   * published is the beginning of it.
   */
  void assertWholeTreeVerifies() {
    assertClean(backend, lock.load().orElseThrow());
    var reader = new LogReader(backend, committer::tree);
    var roots = rootsEverCommitted();
    var hash = new MerkleHash();
    var frontier = verified.copy();
    while (frontier.size() < size()) {
      long index = frontier.size();
      var entry = reader.entry(index);
      int place = (int) (index - verified.size());
      if (place < told.size() && told.get(place) != null)
        assertArrayEquals(told.get(place), entry, "entry " + index);
      frontier.append(hash.leafHash(entry));
      var root = roots.remove(frontier.size());
      if (root != null) assertEquals(root, frontier.root(), "root of size " + frontier.size());
    }
    assertTrue(told.size() <= size() - verified.size(), "entries were told that are not there");
    roots.keySet().removeIf(size -> size <= verified.size());
    assertTrue(roots.isEmpty(), "sizes beyond the end: " + roots.keySet());
  }

  /** Size → root of every checkpoint that the lock ever held, and of the published one. */
  private Map<Long, Hash> rootsEverCommitted() {
    var heads = new ArrayList<>(lock.history());
    backend.get("checkpoint").ifPresent(heads::add);
    var roots = new HashMap<Long, Hash>();
    for (var octets : heads) {
      var head = Note.parse(octets).checkpoint();
      var known = roots.putIfAbsent(head.size(), head.root());
      assertTrue(known == null || known.equals(head.root()), "a fork at size " + head.size());
    }
    return roots;
  }

  /** Of the published checkpoint and, in full, of the lock. */
  static void assertClean(Backend backend, byte[] lock) {
    try {
      var report = new Fsck(Fsck.Source.of(backend), KEY.verifier(), _ -> {}).run(lock);
      assertEquals(List.of(), report.problems());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
