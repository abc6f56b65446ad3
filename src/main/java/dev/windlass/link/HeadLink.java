package dev.windlass.link;

import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Control;
import dev.windlass.protocol.Encoded;
import dev.windlass.protocol.Kind;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.ProtocolException;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Report;
import io.vertx.core.Promise;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The head's end. Orders have even ids from 2; asks come with odd ids, each higher than the last.
 * Everything a worker may send is bounded by what the head granted: replies by its orders, asks by
 * hello-ok, chunks by credit. So it reads always, and a worker that is slow to read can stall only
 * itself.
 */
final class HeadLink extends Link {
  /** What the link tells the server it belongs to. */
  interface Events {
    /** The hello is good; {@code credits} orders at a time. */
    void greeted(Report report, int credits);

    void reported(Report report);

    /** To be answered by {@link HeadLink#answer}. */
    void asked(long id, Ask ask);

    /** No new orders: the worker said so. */
    void parted(String why);

    /** An order's place is free again. */
    void released();

    void late();

    void timedOut();

    void ended(String why, boolean fault, int lost);
  }

  private final Events events;
  private final Calls<Reply> orders = new Calls<>(2);
  private final Set<Long> asks = new HashSet<>();
  private long lastAsk = -1;

  /** Written once, before the address is known to callers of other threads. */
  private volatile int capabilities;

  HeadLink(Wire wire, LinkLimits limits, Events events, long now) {
    super(wire, limits, now);
    this.events = events;
  }

  /** The caller has a credit for it; a credit comes back with {@link Events#released}. */
  void order(Encoded order, long deadline, Promise<Reply> promise) {
    if (phase != Phase.UP || isDraining()) {
      events.released();
      promise.fail(LinkFailure.NO_PEER.because("the worker went away before the order went out"));
      return;
    }
    long id = orders.open(promise, deadline);
    out.send(FrameType.ORDER, id, order);
  }

  /** From any thread: whether the worker takes orders of this kind. */
  boolean takes(Order order) {
    return switch (order) {
      case Order.Resign _ -> (capabilities & Control.RESIGN) != 0;
      case Order.Invoke _, Order.Prepare _, Order.Evict _ -> true;
    };
  }

  int inFlight() {
    return orders.size();
  }

  void answer(long id, Encoded answer) {
    if (phase != Phase.UP || !asks.remove(id)) return;
    out.send(FrameType.ANSWER, id, answer);
  }

  @Override
  FrameType greeting() {
    return FrameType.HELLO;
  }

  @Override
  void own(Frame frame, long now) throws ProtocolException {
    switch (frame.type) {
      case HELLO -> hello(frame);
      case REPLY -> reply(frame);
      case ASK -> {
        beginAsk(frame.id);
        ask(frame.id, (Ask) decoded(Kind.ASK, frame));
      }
      case REPORT -> {
        if (frame.id != 0) throw unexpected(frame, "its id is " + frame.id + ", not 0");
        events.reported((Report) decoded(Kind.REPORT, frame));
      }
      case HELLO_OK, ORDER, ANSWER, STREAM, DATA, END, CANCEL, CREDIT, PING, PONG, GOODBYE ->
          throw unexpected(frame, "a worker sends none");
    }
  }

  @Override
  boolean mayBegin(Kind kind, long id) throws ProtocolException {
    if (kind != Kind.REPLY) throw new ProtocolException("a worker streams no " + kind);
    return expectsReply(id);
  }

  @Override
  void arrived(long id, InStreams.@Nullable Whole whole, long now) throws ProtocolException {
    if (whole == null) settleLate(id);
    else complete(id, (Reply) whole.message());
    parting();
  }

  @Override
  void cancelled(long id) throws ProtocolException {
    var promise = orders.take(id);
    if (promise == null) {
      settleLate(id);
    } else {
      events.released();
      promise.fail(LinkFailure.LOST.because("the worker stopped its reply half-way"));
    }
    parting();
  }

  @Override
  void parted(String why) {
    events.parted(why);
    parting();
  }

  /** Closes when nothing is open that a goodbye must wait for. */
  void parting() {
    if (phase == Phase.UP && isDraining() && orders.size() == 0 && out.isEmpty())
      close(goodbyeHeard ? "it said goodbye" : "goodbye said, all replies are here");
  }

  @Override
  void pass(long now) {
    for (var call : orders.expire(now).entrySet()) {
      long id = call.getKey();
      if (out.cancel(id)) { // it never had the order: it owes no reply
        orders.settle(id);
        events.released();
      } else {
        in.discard(id);
      }
      events.timedOut();
      call.getValue().tryFail(LinkFailure.TIMED_OUT.because("no reply before the deadline"));
    }
    parting();
  }

  @Override
  void ended(String why, boolean fault) {
    var lost = orders.clear();
    events.ended(why, fault, lost.size()); // first: who places them again must not find us
    for (var promise : lost) promise.tryFail(LinkFailure.LOST.because("link lost: " + why));
  }

  private void hello(Frame frame) throws ProtocolException {
    if (phase != Phase.GREETING) throw unexpected(frame, "a second one");
    if (frame.id != 0) throw unexpected(frame, "its id is " + frame.id + ", not 0");
    if (!(control(frame) instanceof Control.Hello hello))
      throw unexpected(frame, "it holds no hello");
    if (hello.version() != Control.VERSION)
      throw unexpected(frame, "version " + hello.version() + ", not " + Control.VERSION);
    int unknown = hello.capabilities() & ~Control.CAPABILITIES;
    if (unknown != 0) throw unexpected(frame, "unknown capabilities " + unknown);
    if (hello.credits() < 1) throw unexpected(frame, "it takes no orders");
    int credits = Math.min(hello.credits(), limits.credits());
    phase = Phase.UP;
    var ok = new Control.HelloOk(Control.VERSION, credits, limits.asks(), 0);
    wire.send(Frame.of(FrameType.HELLO_OK, 0, encoded(ok)));
    capabilities = hello.capabilities();
    events.greeted(hello.report(), credits);
  }

  private void reply(Frame frame) throws ProtocolException {
    if (in.holds(frame.id)) throw unexpected(frame, "its stream is still open");
    if (expectsReply(frame.id)) complete(frame.id, (Reply) decoded(Kind.REPLY, frame));
    else settleLate(frame.id);
    if (isDraining()) parting();
  }

  private boolean expectsReply(long id) throws ProtocolException {
    boolean open = orders.expects(id, "reply");
    if (out.holds(id))
      throw new ProtocolException("reply to " + id + ", which it does not have yet");
    return open;
  }

  private void complete(long id, Reply reply) throws ProtocolException {
    var promise = orders.take(id);
    if (promise == null) throw new ProtocolException("reply to " + id + ", which is not open here");
    events.released();
    promise.tryComplete(reply);
  }

  private void settleLate(long id) {
    orders.settle(id);
    events.released();
    events.late();
  }

  private void beginAsk(long id) throws ProtocolException {
    if ((id & 1) == 0 || id <= lastAsk)
      throw new ProtocolException("ask with id " + id + ", not odd and above " + lastAsk);
    if (asks.size() >= limits.asks())
      throw new ProtocolException("more than " + limits.asks() + " asks at one time");
    lastAsk = id;
    asks.add(id);
  }

  private void ask(long id, Ask ask) {
    events.asked(id, ask);
  }

  /** An ask that nobody answers. */
  static Encoded notFound(String detail) {
    return encoded(new Answer.NotFound(detail));
  }
}
