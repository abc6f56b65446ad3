package dev.windlass.head;

import dev.windlass.function.Bytes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads a request's body on its event loop, up to a limit and within the memory that all bodies
 * together may take. Memory grows with the octets that are really there, whatever Content-Length
 * says.
 */
final class BodyReader {
  private static final int FIRST = 16 << 10;

  /** How reading can end; exactly one is called, once. */
  interface Listener {
    void whole(Bytes body);

    /** At once when Content-Length says so, else with the first octet too many. */
    void tooLarge(long atLeast);

    /** All bodies together are too large. */
    void noRoom();

    /** The client went away. */
    void gone();
  }

  private final HttpServerRequest request;
  private final int limit;
  private final AtomicLong room;
  private final Listener listener;
  private byte[] octets = new byte[0];
  private int size;
  private long reserved;
  private boolean ended;

  private BodyReader(HttpServerRequest request, int limit, AtomicLong room, Listener listener) {
    this.request = request;
    this.limit = limit;
    this.room = room;
    this.listener = listener;
  }

  /**
   * Call on the request's event loop before anything was read. What was taken from {@code room} for
   * a whole body is the caller's to give back: its size.
   */
  static void read(HttpServerRequest request, int limit, AtomicLong room, Listener listener) {
    var reader = new BodyReader(request, limit, room, listener);
    long announced = contentLength(request);
    if (announced > limit) {
      listener.tooLarge(announced);
      return;
    }
    request.exceptionHandler(_ -> reader.end(listener::gone, true));
    request.handler(reader::more);
    request.endHandler(_ -> reader.whole());
    if (announced != 0 && expectsContinue(request)) request.response().writeContinue();
  }

  /** -1 where the request does not say. */
  static long contentLength(HttpServerRequest request) {
    var field = request.getHeader(HeaderNames.CONTENT_LENGTH);
    if (field == null) return -1;
    try {
      return Long.parseLong(field);
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  static boolean expectsContinue(HttpServerRequest request) {
    return "100-continue".equalsIgnoreCase(request.getHeader(HeaderNames.EXPECT));
  }

  private void more(Buffer chunk) {
    if (ended) return;
    int length = chunk.length();
    if (length > limit - size) {
      end(() -> listener.tooLarge((long) size + length), true);
      return;
    }
    reserved += length;
    if (room.addAndGet(-length) < 0) {
      end(listener::noRoom, true);
      return;
    }
    if (size == 0) {
      octets = chunk.getBytes();
    } else {
      if (size + length > octets.length)
        octets = Arrays.copyOf(octets, Math.max(size + length, Math.min(limit, grown())));
      chunk.getBytes(octets, size);
    }
    size += length;
  }

  private int grown() {
    return (int) Math.min(Integer.MAX_VALUE - 8, Math.max(FIRST, octets.length * 2L));
  }

  private void whole() {
    end(
        () ->
            listener.whole(
                Bytes.wrap(size == octets.length ? octets : Arrays.copyOf(octets, size))),
        false);
  }

  private void end(Runnable tell, boolean giveBack) {
    if (ended) return;
    ended = true;
    if (giveBack) room.addAndGet(reserved);
    tell.run();
  }
}
