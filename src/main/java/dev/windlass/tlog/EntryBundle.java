package dev.windlass.tlog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Up to 256 entries as tlog-tiles stores them: for each a big-endian 16-bit length and its octets.
 * So a wider bundle of the same place begins with all octets of the narrower one. Immutable.
 */
public final class EntryBundle {
  /** The longest entry: its length has 16 bits. */
  public static final int MAX_ENTRY = 65_535;

  /** The longest bundle. */
  public static final int MAX_OCTETS = LogPath.FULL * (2 + MAX_ENTRY);

  private final byte[] octets;

  /** Where each entry's length stands, and the end. */
  private final int[] starts;

  private EntryBundle(byte[] octets, int[] starts) {
    this.octets = octets;
    this.starts = starts;
  }

  /**
   * @param entries 1 to 256, each of at most 65,535 octets
   */
  public static EntryBundle of(List<byte[]> entries) {
    return parse(encode(entries));
  }

  /** The octets of {@link #of} without the bundle. */
  public static byte[] encode(List<byte[]> entries) {
    checkCount(entries.size());
    int length = 0;
    for (var entry : entries) length += 2 + checkLength(entry).length;
    var octets = new byte[length];
    int at = 0;
    for (var entry : entries) {
      octets[at] = (byte) (entry.length >> 8);
      octets[at + 1] = (byte) entry.length;
      System.arraycopy(entry, 0, octets, at + 2, entry.length);
      at += 2 + entry.length;
    }
    return octets;
  }

  /** Reads a whole bundle of any width; the array now belongs to the result. */
  public static EntryBundle parse(byte[] octets) {
    var starts = new int[LogPath.FULL + 1];
    int count = 0;
    int at = 0;
    while (at < octets.length) {
      if (count == LogPath.FULL)
        throw new TlogException("a bundle goes on after its 256th entry, at octet " + at);
      if (octets.length - at < 2)
        throw new TlogException("a bundle ends within the length of entry " + count);
      int length = (octets[at] & 0xff) << 8 | octets[at + 1] & 0xff;
      if (octets.length - at - 2 < length)
        throw new TlogException(
            "entry "
                + count
                + " of a bundle has "
                + (octets.length - at - 2)
                + " octets, expected "
                + length);
      starts[count++] = at;
      at += 2 + length;
    }
    checkCount(count);
    starts[count] = at;
    return new EntryBundle(octets, Arrays.copyOf(starts, count + 1));
  }

  /** As {@link #parse(byte[])}, of exactly so many entries. */
  public static EntryBundle parse(byte[] octets, int width) {
    var bundle = parse(octets);
    if (bundle.size() != width)
      throw new TlogException("a bundle has " + bundle.size() + " entries, expected " + width);
    return bundle;
  }

  /** Entries in it. */
  public int size() {
    return starts.length - 1;
  }

  /** A copy of one. */
  public byte[] entry(int index) {
    return Arrays.copyOfRange(octets, starts[index] + 2, starts[index + 1]);
  }

  /** Copies of all, in order. */
  public List<byte[]> entries() {
    var entries = new ArrayList<byte[]>(size());
    for (int i = 0; i < size(); i++) entries.add(entry(i));
    return entries;
  }

  /** The leaf hash of one. */
  public Hash leafHash(MerkleHash hash, int index) {
    var leaf = new byte[Hash.BYTES];
    hash.leafInto(octets, starts[index] + 2, starts[index + 1] - starts[index] - 2, leaf, 0);
    return Hash.wrap(leaf);
  }

  /** The first entries only, as a narrower partial bundle. */
  public EntryBundle first(int width) {
    if (width < 1 || width > size())
      throw new TlogException("a bundle has " + size() + " entries, expected " + width);
    return new EntryBundle(Arrays.copyOf(octets, starts[width]), Arrays.copyOf(starts, width + 1));
  }

  /** This bundle and more entries behind it. */
  public EntryBundle plus(List<byte[]> more) {
    var added = encode(more);
    var joined = Arrays.copyOf(octets, octets.length + added.length);
    System.arraycopy(added, 0, joined, octets.length, added.length);
    return parse(joined);
  }

  /** The array itself, for code that only reads it. */
  public byte[] unsafeArray() {
    return octets;
  }

  private static void checkCount(int count) {
    if (count < 1 || count > LogPath.FULL)
      throw new TlogException("a bundle has " + count + " entries, expected 1 to " + LogPath.FULL);
  }

  private static byte[] checkLength(byte[] entry) {
    if (entry.length > MAX_ENTRY)
      throw new TlogException(
          "an entry has " + entry.length + " octets, expected at most " + MAX_ENTRY);
    return entry;
  }
}
