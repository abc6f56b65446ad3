package dev.windlass.tlog;

/**
 * The resources of a log as <a href="https://c2sp.org/tlog-tiles">tlog-tiles</a> names them, below
 * the log's prefix and without a leading slash. Each has exactly one text.
 */
public sealed interface LogPath {
  /** Hashes in a full tile, entries in a full bundle. */
  int FULL = 256;

  /** The newest signed tree head; the only resource that changes. */
  record Checkpoint() implements LogPath {
    @Override
    public String toString() {
      return "checkpoint";
    }
  }

  /**
   * Hashes of one level; hash i stands for 256^level leaves.
   *
   * @param level 0 to 63
   * @param index below 10^18
   * @param width hashes in it, 1 to 256; below 256 it is partial
   */
  record HashTile(int level, long index, int width) implements LogPath {
    public HashTile {
      if (level < 0 || level > 63)
        throw new TlogException("a tile is of level " + level + ", expected 0 to 63");
      Groups.check(index, width);
    }

    public boolean isFull() {
      return width == FULL;
    }

    /** The same place with all of its 256 hashes. */
    public HashTile full() {
      return new HashTile(level, index, FULL);
    }

    @Override
    public String toString() {
      return "tile/" + level + "/" + Groups.text(index, width);
    }
  }

  /**
   * Entries, as {@link EntryBundle} writes them.
   *
   * @param index below 10^18
   * @param width entries in it, 1 to 256; below 256 it is partial
   */
  record EntryTile(long index, int width) implements LogPath {
    public EntryTile {
      Groups.check(index, width);
    }

    public boolean isFull() {
      return width == FULL;
    }

    /** The same place with all of its 256 entries. */
    public EntryTile full() {
      return new EntryTile(index, FULL);
    }

    @Override
    public String toString() {
      return "tile/entries/" + Groups.text(index, width);
    }
  }

  /**
   * @param path such as {@code checkpoint}, {@code tile/0/x001/x234/067} or {@code
   *     tile/entries/000.p/7}; another spelling of the same place is refused
   */
  static LogPath parse(String path) {
    if (path.equals("checkpoint")) return new Checkpoint();
    var parts = Groups.TILE.matcher(path);
    if (!parts.matches())
      throw new TlogException(
          "a path is "
              + Lines.shown(path)
              + ", expected checkpoint, tile/<level>/<index>[.p/<width>]"
              + " or tile/entries/<index>[.p/<width>]");
    long index = Long.parseLong(parts.group(2).replaceAll("[x/]", ""));
    int width = parts.group(3) == null ? FULL : Integer.parseInt(parts.group(3));
    var level = parts.group(1);
    var parsed =
        level.equals("entries")
            ? new EntryTile(index, width)
            : new HashTile(Integer.parseInt(level), index, width);
    if (!parsed.toString().equals(path))
      throw new TlogException("a path is " + Lines.shown(path) + ", expected " + parsed);
    return parsed;
  }

  /** The text as it stands behind the prefix of the log. */
  @Override
  String toString();
}
