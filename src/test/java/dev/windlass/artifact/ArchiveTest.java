package dev.windlass.artifact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.Archive.Directory;
import dev.windlass.artifact.Archive.File;
import dev.windlass.function.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ArchiveTest {
  @Test
  void what_was_written_is_read_back() {
    var files = new TreeMap<String, Bytes>();
    files.put("lib/python3.12/os.py", Bytes.utf8("import abc\n".repeat(100)));
    files.put("empty", Bytes.EMPTY);
    files.put("block", Bytes.wrap(new byte[512]));
    files.put("d".repeat(120) + "/" + "n".repeat(90), Bytes.utf8("long"));
    files.put("grüße.txt", Bytes.utf8("hello"));

    var archive = Archive.parse(Archive.write(files));

    assertEquals(files.keySet(), archive.entries().keySet());
    files.forEach(
        (path, content) ->
            assertEquals(content, archive.content((File) archive.entries().get(path)), path));
  }

  @Test
  void equal_files_give_equal_octets_in_any_order() {
    var one = Map.of("a", Bytes.utf8("1"), "b", Bytes.utf8("2"));
    var other = new TreeMap<String, Bytes>(Comparator.reverseOrder());
    other.putAll(one);
    assertEquals(Archive.write(one), Archive.write(other));
    assertEquals(4 * 512 + 2 * 512, Archive.write(one).size());
  }

  @Test
  void directories_are_kept_and_a_leading_dot_is_dropped() {
    var archive =
        Archive.parse(
            packed(entry("./", '5', 0), entry("./etc/", '5', 0), entry("./etc/motd", '0', 5)));
    assertEquals(List.of("etc", "etc/motd"), List.copyOf(archive.entries().keySet()));
    assertEquals(new Directory(), archive.entries().get("etc"));
  }

  @Test
  void links_devices_and_pipes_are_refused_by_name() {
    assertRefused("bin/sh is a symbolic link", entry("bin/sh", '2', 0));
    assertRefused("bin/sh is a hard link", entry("bin/sh", '1', 0));
    assertRefused("dev/null is a device", entry("dev/null", '3', 0));
    assertRefused("dev/sda is a device", entry("dev/sda", '4', 0));
    assertRefused("pipe is a named pipe", entry("pipe", '6', 0));
    assertRefused("long is a header that ustar does not know", entry("long", 'x', 0));
    assertRefused("long is a header that ustar does not know", entry("long", 'L', 0));
  }

  @Test
  void absolute_paths_and_dots_are_refused() {
    assertRefused("/etc/passwd is absolute", entry("/etc/passwd", '0', 0));
    assertRefused("../x has the segment '..'", entry("../x", '0', 0));
    assertRefused("a/../../x has the segment '..'", entry("a/../../x", '0', 0));
    assertRefused("a/./x has the segment '.'", entry("a/./x", '0', 0));
    assertRefused("a//x has the segment ''", entry("a//x", '0', 0));
  }

  @Test
  void a_path_given_twice_and_a_file_used_as_a_directory_are_refused() {
    assertRefused("a is there twice", entry("a", '0', 0), entry("a", '0', 0));
    assertRefused("a is there twice", entry("a", '0', 0), entry("a/", '5', 0));
    assertRefused("a/b below a, which is a file", entry("a", '0', 0), entry("a/b", '0', 0));
    assertRefused("a/b below a, which is a file", entry("a/b", '0', 0), entry("a", '0', 0));
  }

  @Test
  void an_entry_larger_than_the_archive_is_refused_with_both_sizes() {
    var octets = packed(entry("a", '0', 10)).toArray();
    var cut = Arrays.copyOf(octets, 512);
    var e = assertThrows(IllegalArgumentException.class, () -> Archive.parse(Bytes.wrap(cut)));
    assertTrue(e.getMessage().contains("a has 10 bytes, the archive only 0 more"), e.getMessage());
    assertRefused("has 8589934591 bytes", header("a", '0', "77777777777"));
  }

  @Test
  void an_archive_without_its_end_is_refused() {
    assertThrows(IllegalArgumentException.class, () -> Archive.parse(Bytes.EMPTY));
    var octets = Arrays.copyOf(packed(entry("a", '0', 10)).toArray(), 1024);
    assertThrows(IllegalArgumentException.class, () -> Archive.parse(Bytes.wrap(octets)));
  }

  @Test
  void a_header_whose_checksum_is_wrong_is_refused() {
    var octets = packed(entry("a", '0', 0)).toArray();
    octets[0] = 'b';
    var e = assertThrows(IllegalArgumentException.class, () -> Archive.parse(Bytes.wrap(octets)));
    assertTrue(e.getMessage().contains("its checksum is"), e.getMessage());
  }

  @Test
  void more_entries_than_the_bound_are_refused() {
    var octets = new byte[(Archive.MAX_ENTRIES + 1) * 512 + 1024];
    for (int i = 0; i <= Archive.MAX_ENTRIES; i++)
      System.arraycopy(header("f" + i, '0', "00000000000"), 0, octets, i * 512, 512);
    var e = assertThrows(IllegalArgumentException.class, () -> Archive.parse(Bytes.wrap(octets)));
    assertTrue(e.getMessage().contains("more than 20000 entries"), e.getMessage());
  }

  @Test
  void a_path_that_ustar_cannot_hold_is_refused_when_packing() {
    var tooLong = "n".repeat(101);
    assertThrows(IllegalArgumentException.class, () -> Archive.write(Map.of(tooLong, Bytes.EMPTY)));
    assertThrows(IllegalArgumentException.class, () -> Archive.write(Map.of("../x", Bytes.EMPTY)));
  }

  @Test
  void any_bytes_whatever_end_in_an_archive_or_the_declared_exception() {
    var seed =
        packed(entry("dir/", '5', 0), entry("dir/file", '0', 600), entry("other", '0', 1))
            .toArray();
    for (long n = 0; n < 20_000; n++) {
      var chance = new SplittableRandom(n);
      var octets = seed.clone();
      int header = 512 * List.of(0, 1, 4).get(chance.nextInt(3));
      for (int i = 0; i <= chance.nextInt(3); i++)
        octets[header + chance.nextInt(512)] = (byte) chance.nextInt(256);
      if (chance.nextBoolean()) writeChecksum(octets, header);
      if (chance.nextInt(4) == 0) octets = Arrays.copyOf(octets, chance.nextInt(octets.length));
      try {
        var archive = Archive.parse(Bytes.wrap(octets));
        for (var entry : archive.entries().values())
          if (entry instanceof File file) archive.content(file);
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().contains("archive"), e.getMessage());
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + n, e);
      }
    }
  }

  @Test
  void what_is_written_has_the_layout_of_posix() {
    var octets = Archive.write(Map.of("a/b", Bytes.utf8("hi"))).toArray();
    var header = new String(octets, 0, 512, StandardCharsets.ISO_8859_1);
    assertTrue(header.startsWith("a/b\0"));
    assertEquals("0000644\0" + "0000000\0" + "0000000\0", header.substring(100, 124));
    assertEquals("00000000002\0" + "00000000000\0", header.substring(124, 148));
    assertEquals("0", header.substring(156, 157));
    assertEquals("ustar\0" + "00", header.substring(257, 265));
    assertArrayEquals(new byte[] {'h', 'i'}, Arrays.copyOfRange(octets, 512, 514));
  }

  private static void assertRefused(String why, byte[]... entries) {
    var e = assertThrows(IllegalArgumentException.class, () -> Archive.parse(packed(entries)));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private static Bytes packed(byte[]... entries) {
    int size = 1024;
    for (var entry : entries) size += entry.length;
    var octets = new byte[size];
    int at = 0;
    for (var entry : entries) {
      System.arraycopy(entry, 0, octets, at, entry.length);
      at += entry.length;
    }
    return Bytes.wrap(octets);
  }

  private static byte[] entry(String path, char type, int size) {
    var header = header(path, type, String.format(Locale.ROOT, "%011o", size));
    return Arrays.copyOf(header, 512 + (size + 511) / 512 * 512);
  }

  private static byte[] header(String path, char type, String size) {
    var header = new byte[512];
    ascii(header, 0, path);
    ascii(header, 124, size);
    header[156] = (byte) type;
    ascii(header, 257, "ustar");
    writeChecksum(header, 0);
    return header;
  }

  private static void writeChecksum(byte[] octets, int at) {
    int sum = 0;
    for (int i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? ' ' : octets[at + i] & 0xff;
    ascii(octets, at + 148, String.format(Locale.ROOT, "%06o\0 ", sum));
  }

  private static void ascii(byte[] octets, int at, String text) {
    var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, octets, at, bytes.length);
  }
}
