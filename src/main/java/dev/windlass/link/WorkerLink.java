package dev.windlass.link;

import dev.windlass.protocol.Answer;
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
 * The worker's end: says hello, gets orders with even ids that only rise, replies to each once. Its
 * asks have odd ids.
 */
final class WorkerLink extends Link {
  /** What the link tells the client it belongs to. */
  interface Events {
    void greeted();

    /** To be answered, once, by {@link WorkerLink#reply}. */
    void ordered(long id, Order order);

    /** The head takes no replies to new orders: it goes, or a newer link of ours took over. */
    void parted(String why);

    void ended(String why, boolean fault);
  }

  private final Events events;
  private final Calls<Answer> asks = new Calls<>(1);
  private final Set<Long> orders = new HashSet<>();
  private long lastOrder;
  private int asksAtOnce;

  /** Says hello at once; {@code credits} orders at a time. */
  WorkerLink(Wire wire, LinkLimits limits, Events events, Report report, long now) {
    super(wire, limits, now);
    this.events = events;
    var hello = new Control.Hello(Control.VERSION, limits.credits(), Control.CAPABILITIES, report);
    wire.send(Frame.of(FrameType.HELLO, 0, encoded(hello)));
  }

  int inFlight() {
    return orders.size();
  }

  boolean isUp() {
    return phase == Phase.UP && !isDraining();
  }

  void reply(long id, Encoded reply) {
    if (phase != Phase.UP || !orders.remove(id)) return;
    out.send(FrameType.REPLY, id, reply);
  }

  void report(Encoded report) {
    if (phase == Phase.UP && !wire.full()) wire.send(Frame.of(FrameType.REPORT, 0, report));
  }

  void ask(Encoded ask, long deadline, Promise<Answer> promise) {
    if (phase != Phase.UP) {
      promise.fail(LinkFailure.NO_PEER.because("the head went away before the ask went out"));
    } else if (asks.size() + asks.late() >= Math.min(asksAtOnce, limits.asks())) {
      promise.fail(LinkFailure.NO_CREDIT.because((asks.size() + asks.late()) + " asks are open"));
    } else {
      out.send(FrameType.ASK, asks.open(promise, deadline), ask);
    }
  }

  @Override
  FrameType greeting() {
    return FrameType.HELLO_OK;
  }

  @Override
  void own(Frame frame, long now) throws ProtocolException {
    switch (frame.type) {
      case HELLO_OK -> helloOk(frame);
      case ORDER -> {
        beginOrder(frame.id);
        order(frame.id, (Order) decoded(Kind.ORDER, frame));
      }
      case ANSWER -> {
        if (in.holds(frame.id)) throw unexpected(frame, "its stream is still open");
        if (asks.expects(frame.id, "answer"))
          complete(frame.id, (Answer) decoded(Kind.ANSWER, frame));
        else asks.settle(frame.id);
      }
      case HELLO, REPLY, ASK, REPORT, STREAM, DATA, END, CANCEL, CREDIT, PING, PONG, GOODBYE ->
          throw unexpected(frame, "a head sends none");
    }
  }

  @Override
  boolean mayBegin(Kind kind, long id) throws ProtocolException {
    return switch (kind) {
      case ORDER -> {
        beginOrder(id);
        yield true;
      }
      case ANSWER -> asks.expects(id, "answer");
      case REPLY, ASK, REPORT, CONTROL -> throw new ProtocolException("a head streams no " + kind);
    };
  }

  @Override
  void arrived(long id, InStreams.@Nullable Whole whole, long now) throws ProtocolException {
    if (whole == null) asks.settle(id);
    else
      switch (whole.message()) {
        case Order order -> order(id, order);
        case Answer answer -> complete(id, answer);
        case Reply _, Report _, dev.windlass.protocol.Ask _, Control _ ->
            throw new AssertionError("mayBegin lets no " + whole.kind() + " through");
      }
  }

  @Override
  void cancelled(long id) {
    orders.remove(id);
    var promise = asks.take(id);
    if (promise != null)
      promise.fail(LinkFailure.LOST.because("the head stopped its answer half-way"));
    asks.settle(id);
  }

  @Override
  void parted(String why) {
    events.parted(why);
  }

  @Override
  void pass(long now) {
    for (var call : asks.expire(now).entrySet()) {
      in.discard(call.getKey());
      call.getValue().fail(LinkFailure.TIMED_OUT.because("no answer before the deadline"));
    }
  }

  @Override
  void ended(String why, boolean fault) {
    orders.clear();
    for (var promise : asks.clear()) promise.fail(LinkFailure.LOST.because("link lost: " + why));
    events.ended(why, fault);
  }

  private void helloOk(Frame frame) throws ProtocolException {
    if (phase != Phase.GREETING) throw unexpected(frame, "a second one");
    if (frame.id != 0) throw unexpected(frame, "its id is " + frame.id + ", not 0");
    if (!(control(frame) instanceof Control.HelloOk ok))
      throw unexpected(frame, "it holds no hello-ok");
    if (ok.version() != Control.VERSION)
      throw unexpected(frame, "version " + ok.version() + ", not " + Control.VERSION);
    if (ok.capabilities() != 0) throw unexpected(frame, "unknown capabilities");
    if (ok.credits() < 1 || ok.credits() > limits.credits())
      throw unexpected(frame, ok.credits() + " credits, not 1 to " + limits.credits());
    asksAtOnce = ok.asks();
    phase = Phase.UP;
    events.greeted();
  }

  private void beginOrder(long id) throws ProtocolException {
    if ((id & 1) != 0 || id <= lastOrder)
      throw new ProtocolException("order with id " + id + ", not even and above " + lastOrder);
    if (orders.size() >= limits.credits())
      throw new ProtocolException("more than " + limits.credits() + " orders at one time");
    lastOrder = id;
    orders.add(id);
  }

  private void order(long id, Order order) {
    events.ordered(id, order);
  }

  private void complete(long id, Answer answer) throws ProtocolException {
    var promise = asks.take(id);
    if (promise == null)
      throw new ProtocolException("answer to " + id + ", which is not open here");
    promise.tryComplete(answer);
  }
}
