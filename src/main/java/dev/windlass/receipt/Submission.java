package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What is handed to the log: a leaf, and for receipts what the log keeps beside it. Octets: version
 * 1, kind, then fields of a big-endian 32-bit length and so many octets (docs/protocol.md). Only
 * the shape is checked here.
 */
public sealed interface Submission {
  /** Fits a Kafka message of default size. */
  int MAX_OCTETS = 900 << 10;

  int VERSION = 1;

  /** The log's leaf. */
  Bytes leaf();

  /** A signed entry. */
  record Plain(Bytes leaf) implements Submission {}

  /**
   * A single receipt, or an export.
   *
   * @param leaf a {@link RekorBody}
   * @param envelope canonical JSON of the receipt's envelope
   * @param results canonical JSON of the result envelope
   */
  record Single(Bytes leaf, Bytes envelope, Bytes results) implements Submission {}

  /**
   * A batch of receipts.
   *
   * @param leaf a {@link BatchLeaf}
   * @param items in the order of the batch
   */
  record Batch(Bytes leaf, List<Item> items) implements Submission {
    public Batch {
      items = List.copyOf(items);
      if (items.size() < 2 || items.size() > ReceiptSigner.MAX_BATCH)
        throw new IllegalArgumentException(
            "a batch has 2 to " + ReceiptSigner.MAX_BATCH + " receipts, not " + items.size());
    }

    public List<Bytes> payloads() {
      return items.stream().map(Item::payload).toList();
    }
  }

  /**
   * @param payload canonical receipt
   * @param results canonical JSON of the result envelope
   */
  record Item(Bytes payload, Bytes results) {
    /** What it adds to a submission. */
    public int octets() {
      return octets(payload.size(), results.size());
    }

    /** As {@link #octets()}, before there is a payload. */
    public static int octets(int payload, int results) {
      return 2 * Integer.BYTES + payload + results;
    }
  }

  /** Octets of a submission of a batch beside its items, or a few more. */
  int BATCH_OVERHEAD = 1024;

  /**
   * @throws IllegalArgumentException when there are more than {@link #MAX_OCTETS}
   */
  default Bytes encode() {
    var out = new ByteArrayOutputStream(1024);
    out.write(VERSION);
    out.write(kind(this));
    field(out, leaf());
    switch (this) {
      case Plain _ -> {}
      case Single single -> {
        field(out, single.envelope());
        field(out, single.results());
      }
      case Batch batch -> {
        for (var item : batch.items()) {
          field(out, item.payload());
          field(out, item.results());
        }
      }
    }
    if (out.size() > MAX_OCTETS)
      throw new IllegalArgumentException(
          "a submission has at most " + MAX_OCTETS + " octets, this has " + out.size());
    return Bytes.wrap(out.toByteArray());
  }

  /**
   * @throws IllegalArgumentException unless the octets are exactly one submission
   */
  static Submission parse(Bytes octets) {
    if (octets.size() > MAX_OCTETS || octets.size() < 2)
      throw new IllegalArgumentException(
          "a submission has 2 to " + MAX_OCTETS + " octets, this has " + octets.size());
    var in = ByteBuffer.wrap(octets.unsafeArray());
    int version = in.get();
    if (version != VERSION)
      throw new IllegalArgumentException(
          "submission of version " + version + ", expected " + VERSION);
    int kind = in.get();
    int most = kind == 3 ? 1 + 2 * ReceiptSigner.MAX_BATCH : 3;
    var fields = fields(in, most);
    return switch (kind) {
      case 1 -> {
        requireFields(kind, fields, fields.size() == 1);
        yield new Plain(fields.getFirst());
      }
      case 2 -> {
        requireFields(kind, fields, fields.size() == 3);
        yield new Single(fields.get(0), fields.get(1), fields.get(2));
      }
      case 3 -> {
        requireFields(kind, fields, fields.size() >= 5 && fields.size() % 2 == 1);
        var items = new ArrayList<Item>(fields.size() / 2);
        for (int i = 1; i < fields.size(); i += 2)
          items.add(new Item(fields.get(i), fields.get(i + 1)));
        yield new Batch(fields.getFirst(), items);
      }
      default ->
          throw new IllegalArgumentException("submission of kind " + kind + ", expected 1 to 3");
    };
  }

  private static int kind(Submission submission) {
    return switch (submission) {
      case Plain _ -> 1;
      case Single _ -> 2;
      case Batch _ -> 3;
    };
  }

  private static void field(ByteArrayOutputStream out, Bytes octets) {
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(octets.size()).array());
    out.writeBytes(octets.unsafeArray());
  }

  private static List<Bytes> fields(ByteBuffer in, int most) {
    var fields = new ArrayList<Bytes>();
    while (in.hasRemaining()) {
      if (fields.size() == most)
        throw new IllegalArgumentException("a submission of this kind has " + most + " fields");
      if (in.remaining() < Integer.BYTES)
        throw new IllegalArgumentException(
            "a submission ends within the length of field " + fields.size());
      int length = in.getInt();
      if (length < 1 || length > in.remaining())
        throw new IllegalArgumentException(
            "field "
                + fields.size()
                + " has "
                + Integer.toUnsignedString(length)
                + " octets, expected 1 to "
                + in.remaining());
      var field = new byte[length];
      in.get(field);
      fields.add(Bytes.wrap(field));
    }
    return fields;
  }

  private static void requireFields(int kind, List<Bytes> fields, boolean good) {
    if (!good)
      throw new IllegalArgumentException(
          "submission of kind " + kind + " with " + fields.size() + " fields");
  }
}
