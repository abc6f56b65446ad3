package dev.windlass.tlog.store;

import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.LogPath.EntryTile;
import dev.windlass.tlog.LogPath.HashTile;
import dev.windlass.tlog.TileReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads tiles and entries of the committed tree, for any of its sizes, partial tiles included. What
 * comes from the backend is not checked against the root. For any thread; blocks on the backend.
 */
public final class LogReader implements TileReader {
  private final Backend backend;
  private final Supplier<Tree> committed;

  LogReader(Backend backend, Supplier<Tree> committed) {
    this.backend = backend;
    this.committed = committed;
  }

  /** Exactly as wide as asked for. */
  @Override
  public byte[] tile(HashTile path) {
    var tree = committed.get();
    long hashes = path.level() > 7 ? 0 : tree.size() >> 8 * path.level();
    check(path, path.index(), path.width(), hashes);
    var octets =
        path.index() == hashes / LogPath.FULL
            ? tree.tile(path.level()).orElseThrow().unsafeArray()
            : stored(path.full());
    return Arrays.copyOf(octets, path.width() * Hash.BYTES);
  }

  /** Exactly as wide as asked for. */
  public EntryBundle entries(EntryTile path) {
    var tree = committed.get();
    check(path, path.index(), path.width(), tree.size());
    if (path.index() == tree.size() / LogPath.FULL)
      return EntryBundle.of(tree.tail().subList(0, path.width()));
    var bundle = EntryBundle.parse(stored(path.full()), LogPath.FULL);
    return path.isFull() ? bundle : bundle.first(path.width());
  }

  /** One entry of the committed tree. */
  public byte[] entry(long index) {
    var tree = committed.get();
    if (index < 0 || index >= tree.size())
      throw new IndexOutOfBoundsException(
          "entry " + index + " of a log of " + tree.size() + " entries");
    int place = (int) (index % LogPath.FULL);
    if (index / LogPath.FULL == tree.size() / LogPath.FULL) return tree.tail().get(place).clone();
    var path = new EntryTile(index / LogPath.FULL, LogPath.FULL);
    return EntryBundle.parse(stored(path), LogPath.FULL).entry(place);
  }

  /**
   * The octets as they are served below the log's prefix; empty when the log has no such tile yet,
   * or no published checkpoint.
   */
  public Optional<byte[]> read(LogPath path) {
    return switch (path) {
      case LogPath.Checkpoint _ -> get(path);
      case HashTile tile when has(tile) -> Optional.of(tile(tile));
      case EntryTile tile when has(tile) -> Optional.of(entries(tile).unsafeArray());
      case HashTile _, EntryTile _ -> Optional.empty();
    };
  }

  /** Entries committed when it was asked. */
  public long size() {
    return committed.get().size();
  }

  private boolean has(HashTile path) {
    long hashes = path.level() > 7 ? 0 : size() >> 8 * path.level();
    return has(path.index(), path.width(), hashes);
  }

  private boolean has(EntryTile path) {
    return has(path.index(), path.width(), size());
  }

  private static boolean has(long index, int width, long count) {
    return index <= count / LogPath.FULL && index * LogPath.FULL + width <= count;
  }

  private static void check(LogPath path, long index, int width, long count) {
    if (!has(index, width, count))
      throw new IndexOutOfBoundsException(
          path + " of a log that has " + count + " hashes at that level");
  }

  private byte[] stored(LogPath path) {
    return get(path)
        .orElseThrow(
            () ->
                new UncheckedIOException(
                    new IOException("the log's " + path + " is missing, expected it full")));
  }

  private Optional<byte[]> get(LogPath path) {
    try {
      return backend.get(path.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read the log's " + path, e);
    }
  }
}
