package dev.windlass.link;

import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Codec;
import dev.windlass.protocol.Encoded;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.ProtocolException;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Report;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A worker's end: keeps one link to every head, dialling again with jittered back-off, and delivers
 * their orders to {@code eventBus.request("worker.<own name>", order)} in this process, or directly
 * to the function given to {@link #onOrder}.
 *
 * <p>The report goes out with the hello, then every second, and when {@link #report()} says so.
 */
public final class LinkClient {
  private static final System.Logger LOG = System.getLogger("dev.windlass.link");
  private static final int REPORT_MILLIS = 1000;

  private static final int RESOLVE_AGAIN_MILLIS = 500;

  /** A handler gets so much longer than the head waits: the head's time-out comes first. */
  private static final int BUS_GRACE_MILLIS = 5000;

  final CredentialSource credentials;
  final LinkLimits limits;
  final Supplier<Report> report;
  final InstantSource clock = InstantSource.system();
  private final Vertx vertx;
  private final HeadNames names;

  /** Changed on the event loop. */
  private final List<Dialer> dialers = new CopyOnWriteArrayList<>();

  /** These two belong to the event loop. */
  private boolean resolving;

  private boolean leaving;
  private Function<Order, Future<Reply>> handler = this::deliver;
  private Set<SpiffeId> pinned = Set.of();
  private final Promise<Void> first = Promise.promise();
  private @Nullable String deployment;
  private @Nullable NetClient client;
  private volatile @Nullable Turn turn;
  private @Nullable Promise<Void> drained;

  public LinkClient(
      Vertx vertx,
      CredentialSource credentials,
      List<HeadAddress> heads,
      Supplier<Report> report,
      LinkLimits limits) {
    this(vertx, credentials, new HeadNames(heads, NameResolution.NONE), report, limits);
    if (heads.isEmpty()) throw new IllegalArgumentException("a worker needs a head to dial");
  }

  private LinkClient(
      Vertx vertx,
      CredentialSource credentials,
      HeadNames names,
      Supplier<Report> report,
      LinkLimits limits) {
    this.vertx = vertx;
    this.credentials = credentials;
    this.names = names;
    this.report = report;
    this.limits = limits;
  }

  /**
   * One that dials every address of each name, asks for them again every few seconds, and lets go
   * of an address that is gone when its link has ended.
   */
  public static LinkClient ofNames(
      Vertx vertx,
      CredentialSource credentials,
      List<HeadAddress> heads,
      NameResolution resolution,
      Supplier<Report> report,
      LinkLimits limits) {
    return new LinkClient(vertx, credentials, new HeadNames(heads, resolution), report, limits);
  }

  /**
   * Takes orders without the bus, on the link's event loop: return soon. A failed future becomes
   * {@link Reply.Refused} with {@code ENGINE_FAILED}. Before {@link #start}.
   */
  public LinkClient onOrder(Function<Order, Future<Reply>> handler) {
    this.handler = handler;
    return this;
  }

  /** Accepts only these heads, not every head of the trust domain. Before {@link #start}. */
  public LinkClient onlyHeads(Set<SpiffeId> heads) {
    this.pinned = Set.copyOf(heads);
    return this;
  }

  /** Begins to dial and goes on until closed; the future tells of the first accepted hello. */
  public Future<Void> start() {
    ByReference.register(vertx.eventBus());
    var edge =
        new AbstractVerticle() {
          @Override
          public void start() {
            turn = new Turn(context);
            client = vertx.createNetClient(options());
            credentials.onRenewal(_ -> turn().submit(LinkClient.this::renew));
            vertx.setPeriodic(LinkServer.TICK_MILLIS, _ -> turn().run(LinkClient.this::tick));
            vertx.setPeriodic(REPORT_MILLIS, _ -> turn().run(LinkClient.this::sendReport));
            vertx.setPeriodic(resolveMillis(), _ -> turn().run(LinkClient.this::resolve));
            turn().run(LinkClient.this::resolve);
          }
        };
    return vertx.deployVerticle(edge).onSuccess(id -> deployment = id).compose(_ -> first.future());
  }

  private long resolveMillis() {
    return Math.max(1, limits.times().resolve().toMillis());
  }

  /** On the event loop: asks for the addresses, elsewhere, and then dials. */
  private void resolve() {
    if (resolving || leaving) return;
    resolving = true;
    Thread.startVirtualThread(
        () -> {
          var addresses = names.resolve();
          turn().submit(() -> resolved(addresses));
        });
  }

  private void resolved(Set<HeadAddress> addresses) {
    resolving = false;
    if (leaving) return;
    for (var dialer : dialers) dialer.wanted(addresses.contains(dialer.head()));
    dialers.removeIf(Dialer::isGone);
    for (var address : addresses) {
      if (dialers.size() >= HeadNames.MOST) break;
      if (dialers.stream().anyMatch(d -> d.head().equals(address))) continue;
      var dialer = new Dialer(this, address, new SplittableRandom());
      dialers.add(dialer);
      dialer.dial();
    }
    if (dialers.isEmpty()) after(RESOLVE_AGAIN_MILLIS, this::resolve);
  }

  /** Heads whose hello-ok has arrived and that have not said goodbye. */
  public int linked() {
    return (int) dialers.stream().filter(Dialer::isUp).count();
  }

  /**
   * Asks the linked heads, one after the other until one has it: a version may have come to one of
   * them first. Callable from any thread; fails as {@link LinkFailure} says.
   */
  public Future<Answer> ask(Ask ask) {
    var found = turn;
    if (found == null) return noHead();
    var promise = Promise.<Answer>promise();
    long deadline = System.nanoTime() + limits.times().ask().toNanos();
    found.submit(
        () -> {
          var up = dialers.stream().filter(Dialer::isUp).iterator();
          if (up.hasNext()) askNext(up, Link.encoded(ask), deadline, promise);
          else noHead().onComplete(promise);
        });
    return promise.future();
  }

  private void askNext(
      Iterator<Dialer> heads, Encoded ask, long deadline, Promise<Answer> promise) {
    var one = Promise.<Answer>promise();
    one.future()
        .onComplete(
            done -> {
              boolean found = done.succeeded() && done.result() instanceof Answer.Found;
              if (found || !heads.hasNext()) promise.handle(done);
              else turn().submit(() -> askNext(heads, ask, deadline, promise));
            });
    heads.next().ask(ask, deadline, one);
  }

  /** Sends a report now, not in up to a second. */
  public void report() {
    var found = turn;
    if (found != null) found.submit(this::sendReport);
  }

  /**
   * Tells every head goodbye, so that no new order comes; completes when those in flight are
   * answered, at the latest after {@code LinkLimits.Times.drain}, with all links closed.
   */
  public Future<Void> drain() {
    return leave(Dialer::drain);
  }

  /** Closes at once. */
  public Future<Void> close() {
    return leave(Dialer::close);
  }

  Turn turn() {
    var found = turn;
    if (found == null) throw new IllegalStateException("start() comes first");
    return found;
  }

  NetClient client() {
    var found = client;
    if (found == null) throw new IllegalStateException("start() comes first");
    return found;
  }

  void after(long millis, Runnable work) {
    vertx.setTimer(millis, _ -> turn().run(work));
  }

  /** Why this peer is no head for us, or null. */
  @Nullable String refusal(PeerIdentity peer) {
    var mine = credentials.current().id();
    if (!peer.id().role().equals(SpiffeId.HEAD))
      return "certificate of role " + peer.id().role() + ", not " + SpiffeId.HEAD;
    if (!peer.id().trustDomain().equals(mine.trustDomain()))
      return "trust domain " + peer.id().trustDomain() + ", not " + mine.trustDomain();
    return pinned.isEmpty() || pinned.contains(peer.id()) ? null : "not one of the pinned heads";
  }

  void greeted() {
    first.tryComplete();
  }

  /** Whether this head is linked by another address of it. */
  boolean isLinkedElsewhere(SpiffeId head, Dialer here) {
    return dialers.stream().anyMatch(d -> d != here && d.holds(head));
  }

  /** A link has ended: the last one ends a drain. */
  void ended() {
    if (!leaving) dialers.removeIf(Dialer::isGone);
    if (drained != null && dialers.stream().allMatch(Dialer::isGone)) drained.tryComplete();
  }

  /** Runs an order and replies once, whatever becomes of it. */
  void ordered(WorkerLink link, long id, Order order) {
    Future<Reply> replying;
    try {
      replying = handler.apply(order);
    } catch (RuntimeException e) { // the edge: a failed handler must not end the link
      replying = Future.failedFuture(e);
    }
    replying.onComplete(
        done -> {
          var reply = encoded(done.succeeded() ? done.result() : failed(done.cause()));
          turn().submit(() -> link.reply(id, reply));
        });
  }

  private Encoded encoded(Reply reply) {
    try {
      var encoded = Codec.encode(reply);
      long size = (long) encoded.header().length + encoded.bodySize();
      return size <= limits.sizes().message()
          ? encoded
          : Link.encoded(
              failed("reply of " + size + " octets, at most " + limits.sizes().message()));
    } catch (ProtocolException e) {
      return Link.encoded(failed("reply that cannot be sent: " + e.getMessage()));
    }
  }

  private Future<Reply> deliver(Order order) {
    var options = new DeliveryOptions().setLocalOnly(true).setSendTimeout(patienceMillis(order));
    return vertx
        .eventBus()
        .<Reply>request(credentials.current().id().address(), order, options)
        .map(Message::body);
  }

  private long patienceMillis(Order order) {
    long millis =
        switch (order) {
          case Order.Invoke invoke -> invoke.deadlineMillis();
          case Order.Prepare prepare -> prepare.deadlineMillis();
          case Order.Evict _, Order.Resign _ -> limits.times().order().toMillis();
        };
    return millis + BUS_GRACE_MILLIS;
  }

  private void sendReport() {
    if (dialers.stream().noneMatch(Dialer::isUp)) return;
    var encoded = Link.encoded(report.get());
    dialers.forEach(dialer -> dialer.report(encoded));
  }

  private void tick() {
    long now = System.nanoTime();
    long unixMillis = clock.millis();
    dialers.forEach(dialer -> dialer.tick(now, unixMillis));
  }

  private void renew() {
    client()
        .updateSSLOptions(LinkTls.renewed(credentials, clock, limits.times().hello()))
        .onFailure(e -> LOG.log(Level.ERROR, "link credentials not taken: " + e));
  }

  private Future<Void> leave(java.util.function.Consumer<Dialer> how) {
    var found = turn;
    if (found == null) return Future.succeededFuture();
    var gone = Promise.<Void>promise();
    found.submit(
        () -> {
          if (drained != null) drained.future().onComplete(gone);
          drained = drained == null ? gone : drained;
          leaving = true;
          dialers.forEach(how);
          ended();
        });
    return gone.future().compose(_ -> undeploy());
  }

  private Future<Void> undeploy() {
    var id = deployment;
    deployment = null;
    return id == null ? Future.succeededFuture() : vertx.undeploy(id);
  }

  private NetClientOptions options() {
    var options = new NetClientOptions().setHostnameVerificationAlgorithm("");
    options.setConnectTimeout((int) limits.times().hello().toMillis());
    options.setSslHandshakeTimeout(limits.times().hello().toMillis());
    options.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    LinkTls.configure(options, credentials, clock);
    return options;
  }

  private static Reply failed(Throwable cause) {
    return failed(String.valueOf(cause.getMessage()));
  }

  private static Reply failed(String detail) {
    return new Reply.Refused(Reply.Why.ENGINE_FAILED, detail);
  }

  private static Future<Answer> noHead() {
    return Future.failedFuture(LinkFailure.NO_PEER.because("no head is linked"));
  }
}
