package dev.windlass.artifact;

import dev.windlass.function.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Files packed as ustar (POSIX.1-1988, the format of {@code tar --format=ustar}): what a function
 * sees below {@code /}. Only plain files and directories; links, devices, absolute paths, {@code
 * ..}, names that are not UTF-8 and anything given twice are refused, so that whatever is here can
 * be laid out anywhere.
 *
 * @param entries by path: segments joined by {@code /}, none at the beginning or the end. A
 *     directory is there only if it was packed itself.
 */
public record Archive(Bytes packed, SortedMap<String, Entry> entries) {
  /** Files and directories. */
  public static final int MAX_ENTRIES = 20_000;

  /** What ustar can hold: a prefix of 155 octets, a slash, a name of 100. */
  public static final int MAX_PATH = 256;

  public static final int MAX_SEGMENTS = 64;

  private static final int BLOCK = 512;

  public Archive {
    entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
  }

  /** What is at a path. */
  public sealed interface Entry {}

  /** Octets {@code offset} to {@code offset + size} of the packed form. */
  public record File(int offset, int size) implements Entry {}

  public record Directory() implements Entry {}

  /**
   * @throws IllegalArgumentException and nothing else, with the entry and what is wrong with it
   */
  public static Archive parse(Bytes packed) {
    var octets = packed.unsafeArray();
    var entries = new TreeMap<String, Entry>();
    int at = 0;
    while (true) {
      if (octets.length - at < BLOCK)
        throw refused(at, "ends without the two empty blocks that end an archive");
      if (isEmptyBlock(octets, at)) break;
      if (entries.size() == MAX_ENTRIES)
        throw refused(at, "has more than " + MAX_ENTRIES + " entries");
      at = readEntry(octets, at, entries);
    }
    refuseFilesAsDirectories(entries);
    return new Archive(packed, entries);
  }

  /**
   * Packs files in the order of their paths, owned by nobody, of the year 1970: equal files give
   * equal octets. A path that ends with a slash is an empty directory; parents need not be named.
   */
  public static Bytes write(Map<String, Bytes> files) {
    if (files.size() > MAX_ENTRIES)
      throw new IllegalArgumentException(files.size() + " files, at most " + MAX_ENTRIES);
    var sorted = new TreeMap<>(files);
    long size = 2 * BLOCK;
    for (var file : sorted.values()) size += BLOCK + padded(file.size());
    if (size > Integer.MAX_VALUE - BLOCK)
      throw new IllegalArgumentException("the files have " + size + " bytes when packed");
    var octets = new byte[(int) size];
    int at = 0;
    for (var file : sorted.entrySet()) {
      writeHeader(octets, at, file.getKey(), file.getValue().size());
      at += BLOCK;
      System.arraycopy(file.getValue().unsafeArray(), 0, octets, at, file.getValue().size());
      at += (int) padded(file.getValue().size());
    }
    return Bytes.wrap(octets);
  }

  /** A copy of a file's octets. */
  public Bytes content(File file) {
    return Bytes.wrap(
        Arrays.copyOfRange(packed.unsafeArray(), file.offset(), file.offset() + file.size()));
  }

  /** Returns where the next header is. */
  private static int readEntry(byte[] octets, int at, SortedMap<String, Entry> entries) {
    requireChecksum(octets, at);
    var path = pathAt(octets, at);
    char type = (char) (octets[at + 156] & 0xff);
    long size = octal(octets, at, 124, 12, "size");
    boolean directory = type == '5';
    if (!directory && type != '0' && type != 0) throw refused(at, path + " is " + typeName(type));
    if (directory && path.equals(".")) return at + BLOCK;
    requirePlain(at, path);
    if (directory && size != 0) throw refused(at, path + " is a directory of " + size + " bytes");
    if (size > octets.length - at - BLOCK)
      throw refused(
          at,
          path
              + " has "
              + size
              + " bytes, the archive only "
              + (octets.length - at - BLOCK)
              + " more");
    var entry = directory ? new Directory() : new File(at + BLOCK, (int) size);
    if (entries.put(path, entry) != null) throw refused(at, path + " is there twice");
    return (int) Math.min(octets.length, at + BLOCK + padded(size));
  }

  private static String pathAt(byte[] octets, int at) {
    var name = text(octets, at, at, 100);
    boolean ustar = new String(octets, at + 257, 5, StandardCharsets.US_ASCII).equals("ustar");
    var prefix = ustar ? text(octets, at, at + 345, 155) : "";
    var path = prefix.isEmpty() ? name : prefix + "/" + name;
    if (path.startsWith("./")) path = path.substring(2);
    while (path.endsWith("/") && path.length() > 1) path = path.substring(0, path.length() - 1);
    return path.isEmpty() ? "." : path;
  }

  private static void requirePlain(int at, String path) {
    if (path.startsWith("/")) throw refused(at, path + " is absolute");
    var segments = path.split("/", -1);
    if (segments.length > MAX_SEGMENTS)
      throw refused(at, path + " has more than " + MAX_SEGMENTS + " segments");
    for (var segment : segments)
      if (segment.isEmpty() || segment.equals(".") || segment.equals(".."))
        throw refused(at, path + " has the segment '" + segment + "'");
  }

  private static void refuseFilesAsDirectories(SortedMap<String, Entry> entries) {
    for (var path : entries.keySet()) {
      for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
        var parent = path.substring(0, slash);
        if (entries.get(parent) instanceof File)
          throw new IllegalArgumentException(
              "the archive has " + path + " below " + parent + ", which is a file");
      }
    }
  }

  private static void requireChecksum(byte[] octets, int at) {
    long expected = octal(octets, at, 148, 8, "checksum");
    long actual = checksum(octets, at);
    if (expected != actual)
      throw refused(at, "is no tar header: its checksum is " + actual + ", it says " + expected);
  }

  /** The sum of the header's octets, those of the checksum itself taken as spaces. */
  private static int checksum(byte[] octets, int at) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? ' ' : octets[at + i] & 0xff;
    return sum;
  }

  /** Digits, ended by a space, a NUL or the field's end. */
  private static long octal(byte[] octets, int header, int offset, int length, String what) {
    int i = header + offset;
    int end = i + length;
    while (i < end && octets[i] == ' ') i++;
    long value = 0;
    for (; i < end && octets[i] != 0 && octets[i] != ' '; i++) {
      if (octets[i] < '0' || octets[i] > '7')
        throw refused(header, "has a " + what + " that is not octal");
      value = value << 3 | octets[i] - '0';
    }
    return value;
  }

  private static String text(byte[] octets, int header, int from, int length) {
    int end = from;
    while (end < from + length && octets[end] != 0) end++;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(octets, from, end - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "the archive's entry at " + header + " has a name that is not UTF-8", e);
    }
  }

  private static boolean isEmptyBlock(byte[] octets, int at) {
    for (int i = at; i < at + BLOCK; i++) if (octets[i] != 0) return false;
    return true;
  }

  private static String typeName(char type) {
    return switch (type) {
      case '1' -> "a hard link";
      case '2' -> "a symbolic link";
      case '3', '4' -> "a device";
      case '6' -> "a named pipe";
      case 'x', 'g', 'L', 'K' -> "a header that ustar does not know; pack with tar --format=ustar";
      default -> "an entry of unknown type " + (int) type;
    };
  }

  private static IllegalArgumentException refused(int at, String why) {
    return new IllegalArgumentException("the archive's entry at " + at + " " + why);
  }

  private static long padded(long size) {
    return (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static void writeHeader(byte[] octets, int at, String entry, int size) {
    boolean directory = entry.endsWith("/");
    var path = directory ? entry.substring(0, entry.length() - 1) : entry;
    requirePlain(at, path);
    if (directory && size != 0)
      throw new IllegalArgumentException(path + " is a directory of " + size + " bytes");
    var name = path.getBytes(StandardCharsets.UTF_8);
    int split = splitOf(path, name);
    int nameFrom = split < 0 ? 0 : split + 1;
    System.arraycopy(name, nameFrom, octets, at, name.length - nameFrom);
    if (split > 0) System.arraycopy(name, 0, octets, at + 345, split);
    ascii(octets, at + 100, directory ? "0000755" : "0000644");
    ascii(octets, at + 108, "0000000");
    ascii(octets, at + 116, "0000000");
    ascii(octets, at + 124, String.format(Locale.ROOT, "%011o", size));
    ascii(octets, at + 136, "00000000000");
    octets[at + 156] = (byte) (directory ? '5' : '0');
    ascii(octets, at + 257, "ustar");
    ascii(octets, at + 263, "00");
    ascii(octets, at + 148, String.format(Locale.ROOT, "%06o", checksum(octets, at)));
    octets[at + 155] = ' ';
  }

  /** The last slash that leaves both parts short enough; -1 when none is needed. */
  private static int splitOf(String path, byte[] name) {
    if (name.length <= 100) return -1;
    for (int i = Math.min(155, name.length - 2); i > 0 && name.length - i - 1 <= 100; i--)
      if (name[i] == '/') return i;
    throw new IllegalArgumentException("a path that ustar cannot hold (155/100 bytes): " + path);
  }

  private static void ascii(byte[] octets, int at, String text) {
    System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, octets, at, text.length());
  }
}
