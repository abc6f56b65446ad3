package dev.windlass.link;

import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Report;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.net.NetSocket;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which worker is reachable at which address. One live link an identity: the newest takes new
 * orders, an older one ends when its own are answered. An address belongs to whoever holds it; the
 * same name in another namespace is refused.
 *
 * <p>All but {@link #at} and the counters belong to the event loop.
 */
final class Roster implements Peer.Owner {
  private static final System.Logger LOG = System.getLogger("dev.windlass.link");

  private final Vertx vertx;
  private final LinkServer server;
  private final LinkLimits limits;
  private final Peers peers;

  /** Read by callers of any thread, written by the event loop. */
  private final Map<String, Peer> byAddress = new ConcurrentHashMap<>();

  private final Set<Peer> all = new HashSet<>();
  private final Map<String, MessageConsumer<Order>> consumers = new HashMap<>();
  private @Nullable Promise<Void> drained;
  private volatile int links;

  private final LongAdder joined = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final LongAdder timedOut = new LongAdder();
  private final LongAdder late = new LongAdder();
  private final LongAdder orders = new LongAdder();

  Roster(Vertx vertx, LinkServer server, LinkLimits limits, Peers peers) {
    this.vertx = vertx;
    this.server = server;
    this.limits = limits;
    this.peers = peers;
  }

  @Nullable Peer at(String address) {
    return byAddress.get(address);
  }

  boolean full() {
    return all.size() >= limits.links();
  }

  void add(PeerIdentity identity, NetSocket socket, Turn turn) {
    all.add(new Peer(identity, new Connection(socket, turn, limits), limits, this));
    links = all.size();
  }

  void ordered() {
    orders.increment();
  }

  void refused(String who, Throwable why) {
    refused.increment();
    LOG.log(Level.INFO, "link refused peer=" + who + " why=\"" + why.getMessage() + "\"");
  }

  void refused(SpiffeId who, String why) {
    refused.increment();
    LOG.log(Level.INFO, "link refused peer=" + who + " why=\"" + why + "\"");
    peers.left(who, why);
  }

  void tick(long now, long unixMillis) {
    for (var peer : List.copyOf(all)) {
      peer.connection.tick(now);
      if (unixMillis >= peer.identity.notAfterMillis())
        peer.link.close("its certificate has ended");
    }
  }

  void closeThose(Predicate<Peer> which, String why) {
    for (var peer : List.copyOf(all)) if (which.test(peer)) peer.link.close(why);
  }

  void closeAll(String why) {
    closeThose(_ -> true, why);
  }

  /** Completes when no link is left. */
  void drain(Promise<Void> done) {
    drained = done;
    for (var peer : List.copyOf(all)) {
      if (peer.joined) retire(peer, "the head goes away");
      else peer.link.close("the head goes away");
    }
    finishDrain();
  }

  LinkCounts counts() {
    return new LinkCounts(
        links,
        byAddress.values().stream().mapToInt(Peer::inUse).sum(),
        joined.sum(),
        refused.sum(),
        faults.sum(),
        lost.sum(),
        timedOut.sum(),
        late.sum(),
        orders.sum());
  }

  @Override
  public void greeted(Peer peer, int credits, Report report) {
    var before = byAddress.get(peer.address());
    if (before != null && !before.identity.id().equals(peer.identity.id())) {
      peer.link.fault(peer.address() + " belongs to " + before.identity.id());
      return;
    }
    if (drained != null) {
      peer.link.close("the head goes away");
      return;
    }
    peer.joined = true;
    byAddress.put(peer.address(), peer);
    joined.increment();
    if (before == null) consumers.put(peer.address(), consumer(peer.address()));
    LOG.log(
        Level.INFO,
        "link joined worker="
            + peer.identity.id()
            + " credits="
            + credits
            + " again="
            + (before != null));
    peers.joined(peer.identity.id(), credits, report);
    if (before != null) retire(before, "a newer link of the same identity took over");
  }

  @Override
  public void reported(Peer peer, Report report) {
    if (isCurrent(peer)) peers.reported(peer.identity.id(), report);
  }

  @Override
  public void asked(Peer peer, long id, Ask ask) {
    peers
        .ask(peer.identity.id(), ask)
        .onComplete(
            found -> {
              var answer = server.answer(found.result(), found.cause());
              server.turn().submit(() -> peer.link.answer(id, answer));
            });
  }

  @Override
  public void parted(Peer peer, String why) {
    leave(peer, "it said goodbye: " + why);
  }

  @Override
  public void ended(Peer peer, String why, boolean fault, int lostOrders) {
    all.remove(peer);
    links = all.size();
    lost.add(lostOrders);
    if (fault) faults.increment();
    LOG.log(
        fault ? Level.WARNING : Level.INFO,
        "link closed worker="
            + peer.identity.id()
            + " fault="
            + fault
            + " lost="
            + lostOrders
            + " why=\""
            + why
            + "\"");
    if (peer.joined) {
      leave(peer, why);
    } else {
      refused.increment();
      peers.left(peer.identity.id(), why);
    }
    finishDrain();
  }

  @Override
  public void late() {
    late.increment();
  }

  @Override
  public void timedOut() {
    timedOut.increment();
  }

  private boolean isCurrent(Peer peer) {
    return byAddress.get(peer.address()) == peer;
  }

  /** No new orders; told once, and only of the link that had the address. */
  private void leave(Peer peer, String why) {
    if (!isCurrent(peer)) return;
    byAddress.remove(peer.address());
    var consumer = consumers.remove(peer.address());
    if (consumer != null) consumer.unregister();
    peers.left(peer.identity.id(), why);
  }

  private void retire(Peer peer, String why) {
    peer.link.goodbye(why);
    leave(peer, why);
    peer.link.parting();
  }

  private void finishDrain() {
    if (drained != null && all.isEmpty()) drained.tryComplete();
  }

  private MessageConsumer<Order> consumer(String address) {
    MessageConsumer<Order> consumer = vertx.eventBus().localConsumer(address);
    return consumer.handler(message -> forward(address, message));
  }

  private void forward(String address, Message<Order> message) {
    server
        .order(address, message.body())
        .onComplete(
            done -> {
              if (done.succeeded()) message.reply(done.result());
              else fail(message, done.cause());
            });
  }

  private static void fail(Message<Order> message, Throwable cause) {
    int code =
        cause instanceof ReplyException reply ? reply.failureCode() : LinkFailure.LOST.code();
    message.fail(code, cause.getMessage());
  }
}
