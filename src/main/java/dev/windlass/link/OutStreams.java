package dev.windlass.link;

import dev.windlass.protocol.Codec;
import dev.windlass.protocol.Control;
import dev.windlass.protocol.Encoded;
import dev.windlass.protocol.ProtocolException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Sends messages: small ones in one frame, large ones in chunks. A large one waits until the peer
 * has granted room for it; then the granted ones take turns, a chunk each, while the wire takes
 * more.
 */
final class OutStreams {
  /** More cancels than this within one round trip would need as many credits. */
  private static final int MAX_CANCELLED = 1024;

  private static final class Stream {
    final Encoded message;
    int sent;

    Stream(Encoded message) {
      this.message = message;
    }
  }

  private final Wire wire;
  private final int chunk;
  private final Map<Long, Stream> waiting = new HashMap<>();
  private final Map<Long, Stream> granted = new LinkedHashMap<>();

  /** Cancelled before a grant: the grant may be under way, and is then no fault. */
  private final Set<Long> cancelled = new LinkedHashSet<>();

  OutStreams(Wire wire, int chunk) {
    this.wire = wire;
    this.chunk = chunk;
  }

  boolean isEmpty() {
    return waiting.isEmpty() && granted.isEmpty();
  }

  boolean holds(long id) {
    return waiting.containsKey(id) || granted.containsKey(id);
  }

  void send(FrameType type, long id, Encoded message) {
    if (message.header().length + message.bodySize() <= chunk) {
      wire.send(Frame.of(type, id, message));
      return;
    }
    if (message.bodySize() == 0) { // nothing to stream: a header is bounded below a frame
      wire.send(Frame.of(type, id, message));
      return;
    }
    waiting.put(id, new Stream(message));
    wire.send(Frame.of(FrameType.STREAM, id, announcement(message), message.header()));
  }

  /** The peer has room. */
  void grant(long id) throws ProtocolException {
    var stream = waiting.remove(id);
    if (stream == null) {
      if (cancelled.remove(id)) return;
      throw new ProtocolException("credit for stream " + id + ", which does not wait for it");
    }
    granted.put(id, stream);
    pump();
  }

  /** Stops sending a message; false when it is gone already, whole. */
  boolean cancel(long id) {
    if (waiting.remove(id) != null) remember(id);
    else if (granted.remove(id) == null) return false;
    wire.send(Frame.of(FrameType.CANCEL, id));
    return true;
  }

  /** Sends chunks until the wire is full or nothing is left. */
  void pump() {
    while (!granted.isEmpty() && !wire.full()) {
      Iterator<Map.Entry<Long, Stream>> first = granted.entrySet().iterator();
      var entry = first.next();
      first.remove();
      if (!sendChunk(entry.getKey(), entry.getValue()))
        granted.put(entry.getKey(), entry.getValue());
    }
  }

  void clear() {
    waiting.clear();
    granted.clear();
  }

  private void remember(long id) {
    cancelled.add(id);
    if (cancelled.size() > MAX_CANCELLED) cancelled.remove(cancelled.iterator().next());
  }

  /** True when that was the last one. A chunk never crosses from the first part to the second. */
  private boolean sendChunk(long id, Stream stream) {
    byte[] body = stream.message.body();
    byte[] rest = stream.message.rest();
    boolean first = stream.sent < body.length;
    byte[] part = first ? body : rest;
    int from = first ? stream.sent : stream.sent - body.length;
    int size = Math.min(chunk, part.length - from);
    wire.send(Frame.data(id, part, from, size));
    stream.sent += size;
    if (stream.sent < body.length + rest.length) return false;
    wire.send(Frame.of(FrameType.END, id));
    return true;
  }

  private static byte[] announcement(Encoded message) {
    try {
      return Codec.encode(new Control.Stream(message.kind(), message.bodySize())).header();
    } catch (ProtocolException e) {
      throw new AssertionError("three small integers fit into a header", e);
    }
  }
}
