package dev.windlass.link;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;

/** Frames onto a socket: small ones gathered into one buffer, large bodies without a copy. */
final class SocketWire implements Wire {
  private static final int GATHERED = 16 << 10;

  /** Octets a turn may queue; beyond, the socket cannot yet say whether it is full. */
  private static final int TURN = 1 << 20;

  private final NetSocket socket;
  private final Turn turn;
  private final Runnable writable;
  private Buffer gathered = Buffer.buffer(0);
  private boolean dirty;
  private int thisTurn;
  private boolean closed;

  /** {@code writable} is called when the wire was full and is so no longer. */
  SocketWire(NetSocket socket, Turn turn, Runnable writable) {
    this.socket = socket;
    this.turn = turn;
    this.writable = writable;
  }

  @Override
  public void send(Frame frame) {
    if (closed) return;
    int size = frame.bodySize + frame.rest.length;
    if (gathered.length() == 0)
      gathered = Buffer.buffer(Math.min(GATHERED, Frame.PREFIX + frame.header.length + size));
    gathered
        .appendInt(frame.length())
        .appendByte(frame.type.code)
        .appendLong(frame.id)
        .appendInt(frame.header.length)
        .appendBytes(frame.header);
    append(frame.body, frame.bodyFrom, frame.bodySize);
    append(frame.rest, 0, frame.rest.length);
    count(Frame.PREFIX + frame.header.length + size);
    if (!dirty) {
      dirty = true;
      turn.wrote(this);
    }
  }

  @Override
  public boolean full() {
    return thisTurn > TURN || socket.writeQueueFull();
  }

  @Override
  public void close() {
    if (closed) return;
    flush();
    closed = true;
    socket.close();
  }

  void flush() {
    dirty = false;
    if (closed || gathered.length() == 0) return;
    var octets = gathered;
    gathered = Buffer.buffer(0);
    socket.write(octets);
  }

  private void append(byte[] octets, int from, int size) {
    if (size <= GATHERED) {
      gathered.appendBytes(octets, from, size);
      return;
    }
    var before = gathered;
    gathered = Buffer.buffer(0);
    if (before.length() > 0) socket.write(before);
    socket.write(wrapped(octets, from, size));
  }

  @SuppressWarnings("deprecation") // moves in Vert.x 5; the other ways to make a Buffer all copy
  private static Buffer wrapped(byte[] octets, int from, int size) {
    return Buffer.buffer(Unpooled.wrappedBuffer(octets, from, size));
  }

  private void count(int octets) {
    boolean below = thisTurn <= TURN;
    thisTurn += octets;
    if (below && thisTurn > TURN) {
      turn.later(
          () -> {
            thisTurn = 0;
            if (!socket.writeQueueFull()) writable.run();
          });
    }
  }
}
