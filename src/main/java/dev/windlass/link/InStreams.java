package dev.windlass.link;

import dev.windlass.protocol.Codec;
import dev.windlass.protocol.Kind;
import dev.windlass.protocol.Message;
import dev.windlass.protocol.ProtocolException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages together that come in chunks. Each says its size first and waits for a grant;
 * grants are given in the order of arrival while the sizes of all that are granted stay below the
 * link's bound. Memory grows with what has arrived.
 */
final class InStreams {
  private static final int FIRST = 256 << 10;

  private static final class Stream {
    final long id;
    final Kind kind;
    final byte[] header;
    final int size;
    byte[] body = {};
    int held;
    boolean granted;
    boolean discarded;

    Stream(long id, Kind kind, byte[] header, int size) {
      this.id = id;
      this.kind = kind;
      this.header = header;
      this.size = size;
    }
  }

  /** A message that has come whole. */
  record Whole(Kind kind, Message message) {}

  private final Wire wire;
  private final LinkLimits.Sizes sizes;
  private final Map<Long, Stream> streams = new HashMap<>();
  private final ArrayDeque<Stream> waiting = new ArrayDeque<>();
  private long reserved;
  private int granted;
  private long movedNanos;

  InStreams(Wire wire, LinkLimits.Sizes sizes) {
    this.wire = wire;
    this.sizes = sizes;
  }

  boolean holds(long id) {
    return streams.containsKey(id);
  }

  boolean isEmpty() {
    return streams.isEmpty();
  }

  /** Octets that granted streams may still come to hold. */
  long reserved() {
    return reserved;
  }

  /** {@code wanted} false: its octets are counted and dropped. */
  void begin(long id, Kind kind, Frame frame, int size, boolean wanted, long now)
      throws ProtocolException {
    if (streams.containsKey(id)) throw new ProtocolException("a second stream " + id);
    if (size == 0 || (long) size + frame.bodySize > sizes.message())
      throw new ProtocolException(
          "stream of " + size + " octets, not 1 to " + (sizes.message() - frame.bodySize));
    var stream = new Stream(id, kind, frame.body, size);
    stream.discarded = !wanted;
    streams.put(id, stream);
    waiting.add(stream);
    grant(now);
  }

  /** Drops what has come of a message, and what is still to come. */
  void discard(long id) {
    var stream = streams.get(id);
    if (stream == null) return;
    stream.discarded = true;
    stream.body = new byte[0];
  }

  void data(Frame frame, long now) throws ProtocolException {
    var stream = granted(frame.id, "data");
    int size = frame.bodySize;
    if (size == 0 || size > stream.size - stream.held)
      throw new ProtocolException(
          size + " octets for stream " + frame.id + ", not 1 to " + (stream.size - stream.held));
    movedNanos = now;
    if (!stream.discarded) {
      reserve(stream, stream.held + size);
      System.arraycopy(frame.body, frame.bodyFrom, stream.body, stream.held, size);
    }
    stream.held += size;
  }

  /** Null when the message was not wanted. */
  @Nullable Whole end(long id, long now) throws ProtocolException {
    var stream = granted(id, "end");
    if (stream.held != stream.size)
      throw new ProtocolException(
          "stream " + id + " ended with " + stream.held + " octets, not " + stream.size);
    remove(stream, now);
    if (stream.discarded) return null;
    var body = new Codec.Body(stream.body, 0, stream.size);
    return new Whole(
        stream.kind, Codec.decode(stream.kind, stream.header, 0, stream.header.length, body));
  }

  /** The sender gave up; true when it was under way. */
  boolean cancel(long id, long now) {
    var stream = streams.get(id);
    if (stream == null) return false;
    remove(stream, now);
    return true;
  }

  /** Whether granted streams exist and none has moved for so long. */
  boolean stuck(long now, long nanos) {
    return granted > 0 && now - movedNanos > nanos;
  }

  void clear() {
    streams.clear();
    waiting.clear();
    reserved = 0;
    granted = 0;
  }

  private Stream granted(long id, String what) throws ProtocolException {
    var stream = streams.get(id);
    if (stream == null || !stream.granted)
      throw new ProtocolException(what + " for stream " + id + ", which has no grant");
    return stream;
  }

  private void remove(Stream stream, long now) {
    streams.remove(stream.id);
    if (stream.granted) {
      reserved -= stream.size;
      granted--;
    } else {
      waiting.remove(stream);
    }
    grant(now);
  }

  private void grant(long now) {
    while (!waiting.isEmpty() && reserved + waiting.peek().size <= sizes.reassembly()) {
      var stream = waiting.remove();
      stream.granted = true;
      reserved += stream.size;
      if (granted++ == 0) movedNanos = now;
      wire.send(Frame.of(FrameType.CREDIT, stream.id));
    }
  }

  private static void reserve(Stream stream, int needed) {
    if (needed <= stream.body.length) return;
    int doubled = (int) Math.min(stream.size, Math.max(FIRST, 2L * stream.body.length));
    stream.body = Arrays.copyOf(stream.body, Math.max(needed, doubled));
  }
}
