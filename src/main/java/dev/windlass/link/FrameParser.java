package dev.windlass.link;

import dev.windlass.protocol.ProtocolException;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts what a socket delivers into frames. A length is checked as soon as its four octets are
 * there, and a frame's memory grows with what has arrived, not with what was announced.
 */
final class FrameParser {
  private static final int KEPT = 64 << 10;
  private static final int FIRST = 4 << 10;

  private final Consumer<Frame> frames;
  private int most;
  private byte[] partial = {};
  private int held;
  private long begunNanos;

  /** Accepts lengths up to {@code most}. */
  FrameParser(int most, Consumer<Frame> frames) {
    this.most = most;
    this.frames = frames;
  }

  void accept(int octets) {
    most = octets;
  }

  /** Whether a frame has begun, and not ended, longer ago than {@code nanos}. */
  boolean stuck(long now, long nanos) {
    return held > 0 && now - begunNanos > nanos;
  }

  /** Gives memory back that large frames took, when none is under way. */
  void rest() {
    if (held == 0 && partial.length > KEPT) partial = new byte[FIRST];
  }

  /** Hands every frame that is complete to the consumer, in order. */
  void feed(Buffer octets, long now) throws ProtocolException {
    int size = octets.length();
    int at = 0;
    while (at < size) {
      if (held > 0) {
        at = complete(octets, at);
      } else if (size - at >= 4) {
        int length = checked(octets.getInt(at));
        if (size - at - 4 < length) at = hold(octets, at, now);
        else at = deliver(octets, at + 4, length);
      } else {
        at = hold(octets, at, now);
      }
    }
  }

  private int hold(Buffer octets, int at, long now) {
    begunNanos = now;
    return take(octets, at, octets.length() - at);
  }

  /** Adds to the frame that is held: first its length field, then the rest of it. */
  private int complete(Buffer octets, int at) throws ProtocolException {
    if (held < 4) {
      at = take(octets, at, Math.min(4 - held, octets.length() - at));
      if (held < 4) return at;
    }
    int length = checked(integer(partial, 0));
    at = take(octets, at, Math.min(4 + length - held, octets.length() - at));
    if (held < 4 + length) return at;
    held = 0;
    deliver(partial, 4, length);
    return at;
  }

  private int take(Buffer octets, int at, int count) {
    int needed = held + count;
    if (needed > partial.length)
      partial = Arrays.copyOf(partial, Math.max(FIRST, Math.max(needed, 2 * partial.length)));
    octets.getBytes(at, at + count, partial, held);
    held = needed;
    return at + count;
  }

  private int deliver(Buffer octets, int at, int length) throws ProtocolException {
    var type = type(octets.getByte(at));
    long id = octets.getLong(at + 1);
    int headerAt = at + Frame.LEAST;
    int bodyAt = headerAt + header(octets.getInt(at + 9), length);
    int end = at + length;
    frames.accept(
        Frame.of(type, id, octets.getBytes(headerAt, bodyAt), octets.getBytes(bodyAt, end)));
    return end;
  }

  private void deliver(byte[] in, int at, int length) throws ProtocolException {
    var type = type(in[at]);
    long id = (long) integer(in, at + 1) << 32 | integer(in, at + 5) & 0xffff_ffffL;
    int headerAt = at + Frame.LEAST;
    int bodyAt = headerAt + header(integer(in, at + 9), length);
    int end = at + length;
    frames.accept(
        type == FrameType.DATA && bodyAt == headerAt
            ? Frame.data(id, in, bodyAt, end - bodyAt) // read at once, before this array is reused
            : Frame.of(
                type,
                id,
                Arrays.copyOfRange(in, headerAt, bodyAt),
                Arrays.copyOfRange(in, bodyAt, end)));
  }

  private static FrameType type(byte code) throws ProtocolException {
    var type = FrameType.of(code);
    if (type == null) throw new ProtocolException("frame of unknown type " + (code & 0xff));
    return type;
  }

  private static int header(int size, int length) throws ProtocolException {
    if (size < 0 || size > length - Frame.LEAST)
      throw new ProtocolException(
          "header of " + (size & 0xffff_ffffL) + " octets in a frame of " + length);
    return size;
  }

  private int checked(int length) throws ProtocolException {
    if (length < Frame.LEAST || length > most)
      throw new ProtocolException(
          "frame of length " + (length & 0xffff_ffffL) + ", not " + Frame.LEAST + " to " + most);
    return length;
  }

  private static int integer(byte[] in, int at) {
    return in[at] << 24 | (in[at + 1] & 0xff) << 16 | (in[at + 2] & 0xff) << 8 | in[at + 3] & 0xff;
  }
}
