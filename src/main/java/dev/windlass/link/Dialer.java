package dev.windlass.link;

import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Answer;
import dev.windlass.protocol.Encoded;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.ProtocolException;
import io.vertx.core.Promise;
import io.vertx.core.net.NetSocket;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a worker linked to one head: dials, dials again with back-off, and before a certificate
 * ends dials a second link that takes over from the first. On the client's event loop, but for
 * {@link #isUp}.
 */
final class Dialer {
  private static final System.Logger LOG = System.getLogger("dev.windlass.link");

  private final LinkClient client;
  private final HeadAddress head;
  private final Backoff backoff;
  private final Set<Dialled> links = new HashSet<>();
  private volatile @Nullable Dialled current;
  private boolean dialling;
  private boolean scheduled;
  private boolean replacing;
  private boolean leaving;
  private boolean wanted = true;

  Dialer(LinkClient client, HeadAddress head, RandomGenerator chance) {
    var times = client.limits.times();
    this.client = client;
    this.head = head;
    this.backoff = new Backoff(times.redialLeast(), times.redialMost(), chance);
  }

  /** From any thread. */
  boolean isUp() {
    return current != null;
  }

  boolean isGone() {
    return (leaving || !wanted) && links.isEmpty() && !dialling;
  }

  HeadAddress head() {
    return head;
  }

  /** While it is not, the link that there is stays, and no other is dialled. */
  void wanted(boolean now) {
    boolean back = now && !wanted;
    wanted = now;
    if (back && current == null) redial();
  }

  /** A link to this head, greeted or not. */
  boolean holds(SpiffeId id) {
    return links.stream().anyMatch(dialled -> dialled.peer.equals(id));
  }

  void dial() {
    if (leaving || !wanted || dialling) return;
    dialling = true;
    client
        .client()
        .connect(head.port(), head.host())
        .onComplete(
            connected ->
                client
                    .turn()
                    .run(
                        () -> {
                          if (connected.succeeded()) connected(connected.result());
                          else failed(String.valueOf(connected.cause().getMessage()));
                        }));
  }

  void ask(Encoded ask, long deadline, Promise<Answer> promise) {
    var up = current;
    if (up == null) promise.fail(LinkFailure.NO_PEER.because("no head is linked"));
    else up.link.ask(ask, deadline, promise);
  }

  void report(Encoded report) {
    var up = current;
    if (up != null) up.link.report(report);
  }

  void tick(long now, long unixMillis) {
    for (var dialled : List.copyOf(links)) {
      dialled.connection.tick(now);
      if (dialled == current && unixMillis >= dialled.replaceAtMillis) {
        dialled.replaceAtMillis = Long.MAX_VALUE; // once: a failure goes on with the back-off
        replacing = true;
        dial();
      }
    }
  }

  void drain() {
    leaving = true;
    current = null;
    for (var dialled : List.copyOf(links)) {
      if (dialled.link.phase == Link.Phase.UP) dialled.link.goodbye("the worker drains");
      else dialled.link.close("the worker drains");
    }
  }

  void close() {
    leaving = true;
    current = null;
    for (var dialled : List.copyOf(links)) dialled.link.close("the worker closes");
  }

  private void connected(NetSocket socket) {
    PeerIdentity peer;
    String refusal;
    try {
      peer = PeerIdentity.of(socket.sslSession());
      refusal =
          LinkTls.trusts(client.credentials, client.clock, socket.sslSession())
              ? refusal(peer)
              : "its certificate is not trusted now";
    } catch (ProtocolException e) {
      socket.close();
      failed(String.valueOf(e.getMessage()));
      return;
    }
    if (refusal != null || leaving) {
      socket.close();
      failed(refusal == null ? "the worker goes away" : peer.id() + ": " + refusal);
      return;
    }
    links.add(new Dialled(socket, peer));
  }

  private @Nullable String refusal(PeerIdentity peer) {
    return client.isLinkedElsewhere(peer.id(), this)
        ? "it is linked by another address"
        : client.refusal(peer);
  }

  private void failed(String why) {
    dialling = false;
    LOG.log(Level.INFO, "link not made head=" + head + " why=\"" + why + "\"");
    redial();
    client.ended();
  }

  private void redial() {
    if (leaving || !wanted || dialling || scheduled) return;
    scheduled = true;
    client.after(
        backoff.nextMillis(),
        () -> {
          scheduled = false;
          if (current == null || replacing) dial();
        });
  }

  private void lost(Dialled dialled, String why, boolean fault) {
    links.remove(dialled);
    boolean wasCurrent = current == dialled;
    if (wasCurrent) current = null;
    LOG.log(
        fault ? Level.WARNING : Level.INFO,
        "link closed head=" + head + " fault=" + fault + " why=\"" + why + "\"");
    if (!dialled.greeted) {
      failed(why);
      return;
    }
    if (wasCurrent) again(dialled);
    client.ended();
  }

  /** A link that held a while was a good one: its successor is dialled soon. */
  private void again(Dialled before) {
    long lived = System.nanoTime() - before.sinceNanos;
    if (lived > client.limits.times().redialMost().toNanos()) backoff.reset();
    redial();
  }

  /** One connection to the head, from its TLS handshake to its end. */
  private final class Dialled implements WorkerLink.Events {
    final Connection connection;
    final WorkerLink link;
    final SpiffeId peer;
    final long sinceNanos = System.nanoTime();
    long replaceAtMillis;
    boolean greeted;

    Dialled(NetSocket socket, PeerIdentity peer) {
      this.peer = peer.id();
      connection = new Connection(socket, client.turn(), client.limits);
      link =
          new WorkerLink(
              connection.wire, client.limits, this, client.report.get(), System.nanoTime());
      connection.carry(link);
      replaceAtMillis = replaceAt(peer);
    }

    /** Before the earlier of both certificates ends. */
    private long replaceAt(PeerIdentity peer) {
      long now = client.clock.millis();
      long mine = client.credentials.current().notAfter().toEpochMilli();
      long end = Math.min(mine, peer.notAfterMillis());
      long margin =
          Math.min(client.limits.times().renewBefore().toMillis(), Math.max(0, end - now) / 5);
      return end - margin;
    }

    @Override
    public void greeted() {
      greeted = true;
      dialling = false;
      replacing = false;
      current = this;
      LOG.log(Level.INFO, "link up head=" + head);
      client.greeted();
    }

    @Override
    public void ordered(long id, Order order) {
      client.ordered(link, id, order);
    }

    @Override
    public void parted(String why) {
      LOG.log(Level.INFO, "link parted head=" + head + " why=\"" + why + "\"");
      if (current != this) return; // a newer link of ours is there already
      current = null;
      again(this);
    }

    @Override
    public void ended(String why, boolean fault) {
      lost(this, why, fault);
    }
  }
}
