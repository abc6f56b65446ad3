package dev.windlass.link;

import dev.windlass.protocol.Codec;
import dev.windlass.protocol.Control;
import dev.windlass.protocol.Encoded;
import dev.windlass.protocol.Kind;
import dev.windlass.protocol.Message;
import dev.windlass.protocol.ProtocolException;

/**
 * One end of one link, without its socket: frames and time in, frames and events out. One thread
 * calls it. Times are {@code System.nanoTime()} of that process, or any other steady clock.
 */
abstract sealed class Link permits HeadLink, WorkerLink {
  enum Phase {
    GREETING,
    UP,
    CLOSED
  }

  final Wire wire;
  final LinkLimits limits;
  final OutStreams out;
  final InStreams in;
  Phase phase = Phase.GREETING;
  boolean goodbyeSaid;
  boolean goodbyeHeard;

  private final long begunNanos;
  private long heardNanos;
  private long fullNanos;
  private boolean full;
  private long pings;
  private boolean pinged;

  /** A pong waits while the wire is full; one, so that pings cost no memory. */
  private boolean owesPong;

  private long owedPong;
  private long goodbyeNanos;

  Link(Wire wire, LinkLimits limits, long now) {
    this.wire = wire;
    this.limits = limits;
    this.out = new OutStreams(wire, limits.sizes().chunk());
    this.in = new InStreams(wire, limits.sizes());
    this.begunNanos = now;
    this.heardNanos = now;
  }

  /** The only type that may come first. */
  abstract FrameType greeting();

  /** A frame that only this side's peer sends, or refuses it. */
  abstract void own(Frame frame, long now) throws ProtocolException;

  /** Whether this message may begin to arrive in chunks; false: it may, and nobody wants it. */
  abstract boolean mayBegin(Kind kind, long id) throws ProtocolException;

  /** A message that came in chunks is whole; null when it was not wanted. */
  abstract void arrived(long id, InStreams.@org.jspecify.annotations.Nullable Whole whole, long now)
      throws ProtocolException;

  /** The peer stopped sending this message half-way. */
  abstract void cancelled(long id) throws ProtocolException;

  /** The peer said goodbye. */
  abstract void parted(String why);

  /** Deadlines and whatever else passes with time. */
  abstract void pass(long now);

  /** Fails what is open and tells why; called once. */
  abstract void ended(String why, boolean fault);

  final boolean isOpen() {
    return phase != Phase.CLOSED;
  }

  final boolean isDraining() {
    return goodbyeSaid || goodbyeHeard;
  }

  /** Octets have come, perhaps less than a frame. */
  final void heard(long now) {
    heardNanos = now;
  }

  final void receive(Frame frame, long now) {
    if (phase == Phase.CLOSED) return;
    try {
      dispatch(frame, now);
    } catch (ProtocolException e) {
      fault(frame.type + ": " + e.getMessage());
    }
  }

  final void writable() {
    if (phase == Phase.CLOSED) return;
    full = false;
    pong();
    out.pump();
  }

  /** Call often: every deadline of a link is kept here, none has a timer of its own. */
  final void tick(long now) {
    if (phase == Phase.CLOSED) return;
    var times = limits.times();
    if (phase == Phase.GREETING) {
      if (now - begunNanos > times.hello().toNanos())
        fault("no " + greeting() + " within " + times.hello().toMillis() + " ms");
      return;
    }
    watch(now);
    if (phase == Phase.CLOSED) return;
    pass(now);
    if (isDraining() && goodbyeNanos == 0) goodbyeNanos = now | 1;
    if (isDraining() && now - goodbyeNanos > times.drain().toNanos())
      close("goodbye " + times.drain().toMillis() + " ms ago");
  }

  /** The peer broke the protocol. */
  final void fault(String why) {
    end(why, true);
  }

  final void close(String why) {
    end(why, false);
  }

  final void goodbye(String why) {
    if (phase != Phase.UP || goodbyeSaid) return;
    goodbyeSaid = true;
    wire.send(Frame.of(FrameType.GOODBYE, 0, encoded(new Control.Goodbye(why))));
  }

  /** A message of ours, which is within its bounds by construction. */
  static Encoded encoded(Message message) {
    try {
      return Codec.encode(message);
    } catch (ProtocolException e) {
      throw new AssertionError("a message of ours is over a bound", e);
    }
  }

  static Message decoded(Kind kind, Frame frame) throws ProtocolException {
    return Codec.decode(
        kind,
        frame.header,
        0,
        frame.header.length,
        new Codec.Body(frame.body, frame.bodyFrom, frame.bodySize));
  }

  static Control control(Frame frame) throws ProtocolException {
    if (!(decoded(Kind.CONTROL, frame) instanceof Control control))
      throw new AssertionError("a control header decodes to a control message");
    return control;
  }

  static ProtocolException unexpected(Frame frame, String because) {
    return new ProtocolException("unexpected " + frame.type + ": " + because);
  }

  private void end(String why, boolean fault) {
    if (phase == Phase.CLOSED) return;
    phase = Phase.CLOSED;
    out.clear();
    in.clear();
    wire.close();
    ended(why, fault);
  }

  private void dispatch(Frame frame, long now) throws ProtocolException {
    if (phase == Phase.GREETING && frame.type != greeting())
      throw unexpected(frame, greeting() + " comes first");
    switch (frame.type) {
      case HELLO, HELLO_OK, ORDER, REPLY, ASK, ANSWER, REPORT -> own(frame, now);
      case STREAM -> begin(frame, now);
      case DATA -> {
        if (frame.header.length != 0) throw unexpected(frame, "it has a header");
        in.data(frame, now);
      }
      case END -> {
        empty(frame);
        arrived(frame.id, in.end(frame.id, now), now);
      }
      case CANCEL -> {
        empty(frame);
        if (!in.cancel(frame.id, now)) throw unexpected(frame, "no stream " + frame.id);
        cancelled(frame.id);
      }
      case CREDIT -> {
        empty(frame);
        out.grant(frame.id);
      }
      case PING -> {
        empty(frame);
        if (owesPong) throw unexpected(frame, "it does not read its pongs");
        owedPong = frame.id;
        owesPong = true;
        pong();
      }
      case PONG -> {
        empty(frame);
        if (!pinged || frame.id != pings) throw unexpected(frame, "no ping " + frame.id);
        pinged = false;
      }
      case GOODBYE -> {
        if (!(controlWithoutBody(frame) instanceof Control.Goodbye goodbye))
          throw unexpected(frame, "it holds no goodbye");
        if (goodbyeHeard) throw unexpected(frame, "a second one");
        goodbyeHeard = true;
        parted(goodbye.why());
      }
    }
  }

  private void pong() {
    if (!owesPong || wire.full()) return;
    owesPong = false;
    wire.send(Frame.of(FrameType.PONG, owedPong));
  }

  private void begin(Frame frame, long now) throws ProtocolException {
    var message = Codec.decode(Kind.CONTROL, frame.header, 0, frame.header.length, Codec.Body.NONE);
    if (!(message instanceof Control.Stream stream))
      throw unexpected(frame, "it announces no stream");
    boolean wanted = mayBegin(stream.kind(), frame.id);
    in.begin(frame.id, stream.kind(), frame, stream.bodyBytes(), wanted, now);
  }

  private void watch(long now) {
    var times = limits.times();
    long idle = times.idle().toNanos();
    long quiet = now - heardNanos;
    if (quiet > idle) {
      close("nothing heard for " + times.idle().toMillis() + " ms");
    } else if (in.stuck(now, times.frame().toNanos())) {
      fault("a granted stream did not move for " + times.frame().toMillis() + " ms");
    } else if (stalled(now, times.frame().toNanos())) {
      close("it does not read: nothing was taken for " + times.frame().toMillis() + " ms");
    } else if (quiet > idle / 3 && !pinged) {
      pinged = true;
      wire.send(Frame.of(FrameType.PING, ++pings));
    }
  }

  /** Full since longer ago than that; {@link #writable} ends it. */
  private boolean stalled(long now, long nanos) {
    if (!wire.full()) {
      full = false;
      return false;
    }
    if (!full) {
      full = true;
      fullNanos = now;
    }
    return now - fullNanos > nanos;
  }

  private static Control controlWithoutBody(Frame frame) throws ProtocolException {
    if (frame.id != 0) throw unexpected(frame, "its id is " + frame.id + ", not 0");
    return control(frame);
  }

  private static void empty(Frame frame) throws ProtocolException {
    if (frame.header.length != 0 || frame.bodySize != 0)
      throw unexpected(frame, "it holds " + (frame.length() - Frame.LEAST) + " octets, not 0");
  }
}
