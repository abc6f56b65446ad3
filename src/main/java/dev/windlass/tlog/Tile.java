package dev.windlass.tlog;

import java.util.Arrays;

/** A hash tile and its place. Immutable. */
public final class Tile {
  private final LogPath.HashTile path;
  private final byte[] octets;

  /**
   * @param octets of exactly the path's width; they now belong to the tile
   */
  public Tile(LogPath.HashTile path, byte[] octets) {
    if (octets.length != path.width() * Hash.BYTES)
      throw new TlogException(
          path + " has " + octets.length + " octets, expected " + path.width() * Hash.BYTES);
    this.path = path;
    this.octets = octets;
  }

  /** Reads it; of a wider tile, its beginning. */
  public static Tile read(LogPath.HashTile path, TileReader tiles) {
    var octets = tiles.tile(path);
    int expected = path.width() * Hash.BYTES;
    if (octets.length < expected
        || octets.length > LogPath.FULL * Hash.BYTES
        || octets.length % Hash.BYTES != 0)
      throw new TlogException(path + " has " + octets.length + " octets, expected " + expected);
    return new Tile(path, Arrays.copyOf(octets, expected));
  }

  public LogPath.HashTile path() {
    return path;
  }

  /** The hash at this place of the tile. */
  public Hash hash(int index) {
    return Hash.of(octets, index * Hash.BYTES);
  }

  /** The array itself, for code that only reads it. */
  public byte[] unsafeArray() {
    return octets;
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
