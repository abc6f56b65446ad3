package dev.windlass.tlog;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/**
 * Roots, leaf hashes and proofs of one tree, and of the smaller ones it began as, out of its tiles.
 * Reads each tile once while it is among the last 64 (1 MiB). For one thread.
 *
 * <p>A verified reader gives no hash that the root does not vouch for, whoever keeps the tiles. An
 * unverified one gives what it finds; the proofs it makes are as good as the tiles.
 */
public final class TreeReader {
  private static final int KEPT = 64;

  private final MerkleHash hash = new MerkleHash();
  private final TileReader tiles;
  private final long size;
  private final boolean verified;

  /** The partial tiles of a verified tree: all that is checked against the root itself. */
  private final Map<LogPath.HashTile, TileNodes> edge = new LinkedHashMap<>();

  private final Map<LogPath.HashTile, TileNodes> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<LogPath.HashTile, TileNodes> eldest) {
          return size() > KEPT;
        }
      };

  private TreeReader(TileReader tiles, long size, boolean verified) {
    this.tiles = tiles;
    this.size = size;
    this.verified = verified;
  }

  /**
   * Believes the tiles; reads none yet.
   *
   * @param size of the largest tree that the tiles are complete for
   */
  public static TreeReader unverified(TileReader tiles, long size) {
    if (size < 0) throw new TlogException("a tree has size " + size + ", expected 0 or more");
    return new TreeReader(tiles, size, false);
  }

  /**
   * Reads the {@link TileEdge#paths} at once and checks them against the root; every other tile is
   * checked against the one above it when it is read.
   *
   * @throws TlogException now or later, for tiles that are not of this tree
   */
  public static TreeReader verified(TileReader tiles, long size, Hash root) {
    var reader = new TreeReader(tiles, size, true);
    var read = TileEdge.read(size, tiles);
    var found = read.root(reader.hash);
    if (!found.equals(root))
      throw new TlogException(
          "the tiles of a tree of "
              + size
              + " entries have the root "
              + found
              + ", expected "
              + root);
    for (var tile : read.tiles()) reader.edge.put(tile.path(), new TileNodes(reader.hash, tile));
    return reader;
  }

  /** Entries of the tree that the tiles are read as. */
  public long size() {
    return size;
  }

  public Hash root() {
    return root(size);
  }

  /** The root of the first entries alone. */
  public Hash root(long entries) {
    checkSize(entries);
    return entries == 0 ? Hash.EMPTY_ROOT : root(new Span(0, entries));
  }

  public Hash leafHash(long index) {
    checkIndex(index, size);
    return node(new Span.Node(0, index));
  }

  /** The path of RFC 6962 §2.1.1 from a leaf to the root of the first {@code entries} entries. */
  public List<Hash> inclusion(long index, long entries) {
    checkSize(entries);
    checkIndex(index, entries);
    return Span.inclusion(index, entries).stream().map(this::root).toList();
  }

  /** The proof of RFC 6962 §2.1.2 that one tree is the beginning of the other. */
  public List<Hash> consistency(long oldSize, long newSize) {
    checkSize(newSize);
    checkOld(oldSize, newSize);
    return Span.consistency(oldSize, newSize).stream().map(this::root).toList();
  }

  /** The tiles that {@link #inclusion} will read, unless it has them; to fetch them at one time. */
  public SequencedSet<LogPath.HashTile> inclusionTiles(long index, long entries) {
    checkSize(entries);
    checkIndex(index, entries);
    return needed(Span.inclusion(index, entries));
  }

  /** The tiles that {@link #consistency} will read, unless it has them. */
  public SequencedSet<LogPath.HashTile> consistencyTiles(long oldSize, long newSize) {
    checkSize(newSize);
    checkOld(oldSize, newSize);
    return needed(Span.consistency(oldSize, newSize));
  }

  /** The tile with a leaf's hash, in a tree of this size. */
  public static LogPath.HashTile leafTile(long index, long size) {
    return tile(0, index >> 8, size);
  }

  private SequencedSet<LogPath.HashTile> needed(List<Span> spans) {
    var needed = new LinkedHashSet<LogPath.HashTile>();
    for (var span : spans)
      for (var node : span.nodes()) {
        var tile = tileOf(node);
        needed.add(tile);
        while (verified && tile.isFull()) {
          tile = above(tile);
          needed.add(tile);
        }
      }
    return needed;
  }

  private Hash root(Span span) {
    var nodes = span.nodes().reversed();
    var root = node(nodes.getFirst());
    for (var left : nodes.subList(1, nodes.size())) root = hash.nodeHash(node(left), root);
    return root;
  }

  private Hash node(Span.Node node) {
    int within = node.height() % 8;
    int place = (int) (node.index() & (0xff >> within));
    return nodes(tileOf(node)).node(within, place);
  }

  private LogPath.HashTile tileOf(Span.Node node) {
    return tile(node.height() / 8, node.index() >> (8 - node.height() % 8), size);
  }

  private LogPath.HashTile above(LogPath.HashTile tile) {
    return tile(tile.level() + 1, tile.index() >> 8, size);
  }

  private static LogPath.HashTile tile(int level, long index, long size) {
    long hashes = (size >> 8 * level) - (index << 8);
    return new LogPath.HashTile(level, index, (int) Math.min(LogPath.FULL, hashes));
  }

  private TileNodes nodes(LogPath.HashTile path) {
    var known = edge.get(path);
    if (known == null) known = kept.get(path);
    if (known != null) return known;
    var nodes = new TileNodes(hash, Tile.read(path, tiles));
    if (verified) check(path, nodes.root());
    kept.put(path, nodes);
    return nodes;
  }

  /** Only full tiles come here: the partial ones are the edge. */
  private void check(LogPath.HashTile path, Hash root) {
    var above = above(path);
    var expected = nodes(above).node(0, (int) (path.index() & 0xff));
    if (!root.equals(expected))
      throw new TlogException(
          path + " has the root " + root + ", expected " + expected + " as in " + above);
  }

  private void checkSize(long entries) {
    if (entries < 0 || entries > size)
      throw new IndexOutOfBoundsException(
          "a tree of " + entries + " entries within one of " + size);
  }

  private static void checkIndex(long index, long entries) {
    if (index < 0 || index >= entries)
      throw new IndexOutOfBoundsException("leaf " + index + " of a tree of " + entries);
  }

  private static void checkOld(long oldSize, long newSize) {
    if (oldSize < 0 || oldSize > newSize)
      throw new IndexOutOfBoundsException("from " + oldSize + " entries to " + newSize);
  }
}
