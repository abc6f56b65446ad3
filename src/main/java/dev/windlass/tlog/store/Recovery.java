package dev.windlass.tlog.store;

import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.LogPath.EntryTile;
import dev.windlass.tlog.LogPath.HashTile;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TileEdge;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.VerifierKey.Found;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The one way to begin: from whatever a crash, a failed write or nothing at all has left. The lock
 * says which tree was committed; the entries staged for it and for those just before it are applied
 * again over the tiles; all of it is believed only if it leads to the lock's root.
 */
final class Recovery {
  private static final String CHECKPOINT = new LogPath.Checkpoint().toString();

  private final StoreSettings settings;
  private final Backend backend;
  private final Lock lock;
  private final SigningKey key;
  private final InstantSource clock;
  private final MerkleHash hash = new MerkleHash();

  Recovery(StoreSettings settings, Storage storage, SigningKey key, InstantSource clock) {
    this.settings = settings;
    this.backend = storage.backend();
    this.lock = storage.lock();
    this.key = key;
    this.clock = clock;
  }

  /**
   * @param witnessed the largest size of this log that any witness knows
   * @param chance a secret one
   * @throws StoreException.CannotOpen with what differs and what to do
   */
  Committer.Start run(LongSupplier witnessed, RandomGenerator chance) {
    try {
      var found = lock.load();
      var committed = found.isPresent() ? note("the lock", found.get()) : create();
      var head = committed.checkpoint();
      checkNotRolledBack(head, witnessed.getAsLong());
      var published = published(head);
      var tree = restore(head);
      var tiles = new CheckedTiles(tree, backend);
      checkPublished(published, head, tiles);
      var partials = tidyUp(tree, StagedBatch.path(head.size(), head.root()));
      return new Committer.Start(
          tree,
          new TreeHead(head.size(), head.root(), committed, clock.instant()),
          published,
          remember(tree.size(), tiles, chance),
          partials);
    } catch (IOException e) {
      throw new StoreException.CannotOpen("couldn't open the log: " + e.getMessage(), e);
    } catch (UncheckedIOException | TlogException e) {
      throw new StoreException.CannotOpen(
          "the log is damaged: "
              + e.getMessage()
              + "\n  `windlass log fsck` lists all that is wrong; restore it from a mirror",
          e);
    }
  }

  /** An empty tree, if there never was another one. */
  private Note create() throws IOException {
    var first = new ArrayList<String>();
    for (var directory : List.of(StagedBatch.DIRECTORY, "tile/entries/000.p"))
      first.addAll(backend.list(directory));
    for (var path : List.of(CHECKPOINT, new EntryTile(0, LogPath.FULL).toString()))
      if (backend.get(path).isPresent()) first.add(path);
    if (!first.isEmpty())
      throw new StoreException.CannotOpen(
          "the lock of log "
              + key.name()
              + " is gone, but there is "
              + first.getFirst()
              + "\n  put the lock back, or begin a new log, with a new name, in another place");
    var note = key.sign(new Checkpoint(key.name(), 0, Hash.EMPTY_ROOT));
    if (!lock.replace(Optional.empty(), note.encode()))
      throw new StoreException.CannotOpen(
          "another sequencer has just begun log " + key.name() + ". Stop one of them");
    return note;
  }

  private Note note(String where, byte[] octets) {
    Note note;
    Checkpoint checkpoint;
    try {
      note = Note.parse(octets);
      checkpoint = note.checkpoint();
    } catch (TlogException e) {
      throw new StoreException.CannotOpen(
          where + " holds no checkpoint (" + octets.length + " octets): " + e.getMessage(), e);
    }
    if (!checkpoint.origin().equals(key.name()) || key.verifier().find(note) != Found.GOOD)
      throw new StoreException.CannotOpen(
          where
              + " holds a checkpoint of "
              + checkpoint.origin()
              + " that is not signed by "
              + key.verifier()
              + "\n  use the key this log was made with, or another place");
    return note;
  }

  private void checkNotRolledBack(Checkpoint head, long witnessed) {
    if (witnessed <= head.size()) return;
    throw new StoreException.CannotOpen(
        "the log was set back: its lock says size "
            + head.size()
            + ", but a witness has seen size "
            + witnessed
            + ". To go on from here would fork it.\n"
            + "  restore a newer copy of the lock and the tiles (a mirror has the tiles), or begin"
            + " a new log with a new name");
  }

  private Optional<Note> published(Checkpoint head) throws IOException {
    var octets = backend.get(CHECKPOINT);
    if (octets.isEmpty()) return Optional.empty();
    var note = note(CHECKPOINT, octets.get());
    long size = note.checkpoint().size();
    if (size > head.size())
      throw new StoreException.CannotOpen(
          "the log was set back: its lock says size "
              + head.size()
              + ", but size "
              + size
              + " was published. To go on from here would fork it.\n"
              + "  put the newer lock back");
    return Optional.of(note);
  }

  private void checkPublished(Optional<Note> published, Checkpoint head, CheckedTiles tiles) {
    if (published.isEmpty()) return;
    var checkpoint = published.get().checkpoint();
    var root = TileEdge.read(checkpoint.size(), tiles).root(hash);
    if (!root.equals(checkpoint.root()))
      throw new StoreException.CannotOpen(
          "the published checkpoint of size "
              + checkpoint.size()
              + " has root "
              + checkpoint.root()
              + ", but the committed log of size "
              + head.size()
              + " has "
              + root
              + " there: the log is forked.\n  keep both and find out who else has its key");
  }

  /** The committed tree, its tiles written again as far as they may not be durable. */
  private Tree restore(Checkpoint head) throws IOException {
    var chain = stagedFor(head);
    var tree =
        chain.isEmpty()
            ? load(head.size(), head.root())
            : load(chain.getFirst().before(), chain.getFirst().rootBefore());
    var uploads = new ArrayList<Upload>();
    var partials = new ArrayList<Upload>();
    for (var batch : chain) {
      var leaves =
          batch.entries().stream().map(entry -> new Leaf(entry, hash.leafHash(entry))).toList();
      var growth = tree.grow(hash, leaves);
      tree = growth.tree();
      checkRoot(tree.edge(), batch.rootAfter());
      uploads.addAll(growth.full());
      partials.addAll(growth.partial());
    }
    var edge = Tree.partials(head.size()).stream().map(LogPath::toString).toList();
    partials.stream().filter(upload -> edge.contains(upload.path())).forEach(uploads::add);
    // All of it, whatever is there: a power failure may have left it torn.
    backend.putLazily(uploads.stream().map(Recovery::replacing).toList());
    return tree;
  }

  private static Upload replacing(Upload upload) {
    return Upload.replacing(upload.path(), upload.octets());
  }

  /** The staged batches that lead to this tree without a gap, the oldest first. */
  private Deque<StagedBatch> stagedFor(Checkpoint head) throws IOException {
    var chain = new ArrayDeque<StagedBatch>();
    var path = StagedBatch.path(head.size(), head.root());
    for (var octets = backend.get(path); octets.isPresent(); octets = backend.get(path)) {
      StagedBatch batch;
      try {
        batch = StagedBatch.decode(octets.get());
      } catch (IllegalArgumentException e) {
        throw new StoreException.CannotOpen(path + " is damaged: " + e.getMessage(), e);
      }
      if (!batch.path().equals(path))
        throw new StoreException.CannotOpen(path + " is damaged: it is " + batch.path());
      chain.addFirst(batch);
      path = StagedBatch.path(batch.before(), batch.rootBefore());
    }
    return chain;
  }

  private Tree load(long size, Hash root) throws IOException {
    var edge = TileEdge.read(size, this::storedTile);
    checkRoot(edge, root);
    int width = (int) (size % LogPath.FULL);
    if (width == 0) return new Tree(edge, List.of());
    var path = new EntryTile(size / LogPath.FULL, width);
    var entries = EntryBundle.parse(stored(path, path.full())).first(width);
    var tile = edge.tiles().getFirst();
    for (int i = 0; i < width; i++) {
      var leaf = entries.leafHash(hash, i);
      if (!leaf.equals(tile.hash(i)))
        throw new TlogException(
            "entry " + i + " of " + path + " hashes to " + leaf + ", expected " + tile.hash(i));
    }
    return new Tree(edge, entries.entries());
  }

  private byte[] storedTile(HashTile path) {
    try {
      return stored(path, path.full());
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read " + path, e);
    }
  }

  /** The tile, or any that begins with it: a narrower one may have gone when it was outdated. */
  private byte[] stored(LogPath path, LogPath full) throws IOException {
    for (var each : List.of(path, full)) {
      var octets = backend.get(each.toString());
      if (octets.isPresent()) return octets.get();
    }
    long wanted = width(path);
    for (var name : backend.list(full + ".p")) {
      var wider = LogPath.parse(name);
      if (width(wider) < wanted) continue;
      var octets = backend.get(name);
      if (octets.isPresent()) return octets.get();
    }
    throw new TlogException(path + " is missing");
  }

  private static int width(LogPath path) {
    return switch (path) {
      case HashTile tile -> tile.width();
      case EntryTile tile -> tile.width();
      case LogPath.Checkpoint _ -> 0;
    };
  }

  private void checkRoot(TileEdge edge, Hash expected) {
    var root = edge.root(hash);
    if (!root.equals(expected))
      throw new TlogException(
          "the tiles of size " + edge.size() + " have root " + root + ", expected " + expected);
  }

  /** Makes the tiles durable, then removes staged entries and outdated partial tiles. */
  private Partials tidyUp(Tree tree, String newest) throws IOException {
    backend.sync();
    // The newest first: once it is gone nothing leads to the others and to the trees they extend.
    backend.delete(List.of(newest));
    backend.delete(backend.list(StagedBatch.DIRECTORY));
    var partials = new Partials();
    for (var directory : partialDirectories(tree.size()))
      for (var name : backend.list(directory)) partials.found(LogPath.parse(name), tree.size());
    backend.delete(partials.settle(tree.size()));
    return partials;
  }

  /** Where partial tiles may be left: at the edge, and behind it as far as one sync reaches. */
  private HashSet<String> partialDirectories(long size) {
    long leaves = (long) settings.commitsBetweenSyncs() * settings.batchMost();
    var directories = new HashSet<String>();
    for (int level = 0; level <= 7; level++) {
      long edge = size >> 8 * level >> 8;
      long reach = (leaves >> 8 * level >> 8) + 2;
      for (long index = Math.max(0, edge - reach); index <= edge; index++) {
        directories.add(new HashTile(level, index, LogPath.FULL) + ".p");
        if (level == 0) directories.add(new EntryTile(index, LogPath.FULL) + ".p");
      }
    }
    return directories;
  }

  private RecentLeaves remember(long size, CheckedTiles tiles, RandomGenerator chance) {
    long first = Math.max(0, size - settings.remembered());
    var recent = new RecentLeaves(settings.remembered(), first, chance);
    for (long index = first; index < size; ) {
      long tile = index / LogPath.FULL;
      int width = (int) Math.min(LogPath.FULL, size - tile * LogPath.FULL);
      var octets = tiles.tile(new HashTile(0, tile, width));
      for (int i = (int) (index % LogPath.FULL); i < width; i++, index++)
        recent.add(Hash.of(octets, i * Hash.BYTES));
    }
    return recent;
  }
}
