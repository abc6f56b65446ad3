package dev.windlass.tlog.store;

import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Frontier;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.LogPath.EntryTile;
import dev.windlass.tlog.LogPath.HashTile;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.Tile;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.tlog.VerifierKey.Found;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Reads a whole log once and checks that everything in it fits: each entry its leaf hash, each tile
 * the hash of it one level up, all entries the root of the checkpoint, the checkpoint its key. In
 * order and in little memory. Changes nothing. For one thread, once.
 */
public final class Fsck {
  /** More problems are counted but not kept. */
  public static final int MOST_PROBLEMS = 1_000;

  /** Where the log's files are: a directory, a database, a server. */
  @FunctionalInterface
  public interface Source {
    /**
     * @param path as tlog-tiles has it
     * @return empty when there is no such thing
     */
    Optional<byte[]> read(LogPath path) throws IOException;

    static Source of(Backend backend) {
      return path -> backend.get(path.toString());
    }
  }

  /**
   * What does not fit.
   *
   * @param path of the file, or {@code lock}
   */
  public record Problem(String path, String expected, String found) {
    @Override
    public String toString() {
      return path + ": expected " + expected + ", found " + found;
    }
  }

  /**
   * @param size of the tree that was checked; the committed one if its lock was given
   * @param tiles that were read, entry bundles included
   * @param problems the first {@link #MOST_PROBLEMS}
   * @param count of all problems
   */
  public record Report(long size, long tiles, List<Problem> problems, long count) {
    public Report {
      problems = List.copyOf(problems);
    }

    public boolean isClean() {
      return count == 0;
    }
  }

  private final Source source;
  private final VerifierKey key;
  private final LongConsumer progress;
  private final MerkleHash hash = new MerkleHash();
  private final List<Problem> problems = new ArrayList<>();

  /** The tile of each level above 0 that is being compared, as far as it can be read. */
  private final Map<Integer, Tile> above = new HashMap<>();

  private long count;
  private long tiles;
  private long size;

  /**
   * @param key of the log, whose name is its origin
   * @param progress told how many entries were checked, after each bundle
   */
  public Fsck(Source source, VerifierKey key, LongConsumer progress) {
    this.source = source;
    this.key = key;
    this.progress = progress;
  }

  /** Checks the published tree. */
  public Report run() throws IOException {
    return check(Optional.empty());
  }

  /**
   * Checks the committed tree, of which the published one must be the beginning. Of a log that is
   * at work or was killed, some tiles may not be there yet: they are written from staged entries.
   *
   * @param lock as {@link Lock#load} or {@link FileLock#read} gives it
   */
  public Report run(byte[] lock) throws IOException {
    return check(signed("lock", Optional.of(lock)));
  }

  private Report check(Optional<Checkpoint> committed) throws IOException {
    var octets = source.read(new LogPath.Checkpoint());
    var published =
        octets.isEmpty() && committed.isPresent()
            ? Optional.<Checkpoint>empty() // committed, never published
            : signed("checkpoint", octets);
    var heads = new ArrayList<Checkpoint>();
    published.ifPresent(heads::add);
    committed.ifPresent(heads::add);
    if (published.isPresent()
        && committed.isPresent()
        && published.get().size() > committed.get().size())
      problem(
          "lock", "size " + published.get().size() + " or more", "size " + committed.get().size());
    size = heads.stream().mapToLong(Checkpoint::size).max().orElse(0);
    walk(heads);
    return new Report(size, tiles, problems, count);
  }

  private Optional<Checkpoint> signed(String path, Optional<byte[]> octets) {
    if (octets.isEmpty()) {
      problem(path, "a checkpoint", "nothing");
      return Optional.empty();
    }
    try {
      var note = Note.parse(octets.get());
      var checkpoint = note.checkpoint();
      if (!checkpoint.origin().equals(key.name()))
        problem(path, "origin " + key.name(), checkpoint.origin());
      var found = key.find(note);
      if (found != Found.GOOD)
        problem(
            path,
            "a signature of " + key,
            found == Found.NONE ? "none of this key" : "a wrong one");
      return Optional.of(checkpoint);
    } catch (TlogException e) {
      problem(path, "a checkpoint", e.getMessage());
      return Optional.empty();
    }
  }

  private void walk(List<Checkpoint> heads) throws IOException {
    var frontier = new Frontier();
    compareRoots(heads, frontier);
    for (long index = 0; index * LogPath.FULL < size; index++) {
      int width = (int) Math.min(LogPath.FULL, size - index * LogPath.FULL);
      var tile = tile(new HashTile(0, index, width));
      var bundle = bundle(new EntryTile(index, width));
      for (int i = 0; i < width; i++) {
        var leaf = leaf(tile, bundle, i);
        if (leaf.isEmpty()) return; // neither tile nor entries: nothing behind it can be checked
        frontier.append(leaf.get());
        compareRoots(heads, frontier);
      }
      if (width == LogPath.FULL && tile.isPresent()) compareAbove(tile.get());
      progress.accept(frontier.size());
    }
  }

  /** The hash to go on with: the entry's, because the entry is what the log is about. */
  private Optional<Hash> leaf(Optional<Tile> tile, Optional<EntryBundle> bundle, int i) {
    if (bundle.isEmpty()) return tile.map(t -> t.hash(i));
    var hashed = bundle.get().leafHash(hash, i);
    if (tile.isPresent() && !tile.get().hash(i).equals(hashed))
      problem(
          tile.get().path().toString(),
          "hash " + i + " to be " + hashed + " as its entry hashes to",
          tile.get().hash(i).toString());
    return Optional.of(hashed);
  }

  private void compareRoots(List<Checkpoint> heads, Frontier frontier) {
    for (var head : heads) {
      if (head.size() != frontier.size()) continue;
      var root = frontier.root();
      if (!root.equals(head.root()))
        problem(
            "checkpoint",
            "root " + head.root() + " of size " + head.size() + " as it was signed",
            root + " of the entries");
    }
  }

  /** A full tile and the hash of it one level up; and so on when that completes a tile. */
  private void compareAbove(Tile tile) throws IOException {
    var path = tile.path();
    long hashes = size >> 8 * (path.level() + 1);
    long index = path.index() / LogPath.FULL;
    int width = (int) Math.min(LogPath.FULL, hashes - index * LogPath.FULL);
    int place = (int) (path.index() % LogPath.FULL);
    if (place == 0) {
      above.remove(path.level());
      tile(new HashTile(path.level() + 1, index, width))
          .ifPresent(read -> above.put(path.level(), read));
    }
    var parent = above.get(path.level());
    if (parent == null) return;
    var root = CheckedTiles.root(tile);
    if (!parent.hash(place).equals(root))
      problem(
          parent.path().toString(),
          "hash " + place + " to be " + root + " as " + path + " hashes to",
          parent.hash(place).toString());
    if (place == LogPath.FULL - 1) compareAbove(parent);
  }

  private Optional<Tile> tile(HashTile path) throws IOException {
    var octets = read(path, path.full());
    int length = path.width() * Hash.BYTES;
    if (octets.isEmpty()) return Optional.empty();
    if (octets.get().length != length && octets.get().length != LogPath.FULL * Hash.BYTES) {
      problem(path.toString(), length + " octets", octets.get().length + " octets");
      return Optional.empty();
    }
    return Optional.of(Tile.read(path, _ -> octets.get()));
  }

  private Optional<EntryBundle> bundle(EntryTile path) throws IOException {
    var octets = read(path, path.full());
    if (octets.isEmpty()) return Optional.empty();
    try {
      return Optional.of(EntryBundle.parse(octets.get()).first(path.width()));
    } catch (TlogException e) {
      problem(path.toString(), path.width() + " entries", e.getMessage());
      return Optional.empty();
    }
  }

  /** This tile, or the full one in its place. */
  private Optional<byte[]> read(LogPath path, LogPath full) throws IOException {
    tiles++;
    var octets = source.read(path);
    if (octets.isEmpty() && !path.equals(full)) octets = source.read(full);
    if (octets.isEmpty()) problem(path.toString(), "a tile", "nothing");
    return octets;
  }

  private void problem(String path, String expected, String found) {
    if (count++ < MOST_PROBLEMS) problems.add(new Problem(path, expected, found));
  }
}
