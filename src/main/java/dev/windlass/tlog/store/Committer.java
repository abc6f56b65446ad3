package dev.windlass.tlog.store;

import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.LogPath.EntryTile;
import dev.windlass.tlog.LogPath.HashTile;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TileEdge;
import dev.windlass.tlog.VerifierKey.Found;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/**
 * The writes of one log, in their order: staged entries (durable), lock (durable), tiles (seen, not
 * yet durable); then, now and then, sync, staged entries and outdated tiles away. What fails before
 * the lock is touched fails the batch; what fails from there on ends this committer, and {@link
 * Recovery} makes the next. One thread calls; any thread reads {@link #tree}, {@link #head}, {@link
 * #published}.
 */
final class Committer {
  private static final String CHECKPOINT = new LogPath.Checkpoint().toString();

  private final StoreSettings settings;
  private final Storage storage;
  private final SigningKey key;
  private final InstantSource clock;
  private final MerkleHash hash = new MerkleHash();
  private final RecentLeaves recent;
  private final Partials partials;

  /** Paths of batches whose tiles are perhaps not durable, the oldest first. */
  private final List<String> staged = new ArrayList<>();

  private volatile Tree tree;
  private volatile TreeHead head;
  private volatile Optional<Note> published;

  /**
   * What a start found or made.
   *
   * @param partials in the backend
   */
  record Start(
      Tree tree, TreeHead head, Optional<Note> published, RecentLeaves recent, Partials partials) {}

  Committer(
      StoreSettings settings, Storage storage, SigningKey key, InstantSource clock, Start start) {
    this.settings = settings;
    this.storage = storage;
    this.key = key;
    this.clock = clock;
    this.recent = start.recent();
    this.partials = start.partials();
    this.tree = start.tree();
    this.head = start.head();
    this.published = start.published();
  }

  Tree tree() {
    return tree;
  }

  TreeHead head() {
    return head;
  }

  Optional<Note> published() {
    return published;
  }

  /**
   * Commits those that are not there yet, in their order.
   *
   * @return for each where it lies
   * @throws StoreException.BatchFailed when none of them is in the log
   * @throws StoreException.Broken when nobody knows, and this committer is at its end
   */
  List<Appended> commit(List<Leaf> batch) {
    var places = new ArrayList<Appended>(batch.size());
    var fresh = new ArrayList<Leaf>(batch.size());
    var inBatch = new HashMap<Hash, Long>();
    for (var leaf : batch) {
      long known = recent.find(leaf.hash());
      long next = tree.size() + fresh.size();
      long index = known == RecentLeaves.NONE ? inBatch.getOrDefault(leaf.hash(), next) : known;
      places.add(new Appended(index, index != next));
      if (index != next) continue;
      inBatch.put(leaf.hash(), index);
      fresh.add(leaf);
    }
    if (!fresh.isEmpty()) write(fresh);
    return places;
  }

  private void write(List<Leaf> fresh) {
    var growth = tree.grow(hash, fresh);
    var grown = growth.tree();
    var root = grown.root(hash);
    var note = key.sign(new Checkpoint(key.name(), grown.size(), root));
    var batch =
        new StagedBatch(
            tree.size(), head.root(), grown.size(), root, fresh.stream().map(Leaf::entry).toList());
    stage(batch);
    replaceLock(head.note(), note);
    staged.add(batch.path());
    try {
      storage.backend().putLazily(growth.full());
      storage.backend().putLazily(growth.partial());
    } catch (IOException e) {
      throw new StoreException.Broken(
          "couldn't write the tiles of the committed size " + grown.size(), e);
    }
    partials.grown(grown.size());
    for (var leaf : fresh) recent.add(leaf.hash());
    tree = grown;
    head = new TreeHead(grown.size(), root, note, clock.instant());
  }

  private void stage(StagedBatch batch) {
    try {
      storage.backend().put(List.of(Upload.immutable(batch.path(), batch.encode())));
    } catch (IOException e) {
      throw new StoreException.BatchFailed(
          "couldn't stage " + batch.entries().size() + " entries: " + e.getMessage(), e);
    }
  }

  private void replaceLock(Note old, Note next) {
    try {
      if (storage.lock().replace(Optional.of(old.encode()), next.encode())) return;
    } catch (Lock.UnchangedException e) {
      throw new StoreException.BatchFailed("couldn't commit: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new StoreException.Broken("nobody knows whether a commit was made", e);
    }
    throw new StoreException.Broken(
        "the lock does not hold the checkpoint of size "
            + old.checkpoint().size()
            + " that we put there: another sequencer runs on this log. Stop one of them");
  }

  /** Whether {@link #settle} is due: what a crash would have to do again has become much. */
  boolean isSettlingDue() {
    return staged.size() >= settings.commitsBetweenSyncs();
  }

  boolean isSettled() {
    return staged.isEmpty() && partials.isTidy();
  }

  /**
   * Makes the tiles durable, then removes what is no longer needed: first the newest staged
   * entries, through which a recovery would find the older ones; then those; then the partial tiles
   * that they extended.
   */
  void settle() {
    if (isSettled()) return;
    try {
      var backend = storage.backend();
      backend.delete(partials.takePassing()); // so that they need not be synced
      backend.sync();
      if (!staged.isEmpty()) backend.delete(List.of(staged.removeLast()));
      backend.delete(staged);
      staged.clear();
      backend.delete(partials.settle(tree.size()));
    } catch (IOException e) {
      throw new StoreException.Broken("couldn't make tiles durable and tidy up", e);
    }
  }

  /**
   * Puts the checkpoint where everybody reads it, after all it needs is durable.
   *
   * @throws StoreException.NotPublishable when it is not one of this log's trees or goes back
   */
  void publish(Note note) {
    var checkpoint = checkPublishable(note);
    long size = checkpoint.size();
    try {
      var backend = storage.backend();
      var reader = new LogReader(backend, this::tree);
      for (var path : partials.missing(size, tree.size()))
        backend.putLazily(List.of(Upload.immutable(path.toString(), cut(reader, path))));
      partials.publish(size, tree.size());
      settle();
      backend.sync();
      backend.put(List.of(Upload.replacing(CHECKPOINT, note.encode())));
    } catch (IOException e) {
      throw new StoreException.Broken("couldn't publish the checkpoint of size " + size, e);
    }
    published = Optional.of(note);
  }

  private static byte[] cut(LogReader reader, LogPath path) {
    return switch (path) {
      case HashTile tile -> reader.tile(tile);
      case EntryTile tile -> reader.entries(tile).unsafeArray();
      case LogPath.Checkpoint _ -> throw new AssertionError("a checkpoint is no tile");
    };
  }

  private Checkpoint checkPublishable(Note note) {
    if (key.verifier().find(note) != Found.GOOD)
      throw new StoreException.NotPublishable(
          "the checkpoint does not carry the signature of " + key.verifier());
    var checkpoint = note.checkpoint();
    if (!checkpoint.origin().equals(key.name()))
      throw new StoreException.NotPublishable(
          "the checkpoint is of " + checkpoint.origin() + ", expected " + key.name());
    long before = published.map(p -> p.checkpoint().size()).orElse(0L);
    long size = checkpoint.size();
    if (size < before || size > tree.size())
      throw new StoreException.NotPublishable(
          "the checkpoint is of size "
              + size
              + ", expected "
              + before
              + " (published) to "
              + tree.size()
              + " (committed)");
    var expected = rootAt(size);
    if (!expected.equals(checkpoint.root()))
      throw new StoreException.NotPublishable(
          "the checkpoint of size "
              + size
              + " has root "
              + checkpoint.root()
              + ", expected "
              + expected);
    return checkpoint;
  }

  private Hash rootAt(long size) {
    if (size == tree.size()) return head.root();
    var reader = new LogReader(storage.backend(), this::tree);
    return TileEdge.read(size, reader).root(hash);
  }
}
