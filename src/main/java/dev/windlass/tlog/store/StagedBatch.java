package dev.windlass.tlog.store;

import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Entries that a commit adds, kept until the tiles made from them are durable. Octets: {@code
 * WLSTAGE1}, u64 size before, root before, u64 size after, root after, for each entry u16 length
 * and octets, SHA-256 of everything before it; big-endian.
 *
 * @param before size of the tree it extends
 * @param after size of the tree it leads to
 * @param entries not copied
 */
record StagedBatch(long before, Hash rootBefore, long after, Hash rootAfter, List<byte[]> entries) {
  static final String DIRECTORY = "staging";

  private static final byte[] MAGIC = {'W', 'L', 'S', 'T', 'A', 'G', 'E', '1'};
  private static final int HEADER = MAGIC.length + 2 * (Long.BYTES + Hash.BYTES);

  StagedBatch {
    if (before < 0 || entries.isEmpty() || after - before != entries.size())
      throw new IllegalArgumentException(
          entries.size() + " entries lead from size " + before + " to " + after);
  }

  /** Its place; two batches that lead to different trees have different ones. */
  String path() {
    return path(after, rootAfter);
  }

  /** Where the batch that leads to this tree lies. */
  static String path(long after, Hash rootAfter) {
    return DIRECTORY + "/" + after + "-" + rootAfter.hex();
  }

  byte[] encode() {
    int length = HEADER + Hash.BYTES;
    for (var entry : entries) length += 2 + entry.length;
    var octets = ByteBuffer.allocate(length);
    octets.put(MAGIC).putLong(before).put(rootBefore.unsafeArray());
    octets.putLong(after).put(rootAfter.unsafeArray());
    for (var entry : entries) {
      if (entry.length > EntryBundle.MAX_ENTRY)
        throw new IllegalArgumentException("an entry of " + entry.length + " octets");
      octets.putShort((short) entry.length).put(entry);
    }
    octets.put(digest(octets.array(), octets.position()));
    return octets.array();
  }

  /**
   * @throws IllegalArgumentException when the octets are not what {@link #encode} wrote
   */
  static StagedBatch decode(byte[] octets) {
    int end = octets.length - Hash.BYTES;
    if (end < HEADER || !Arrays.equals(octets, 0, MAGIC.length, MAGIC, 0, MAGIC.length))
      throw new IllegalArgumentException(octets.length + " octets that are no staged batch");
    var expected = Hash.of(octets, end);
    var found = Hash.wrap(digest(octets, end));
    if (!found.equals(expected))
      throw new IllegalArgumentException("its SHA-256 is " + found + ", it says " + expected);
    var in = ByteBuffer.wrap(octets, MAGIC.length, end - MAGIC.length);
    try {
      long before = in.getLong();
      var rootBefore = hash(in);
      long after = in.getLong();
      var rootAfter = hash(in);
      var entries = new ArrayList<byte[]>();
      while (in.hasRemaining()) {
        var entry = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(entry);
        entries.add(entry);
      }
      return new StagedBatch(before, rootBefore, after, rootAfter, entries);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("it ends within an entry", e);
    }
  }

  private static Hash hash(ByteBuffer in) {
    var octets = new byte[Hash.BYTES];
    in.get(octets);
    return Hash.wrap(octets);
  }

  private static byte[] digest(byte[] octets, int length) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(octets, 0, length);
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
