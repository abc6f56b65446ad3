package dev.windlass.link;

import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Codec;
import dev.windlass.protocol.Encoded;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.ProtocolException;
import dev.windlass.protocol.Reply;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A head's end: accepts workers over mutual TLS 1.3 and makes each reachable at the event-bus
 * address of its certificate, {@code worker.<name>}.
 *
 * <p>{@code eventBus.request("worker.<name>", order)} gives a {@link Reply} or a {@code
 * ReplyException} that {@link LinkFailure#of} reads; give it a send time-out above the order's own
 * deadline. {@link #order} is the same without the bus: fewer hops, for the hot path.
 */
public final class LinkServer {
  private static final System.Logger LOG = System.getLogger("dev.windlass.link");
  static final int TICK_MILLIS = 25;

  private final Vertx vertx;
  private final CredentialSource credentials;
  private final LinkLimits limits;
  private final Roster roster;
  private final InstantSource clock = InstantSource.system();
  private @Nullable String deployment;
  private @Nullable NetServer server;
  private boolean leaving;
  private volatile @Nullable Turn turn;
  private List<X509Certificate> roots = List.of();

  public LinkServer(Vertx vertx, CredentialSource credentials, LinkLimits limits, Peers peers) {
    this.vertx = vertx;
    this.credentials = credentials;
    this.limits = limits;
    this.roster = new Roster(vertx, this, limits, peers);
  }

  /** Listens; port 0 takes a free one. The result is the port. */
  public Future<Integer> listen(String host, int port) {
    ByReference.register(vertx.eventBus());
    var listening = Promise.<Integer>promise();
    var edge =
        new AbstractVerticle() {
          @Override
          public void start(Promise<Void> started) {
            turn = new Turn(context);
            vertx.setPeriodic(TICK_MILLIS, _ -> turn().run(LinkServer.this::tick));
            open(host, port).onComplete(listening).<Void>mapEmpty().onComplete(started);
          }
        };
    return vertx
        .deployVerticle(edge)
        .onSuccess(id -> deployment = id)
        .compose(_ -> listening.future());
  }

  /**
   * Sends an order to the worker at an address such as {@code worker.w-1f2e}. Callable from any
   * thread. The future completes on the link's event loop: a listener that blocks goes elsewhere.
   */
  public Future<Reply> order(String address, Order order) {
    var peer = roster.at(address);
    if (peer == null) return failed(LinkFailure.NO_PEER, "nobody is linked as " + address);
    Encoded encoded;
    try {
      encoded = bounded(order);
    } catch (ProtocolException e) {
      return failed(LinkFailure.TOO_LARGE, e.getMessage());
    }
    if (!peer.link.takes(order))
      return failed(
          LinkFailure.NOT_OFFERED, address + " takes no " + order.getClass().getSimpleName());
    if (!peer.takeCredit())
      return failed(LinkFailure.NO_CREDIT, address + " has as many orders as it takes");
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis(order));
    Promise<Reply> promise = Promise.promise();
    roster.ordered();
    turn().submit(() -> peer.order(encoded, deadline, promise));
    return promise.future();
  }

  /**
   * Closes the link of a worker that is no longer believed; what it has in flight fails with {@link
   * LinkFailure#LOST}. It may dial again: whoever keeps a quarantine refuses it an order, not a
   * link. Callable from any thread.
   */
  public void disconnect(SpiffeId worker, String why) {
    if (turn == null) return;
    turn().submit(() -> roster.closeThose(peer -> peer.identity.id().equals(worker), why));
  }

  /**
   * Accepts no more links, tells every worker goodbye, waits for what is in flight (at most {@code
   * LinkLimits.Times.drain}) and closes.
   */
  public Future<Void> drain() {
    if (turn == null) return Future.succeededFuture();
    var drained = Promise.<Void>promise();
    turn()
        .submit(
            () -> {
              leaving = true;
              roster.drain(drained);
            });
    return drained.future().compose(_ -> undeploy());
  }

  /** Closes at once; everything in flight fails with {@link LinkFailure#LOST}. */
  public Future<Void> close() {
    if (turn == null) return Future.succeededFuture();
    var closed = Promise.<Void>promise();
    turn()
        .submit(
            () -> {
              leaving = true;
              roster.closeAll("the head closes");
              closed.complete();
            });
    return closed.future().compose(_ -> undeploy());
  }

  public LinkCounts counts() {
    return roster.counts();
  }

  Turn turn() {
    var found = turn;
    if (found == null) throw new IllegalStateException("listen() comes first");
    return found;
  }

  /** An order's or answer's octets, if they are within the bound of one message. */
  Encoded bounded(dev.windlass.protocol.Message message) throws ProtocolException {
    var encoded = Codec.encode(message);
    long size = (long) encoded.header().length + encoded.bodySize();
    if (size > limits.sizes().message())
      throw new ProtocolException(
          "message of " + size + " octets, at most " + limits.sizes().message());
    return encoded;
  }

  private Future<Integer> open(String host, int port) {
    roots = credentials.current().roots();
    var options =
        new NetServerOptions().setClientAuth(ClientAuth.REQUIRED).setHost(host).setPort(port);
    options.setSslHandshakeTimeout(limits.times().hello().toMillis());
    options.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    LinkTls.configure(options, credentials, clock);
    var opened = vertx.createNetServer(options);
    server = opened;
    opened.connectHandler(socket -> turn().run(() -> accept(socket)));
    opened.exceptionHandler(e -> roster.refused("before its certificate was accepted", e));
    credentials.onRenewal(renewed -> turn().submit(() -> renew(renewed)));
    return opened.listen().map(NetServer::actualPort);
  }

  private void accept(NetSocket socket) {
    if (leaving) { // the port closes last: closing it would close the links that drain
      socket.close();
      return;
    }
    PeerIdentity peer;
    try {
      peer = PeerIdentity.of(socket.sslSession());
    } catch (ProtocolException e) {
      roster.refused(String.valueOf(socket.remoteAddress()), e);
      socket.close();
      return;
    }
    var refusal =
        LinkTls.trusts(credentials, clock, socket.sslSession())
            ? refusal(peer)
            : "its certificate is not trusted now";
    if (refusal != null) {
      roster.refused(peer.id(), refusal);
      socket.close();
      return;
    }
    roster.add(peer, socket, turn());
  }

  private @Nullable String refusal(PeerIdentity peer) {
    var mine = credentials.current().id();
    if (!peer.id().role().equals(SpiffeId.WORKER))
      return "certificate of role " + peer.id().role() + ", not " + SpiffeId.WORKER;
    if (!peer.id().trustDomain().equals(mine.trustDomain()))
      return "trust domain " + peer.id().trustDomain() + ", not " + mine.trustDomain();
    return roster.full() ? "as many links as the head holds: " + limits.links() : null;
  }

  private void renew(Credentials renewed) {
    var listening = server;
    if (listening == null || leaving) return;
    listening
        .updateSSLOptions(LinkTls.renewed(credentials, clock, limits.times().hello()))
        .onFailure(e -> LOG.log(Level.ERROR, "link credentials=" + renewed + " not taken: " + e));
    if (!roots.equals(renewed.roots())) {
      roots = renewed.roots();
      roster.closeThose(
          peer -> !LinkTls.trusts(credentials, clock, peer.identity.session()),
          "its certificate is trusted no more");
    }
  }

  private void tick() {
    roster.tick(System.nanoTime(), System.currentTimeMillis());
  }

  private Future<Void> undeploy() {
    var id = deployment;
    deployment = null;
    return id == null ? Future.succeededFuture() : vertx.undeploy(id);
  }

  private long millis(Order order) {
    return switch (order) {
      case Order.Invoke invoke -> invoke.deadlineMillis();
      case Order.Prepare prepare -> prepare.deadlineMillis();
      case Order.Evict _, Order.Resign _ -> limits.times().order().toMillis();
    };
  }

  /** What a head found for an ask, as octets; never fails. */
  Encoded answer(@Nullable Answer answer, @Nullable Throwable failure) {
    if (answer == null) return HeadLink.notFound(String.valueOf(failure));
    try {
      return bounded(answer);
    } catch (ProtocolException e) {
      return HeadLink.notFound(e.getMessage());
    }
  }

  private static Future<Reply> failed(LinkFailure failure, String detail) {
    return Future.failedFuture(failure.because(detail));
  }
}
