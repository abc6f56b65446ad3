package dev.windlass.link;

import dev.windlass.protocol.ProtocolException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import org.jspecify.annotations.Nullable;

/**
 * Joins one socket with one {@link Link}, on the event loop of its {@link Turn}.
 *
 * <p>It never stops reading. What a peer may make us hold is bounded by what we granted it: orders
 * and asks by number, chunks by octets, pongs by one. An end that paused while its own writes wait
 * would starve its streams, and two such ends would wait for each other.
 */
final class Connection {
  /** A hello with the largest report is a third of this. */
  private static final int GREETING = 32 << 10;

  private static final int WRITE_QUEUE = 1 << 20;

  private final NetSocket socket;
  private final Turn turn;
  private final LinkLimits limits;
  private final FrameParser parser;
  final SocketWire wire;
  private @Nullable Link link;
  private boolean greeted;

  Connection(NetSocket socket, Turn turn, LinkLimits limits) {
    this.socket = socket;
    this.turn = turn;
    this.limits = limits;
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
    boolean whole = false;
    try {
      parser.feed(octets, now);
      whole = true;
    } catch (ProtocolException e) {
      carried.fault(e.getMessage());
    } finally {
      // after a bug of ours the rest of these octets is lost, and with it the order of the frames
      if (!whole) carried.close("a frame could not be handled");
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
    link().writable();
  }

  private Link link() {
    if (link == null) throw new AssertionError("carry() comes first");
    return link;
  }
}
