package dev.windlass.link;

import dev.windlass.protocol.ProtocolException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import org.jspecify.annotations.Nullable;

/** Joins one socket with one {@link Link}, on the event loop of its {@link Turn}. */
final class Connection {
  /** A hello with the largest report is a third of this. */
  private static final int GREETING = 32 << 10;

  private static final int WRITE_QUEUE = 1 << 20;

  private final NetSocket socket;
  private final Turn turn;
  private final LinkLimits limits;
  private final boolean pauses;
  private final FrameParser parser;
  final SocketWire wire;
  private @Nullable Link link;
  private boolean greeted;
  private boolean paused;

  /** {@code pauses}: stop reading while the wire is full. Only one end of a link may do so. */
  Connection(NetSocket socket, Turn turn, LinkLimits limits, boolean pauses) {
    this.socket = socket;
    this.turn = turn;
    this.limits = limits;
    this.pauses = pauses;
    this.parser = new FrameParser(GREETING, this::frame);
    this.wire = new SocketWire(socket, turn, this::writable);
  }

  void carry(Link carried) {
    link = carried;
    socket.setWriteQueueMaxSize(WRITE_QUEUE);
    socket.handler(octets -> turn.run(() -> read(octets)));
    socket.drainHandler(_ -> turn.run(this::writable));
    socket.exceptionHandler(e -> turn.run(() -> carried.close(String.valueOf(e.getMessage()))));
    socket.closeHandler(_ -> turn.run(() -> carried.close("the peer closed")));
  }

  void tick(long now) {
    var carried = link();
    if (parser.stuck(now, limits.times().frame().toNanos()))
      carried.fault("a frame did not end within " + limits.times().frame().toMillis() + " ms");
    parser.rest();
    carried.tick(now);
  }

  private void read(Buffer octets) {
    var carried = link();
    long now = System.nanoTime();
    carried.heard(now);
    try {
      parser.feed(octets, now);
    } catch (ProtocolException e) {
      carried.fault(e.getMessage());
    }
    if (pauses && !paused && carried.isOpen() && wire.full()) {
      paused = true;
      socket.pause();
    }
  }

  private void frame(Frame frame) {
    var carried = link();
    carried.receive(frame, System.nanoTime());
    if (!greeted && carried.phase == Link.Phase.UP) {
      greeted = true;
      parser.accept(limits.sizes().frame());
    }
  }

  private void writable() {
    var carried = link();
    carried.writable();
    if (paused && carried.isOpen() && !wire.full()) {
      paused = false;
      socket.resume();
    }
  }

  private Link link() {
    if (link == null) throw new AssertionError("carry() comes first");
    return link;
  }
}
