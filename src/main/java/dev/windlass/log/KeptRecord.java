package dev.windlass.log;

import dev.windlass.function.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What a {@link Segment} of the {@link ReceiptStore} is made of, integers big-endian. */
sealed interface KeptRecord {
  /** Ids of one submission. */
  int MAX_IDS = 4_096;

  /** Of any record. */
  int MAX_OCTETS = 1 + 8 + 4 + 16 * MAX_IDS + LogConfig.Intake.MAX_SUBMISSION;

  byte DATA = 1;
  byte PLACED = 2;

  /**
   * {@code u8 1, u64 Unix ms, u32 n, n ids of 16, submission}.
   *
   * @param ids of the invocations, in the order of the submission's items
   */
  record Data(long millis, List<UUID> ids, Bytes submission) implements KeptRecord {
    public Data {
      ids = List.copyOf(ids);
    }
  }

  /** {@code u8 2, u32 segment, u64 offset, u64 index}: the leaf of that record has that index. */
  record Placed(int segment, long offset, long index) implements KeptRecord {}

  /** Its octets, in parts that share the submission's array. */
  default ByteBuffer[] encode() {
    return switch (this) {
      case Data data -> {
        var head = ByteBuffer.allocate(13 + 16 * data.ids().size());
        head.put(DATA).putLong(data.millis()).putInt(data.ids().size());
        for (var id : data.ids())
          head.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        yield new ByteBuffer[] {head.flip(), ByteBuffer.wrap(data.submission().unsafeArray())};
      }
      case Placed at -> {
        var octets = ByteBuffer.allocate(21).put(PLACED);
        octets.putInt(at.segment()).putLong(at.offset()).putLong(at.index());
        yield new ByteBuffer[] {octets.flip()};
      }
    };
  }

  /**
   * @throws IllegalArgumentException when it is not a record
   */
  static KeptRecord parse(ByteBuffer octets) {
    byte type = octets.remaining() > 0 ? octets.get() : 0;
    if (type == PLACED && octets.remaining() == 20)
      return new Placed(octets.getInt(), octets.getLong(), octets.getLong());
    if (type != DATA || octets.remaining() < 12)
      throw new IllegalArgumentException(
          "record of type " + type + " with " + octets.remaining() + " more octets");
    long millis = octets.getLong();
    int n = octets.getInt();
    if (n < 0 || n > MAX_IDS || octets.remaining() < 16 * n)
      throw new IllegalArgumentException(
          "record of " + n + " ids with " + octets.remaining() + " more octets");
    var ids = new ArrayList<UUID>(n);
    for (int i = 0; i < n; i++) ids.add(new UUID(octets.getLong(), octets.getLong()));
    var submission = new byte[octets.remaining()];
    octets.get(submission);
    return new Data(millis, ids, Bytes.wrap(submission));
  }
}
