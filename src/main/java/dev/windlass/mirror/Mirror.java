package dev.windlass.mirror;

import dev.windlass.function.Bytes;
import dev.windlass.mirror.Problem.Kind;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Consistency;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TileEdge;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.TreeReader;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows one log and keeps a verified copy of it. One thread steps; any may read.
 *
 * <p>A step takes memory for one bundle of entries and some tiles, however far the source is ahead.
 * What a step had verified before it was interrupted is not fetched again.
 */
public final class Mirror implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Mirror.class);
  private static final String CHECKPOINT = "checkpoint";
  private static final String EVIDENCE = "fork.txt";

  private record Served(Note note, Checkpoint head) {}

  private final MirrorFiles files;
  private final Upstream upstream;
  private final WitnessPolicy policy;
  private final InstantSource clock;
  private final Semaphore poked = new Semaphore(0);
  private volatile Optional<Served> served = Optional.empty();
  private volatile Optional<Problem> problem = Optional.empty();
  private volatile boolean closed;
  private @Nullable Thread follower;

  private Mirror(MirrorFiles files, Upstream upstream, WitnessPolicy policy, InstantSource clock) {
    this.files = files;
    this.upstream = upstream;
    this.policy = policy;
    this.clock = clock;
  }

  /**
   * Serves at once what the directory has.
   *
   * @param policy names the one log it copies, and the quorum without which nothing is copied
   * @throws IOException the directory is in use, or its checkpoint is not of this log and policy
   */
  public static Mirror open(
      Path directory, Source source, WitnessPolicy policy, InstantSource clock) throws IOException {
    if (policy.logs().size() != 1)
      throw new IllegalArgumentException(
          "the policy of a mirror names " + policy.logs().size() + " logs, expected 1");
    var files = MirrorFiles.open(directory);
    try {
      var mirror = new Mirror(files, new Upstream(source, policy), policy, clock);
      var kept = files.get(CHECKPOINT);
      if (kept.isPresent()) mirror.served = Optional.of(mirror.believed(directory, kept.get()));
      return mirror;
    } catch (IOException e) {
      files.close();
      throw e;
    }
  }

  private Served believed(Path directory, Bytes octets) throws IOException {
    try {
      var note = Note.parse(octets.unsafeArray());
      var verdict = policy.evaluate(note);
      if (!verdict.isAccepted()) throw new TlogException(verdict.reason());
      return new Served(note, note.checkpoint());
    } catch (TlogException e) {
      throw new IOException(
          directory.resolve(CHECKPOINT)
              + ": "
              + e.getMessage()
              + "; give the mirror the policy it was made with, or another directory",
          e);
    }
  }

  public WitnessPolicy policy() {
    return policy;
  }

  /** Of the log. */
  public VerifierKey log() {
    return policy.logs().getFirst().key();
  }

  public MirrorStatus status() {
    var now = served;
    return new MirrorStatus(now.isPresent(), now.map(s -> s.head().size()).orElse(0L), problem);
  }

  /** The checkpoint that is served. */
  public Optional<Note> checkpoint() {
    return served.map(Served::note);
  }

  /**
   * A tile or bundle of the tree that is served, of any width it has.
   *
   * @return empty when that tree has none there
   */
  public Optional<Bytes> tile(LogPath path) throws IOException {
    var first = served;
    var found = first.isEmpty() ? Optional.<Bytes>empty() : read(path, first.get().head().size());
    if (found.isPresent() || served.equals(first)) return found;
    return read(path, served.orElseThrow().head().size()); // a step cleared its partial tiles
  }

  private Optional<Bytes> read(LogPath path, long size) throws IOException {
    return switch (path) {
      case LogPath.Checkpoint _ -> checkpoint().map(note -> Bytes.wrap(note.encode()));
      case LogPath.HashTile(var level, var index, var width) -> {
        int have = level > 7 ? 0 : width(size >> 8 * level, index);
        if (width > have) yield Optional.empty();
        yield files
            .get(new LogPath.HashTile(level, index, have).toString())
            .map(octets -> width == have ? octets : begin(octets, width * Hash.BYTES));
      }
      case LogPath.EntryTile(var index, var width) -> {
        int have = width(size, index);
        if (width > have) yield Optional.empty();
        yield files
            .get(new LogPath.EntryTile(index, have).toString())
            .map(octets -> width == have ? octets : firstEntries(octets, width));
      }
    };
  }

  /** How many hashes the tile at this index has, of so many in its level. */
  private static int width(long hashes, long index) {
    if (index > hashes >> 8) return 0;
    return (int) Math.min(LogPath.FULL, hashes - (index << 8));
  }

  private static Bytes begin(Bytes octets, int length) {
    return Bytes.wrap(Arrays.copyOf(octets.unsafeArray(), length));
  }

  private static Bytes firstEntries(Bytes octets, int width) {
    return Bytes.wrap(EntryBundle.parse(octets.unsafeArray()).first(width).unsafeArray());
  }

  /** Looks again and again until it is closed; a {@link #poke} makes it look at once. */
  public synchronized void follow(Duration interval) {
    if (follower != null) throw new IllegalStateException("it follows already");
    follower =
        Thread.ofVirtual()
            .name("mirror-follower")
            .uncaughtExceptionHandler((_, e) -> LOG.error("event=mirror-defect", e))
            .start(() -> followUntilClosed(interval));
  }

  private void followUntilClosed(Duration interval) {
    try {
      while (!closed) {
        step();
        if (poked.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) poked.drainPermits();
      }
    } catch (InterruptedException _) {
      // it is being closed
    }
  }

  /** The source has something new. */
  public void poke() {
    poked.release();
  }

  /** Looks once at the source, and copies what it has more. */
  public synchronized Step step() {
    try {
      var step = look();
      if (problem.isPresent()) LOG.infof("event=mirror-good size=%d", status().size());
      problem = Optional.empty();
      return step;
    } catch (Problem.Thrown e) {
      return refused(e.problem());
    } catch (TlogException e) {
      return refused(new Problem(Kind.BAD_OCTETS, String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return refused(new Problem(Kind.LOCAL, String.valueOf(e)));
    }
  }

  private Step refused(Problem now) {
    if (!problem.equals(Optional.of(now))) {
      if (now.isLoud()) LOG.errorf("event=mirror-refuses %s", now);
      else LOG.warnf("event=mirror-waits %s", now);
    }
    problem = Optional.of(now);
    return new Step.Refused(now);
  }

  private Step look() throws IOException {
    var note = upstream.checkpoint(clock.instant());
    var head = note.checkpoint();
    var ours = served.map(Served::head).orElse(new Checkpoint(head.origin(), 0, Hash.EMPTY_ROOT));
    if (head.size() < ours.size()) {
      throw new Problem.Thrown(
          Kind.ROLLBACK,
          "the source has size " + head.size() + ", expected at least " + ours.size());
    }
    if (head.size() == ours.size()) {
      if (!head.root().equals(ours.root())) throw fork(note, ours);
      if (served.map(Served::note).filter(note::equals).isEmpty()) show(note, head);
      return new Step.Unchanged(head.size());
    }
    copy(note, head, ours);
    LOG.debugf("event=mirrored from=%d to=%d", ours.size(), head.size());
    return new Step.Advanced(ours.size(), head.size());
  }

  private void copy(Note note, Checkpoint head, Checkpoint ours) throws IOException {
    var hash = new MerkleHash();
    var tree = TreeReader.verified(upstream, head.size(), head.root());
    var proof = tree.consistency(ours.size(), head.size());
    if (!Consistency.check(hash, ours.size(), ours.root(), head.size(), head.root(), proof))
      throw fork(note, ours);
    var edge = edge(hash, ours);
    while (edge.size() < head.size()) edge = copyBundle(hash, tree, edge);
    for (var tile : edge.tiles()) files.put(tile.path().toString(), Bytes.wrap(tile.unsafeArray()));
    if (!edge.root(hash).equals(head.root()))
      throw new AssertionError(
          "verified leaves lead to " + edge.root(hash) + ", expected " + head.root());
    show(note, head);
    clearPartials(ours.size(), head.size());
  }

  /** Ours, or where our disk lost it, the source's: our own signed root vouches for either. */
  private TileEdge edge(MerkleHash hash, Checkpoint ours) {
    try {
      var own = TileEdge.read(ours.size(), this::ownTile);
      if (own.root(hash).equals(ours.root())) return own;
    } catch (TlogException e) {
      LOG.warnf("event=mirror-damaged why=%s", e.getMessage());
    }
    var theirs = TileEdge.read(ours.size(), upstream);
    if (theirs.root(hash).equals(ours.root())) return theirs;
    throw new Problem.Thrown(
        Kind.BAD_OCTETS,
        "the tiles at size "
            + ours.size()
            + " lead to "
            + theirs.root(hash)
            + ", expected "
            + ours.root());
  }

  private byte[] ownTile(LogPath.HashTile tile) {
    try {
      return files
          .get(tile.toString())
          .map(Bytes::unsafeArray)
          .orElseThrow(() -> new TlogException("our " + tile + " is missing"));
    } catch (IOException e) {
      throw new TlogException("our " + tile + " cannot be read: " + e.getMessage());
    }
  }

  /** The rest of the bundle in which the tree ends, or the next one. */
  private TileEdge copyBundle(MerkleHash hash, TreeReader tree, TileEdge edge) throws IOException {
    long index = edge.size() >> 8;
    int width = width(tree.size(), index);
    var place = new LogPath.EntryTile(index, width);
    var leaves = new byte[(int) (width - (edge.size() & 0xff)) * Hash.BYTES];
    for (int i = 0; i < leaves.length / Hash.BYTES; i++)
      tree.leafHash(edge.size() + i).copyTo(leaves, i * Hash.BYTES);
    if (own(hash, tree, place).isEmpty()) {
      var bundle = upstream.entries(place);
      check(hash, tree, place, bundle);
      files.put(place.toString(), Bytes.wrap(bundle.unsafeArray()));
    }
    var grown = edge.grow(hash, leaves);
    for (var tile : grown.tiles())
      if (tile.path().isFull()) files.put(tile.path().toString(), Bytes.wrap(tile.unsafeArray()));
    return grown.edge();
  }

  /** What an interrupted step has left, if it is what it should be. */
  private Optional<EntryBundle> own(MerkleHash hash, TreeReader tree, LogPath.EntryTile place)
      throws IOException {
    var octets = files.get(place.toString());
    if (octets.isEmpty()) return Optional.empty();
    try {
      var bundle = EntryBundle.parse(octets.get().toArray(), place.width());
      check(hash, tree, place, bundle);
      return Optional.of(bundle);
    } catch (TlogException | Problem.Thrown _) {
      return Optional.empty();
    }
  }

  private static void check(
      MerkleHash hash, TreeReader tree, LogPath.EntryTile place, EntryBundle bundle) {
    for (int i = 0; i < bundle.size(); i++) {
      long index = (place.index() << 8) + i;
      var found = bundle.leafHash(hash, i);
      var expected = tree.leafHash(index);
      if (!found.equals(expected))
        throw new Problem.Thrown(
            Kind.BAD_OCTETS,
            "entry " + index + " in " + place + " hashes to " + found + ", expected " + expected);
    }
  }

  /** Everything else is on the disk before the checkpoint is. */
  private void show(Note note, Checkpoint head) throws IOException {
    files.sync();
    files.put(CHECKPOINT, Bytes.wrap(note.encode()));
    files.sync();
    served = Optional.of(new Served(note, head));
  }

  /** Narrower tiles are served out of the widest one; so one partial tile a level is enough. */
  private void clearPartials(long before, long after) throws IOException {
    for (var old : TileEdge.paths(before)) {
      boolean full = width(after >> 8 * old.level(), old.index()) == LogPath.FULL;
      clear(old.full().toString(), full ? 0 : width(after >> 8 * old.level(), old.index()));
    }
    if ((before & 0xff) == 0) return;
    int width = width(after, before >> 8);
    var place = new LogPath.EntryTile(before >> 8, LogPath.FULL);
    clear(place.toString(), width == LogPath.FULL ? 0 : width);
  }

  private void clear(String full, int except) throws IOException {
    files.clear(full + ".p", except == 0 ? "" : Integer.toString(except));
  }

  /** Both signed trees stand in a file, for whoever has to judge. */
  private Problem.Thrown fork(Note theirs, Checkpoint ours) throws IOException {
    var known = served.map(s -> s.note().encoded()).orElse("");
    if (files.get(EVIDENCE).isEmpty()) {
      files.put(EVIDENCE, Bytes.utf8(known + "\n" + theirs.encoded()));
      files.sync();
    }
    var head = theirs.checkpoint();
    return new Problem.Thrown(
        Kind.FORK,
        "the source's tree of size %d with root %s does not extend ours of size %d with root %s; both are in %s"
            .formatted(
                head.size(), head.root().base64(), ours.size(), ours.root().base64(), EVIDENCE));
  }

  @Override
  public void close() throws IOException {
    closed = true;
    var running = follower;
    if (running != null) {
      running.interrupt();
      try {
        running.join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    files.close();
  }
}
