package dev.windlass.link;

import dev.windlass.protocol.Ask;
import dev.windlass.protocol.Encoded;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Report;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicInteger;

/** One worker's link in the head: the {@link HeadLink}, its connection, and its free credits. */
final class Peer implements HeadLink.Events {
  /** What a server does about its peers; on the event loop. */
  interface Owner {
    void greeted(Peer peer, int credits, Report report);

    void reported(Peer peer, Report report);

    void asked(Peer peer, long id, Ask ask);

    void parted(Peer peer, String why);

    void ended(Peer peer, String why, boolean fault, int lost);

    void late();

    void timedOut();
  }

  final PeerIdentity identity;
  final Connection connection;
  final HeadLink link;
  boolean joined;

  private final Owner owner;
  private final AtomicInteger free = new AtomicInteger();
  private volatile int granted;

  Peer(PeerIdentity identity, Connection connection, LinkLimits limits, Owner owner) {
    this.identity = identity;
    this.connection = connection;
    this.owner = owner;
    this.link = new HeadLink(connection.wire, limits, this, System.nanoTime());
    connection.carry(link);
  }

  String address() {
    return identity.id().address();
  }

  /** From any thread: takes a credit, or says that there is none. */
  boolean takeCredit() {
    if (free.getAndDecrement() > 0) return true;
    free.incrementAndGet();
    return false;
  }

  /** Orders that hold a credit: sent or about to be, or late. */
  int inUse() {
    return granted - free.get();
  }

  void order(Encoded order, long deadline, Promise<Reply> promise) {
    link.order(order, deadline, promise);
  }

  @Override
  public void greeted(Report report, int credits) {
    granted = credits;
    free.set(credits);
    owner.greeted(this, credits, report);
  }

  @Override
  public void reported(Report report) {
    owner.reported(this, report);
  }

  @Override
  public void asked(long id, Ask ask) {
    owner.asked(this, id, ask);
  }

  @Override
  public void parted(String why) {
    owner.parted(this, why);
  }

  @Override
  public void released() {
    free.incrementAndGet();
  }

  @Override
  public void late() {
    owner.late();
  }

  @Override
  public void timedOut() {
    owner.timedOut();
  }

  @Override
  public void ended(String why, boolean fault, int lost) {
    owner.ended(this, why, fault, lost);
  }
}
