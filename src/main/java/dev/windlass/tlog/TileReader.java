package dev.windlass.tlog;

/** Where hash tiles come from: a directory, a database, a server; trusted or not. */
@FunctionalInterface
public interface TileReader {
  /**
   * The octets of a tile, {@code 32 * width}; those of a wider tile of the same place will do,
   * since it begins with them. The reader does not write to the array.
   *
   * @throws RuntimeException of the implementation's choice when there is no such tile
   */
  byte[] tile(LogPath.HashTile tile);
}
