package dev.windlass.head;

import static dev.windlass.head.HeadFixture.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import dev.windlass.identity.AuthorityFile;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.SpiffeId;
import dev.windlass.link.HeadAddress;
import dev.windlass.link.LinkClient;
import dev.windlass.link.LinkLimits;
import dev.windlass.link.LinkServer;
import dev.windlass.link.Peers;
import dev.windlass.protocol.Order;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The root is replaced under a head and its workers, which are linked by real mutual TLS, while
 * requests run: in the steps of a rotation, which reach one party after the other, as ConfigMaps
 * and renewals do.
 */
class RootRotationUnderLoadTest {
  private static final int CALLERS = 8;
  private static final SpiffeId HEAD = new SpiffeId("test", "windlass", SpiffeId.HEAD, "head-1");

  /** Of what the old root signs here: a link is replaced after four fifths of it. */
  private static final Duration LAST_LEAVES = Duration.ofSeconds(30);

  /** Between what one party hears and what the next one hears. */
  private static final Duration APART = Duration.ofMillis(150);

  @TempDir Path data;
  private final SecureRandom random = new SecureRandom();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<Party> parties = new ArrayList<>();
  private final List<FakeWorker> workers = new ArrayList<>();
  private final Load load = new Load();
  private CertificateAuthority authority;
  private LinkServer server;
  private Peers peers;
  private HeadFixture at;
  private int port;

  @BeforeEach
  void start() throws IOException {
    var made = Instant.now().minus(CertificateAuthority.ROOT_LIFE).plus(Duration.ofDays(20));
    var old = CertificateAuthority.create("test", () -> made, random);
    authority = readAt(old, RootRotationUnderLoadTest::anHourAgo);
    var own = new Party(HEAD);
    var linked = new CompletableFuture<LinkServer>();
    var vertx = Vertx.vertx();
    at =
        HeadFixture.linked(
            data,
            heard -> {
              peers = heard;
              linked.complete(new LinkServer(vertx, own, LinkLimits.DEFAULT, heard));
              return HeadFixture.linkOf(linked.join());
            });
    opened.add(at);
    opened.add(() -> HeadFixture.get(vertx.close()));
    server = linked.join();
    port = HeadFixture.get(server.listen("127.0.0.1", 0));
  }

  @AfterEach
  void end() throws Exception {
    load.stop();
    for (var o : opened.reversed()) o.close();
  }

  @Test
  void a_root_is_replaced_while_requests_run_and_none_fails() throws Exception {
    worker("w-1", 1);
    worker("w-2", 2);
    await("both are linked", () -> at.head.workers() == 2);
    at.deploy("echo", "");
    var lastLeaf =
        parties.stream().map(p -> p.current().notAfter()).max(Instant::compareTo).orElseThrow();
    load.start();
    load.more();
    var old = authority.certificate();
    assertTrue(authority.rotationDue());

    authority = readAt(authority, Instant::now).withWaitingRoot();
    each(p -> p.learn(authority.roots()));
    assertEquals(2, authority.roots().size());
    load.more();

    authority = authority.signingFrom(Instant.now());
    for (var party : List.copyOf(parties)) {
      party.renew();
      worker("w-after-" + party.id.name(), parties.size());
      load.more();
    }
    int linked = parties.size() - 1;
    await("who came in between is linked as well", () -> at.head.workers() == linked);
    awaitEndOf(lastLeaf);
    assertTrue(server.counts().joined() >= linked + 2, "the links of the old leaves were replaced");

    authority =
        readAt(readAt(authority, RootRotationUnderLoadTest::later).withoutDead(), Instant::now);
    assertEquals(1, authority.roots().size());
    assertTrue(!authority.roots().contains(old));
    each(p -> p.learn(authority.roots()));
    load.more();
    each(Party::renew);
    load.more();
    load.stop();

    assertEquals(List.of(), List.copyOf(load.failures));
    assertEquals(0, server.counts().lost());
    assertEquals(linked, at.head.workers());
    for (var worker : workers)
      assertTrue(
          worker.orders.stream().anyMatch(Order.Invoke.class::isInstance), worker.id + " is idle");
    System.out.println(load.answered + " requests while the root was replaced, none failed");
  }

  /** As a rotation does: the old root goes when its last leaf has ended. */
  private void awaitEndOf(Instant lastLeaf) {
    while (!Instant.now().isAfter(lastLeaf)) load.more();
  }

  /** A leaf of then lives for {@link #LAST_LEAVES} from now. */
  private static Instant anHourAgo() {
    return Instant.now().minus(CertificateAuthority.LEAF_LIFE).plus(LAST_LEAVES);
  }

  private static Instant later() {
    return Instant.now().plus(CertificateAuthority.OVERLAP).plusSeconds(60);
  }

  /** As the next leader reads it. */
  private CertificateAuthority readAt(CertificateAuthority written, InstantSource clock)
      throws IOException {
    return AuthorityFile.parse("test", AuthorityFile.text(written), clock, random);
  }

  private void each(Consumer<Party> what) {
    for (var party : parties) {
      what.accept(party);
      LockSupport.parkNanos(APART.toNanos());
    }
  }

  private void worker(String name, int seed) {
    var id = new SpiffeId("test", "default", SpiffeId.WORKER, name);
    var worker = new FakeWorker(name, seed, 64, peers);
    worker.warm.add(Digest.of(HeadFixture.MODULE)); // else all goes to the first
    workers.add(worker);
    at.keys.put(id, worker.key.publicKey());
    var vertx = Vertx.vertx();
    opened.add(() -> HeadFixture.get(vertx.close()));
    var link =
        new LinkClient(
                vertx,
                new Party(id),
                List.of(new HeadAddress("127.0.0.1", port)),
                worker::report,
                LinkLimits.DEFAULT)
            .onOrder(worker::take);
    opened.add(() -> HeadFixture.get(link.close()));
    HeadFixture.get(link.start());
  }

  /** Who has credentials: what {@code Enrolment} does with a file of roots and with a renewal. */
  private final class Party implements CredentialSource {
    final SpiffeId id;
    private final List<Consumer<Credentials>> listeners = new CopyOnWriteArrayList<>();
    private volatile Credentials current;

    Party(SpiffeId id) {
      this.id = id;
      this.current = authority.credentials(id);
      parties.add(this);
    }

    void learn(List<X509Certificate> roots) {
      current = new Credentials(id, current.key(), current.chain(), roots);
    }

    void renew() {
      current = authority.credentials(id);
      listeners.forEach(l -> l.accept(current));
    }

    @Override
    public Credentials current() {
      return current;
    }

    @Override
    public void onRenewal(Consumer<Credentials> listener) {
      listeners.add(listener);
    }
  }

  /** Callers that each send the next request when the last was answered. */
  private final class Load {
    final AtomicInteger answered = new AtomicInteger();
    final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Thread> callers = new ArrayList<>();

    void start() {
      for (int i = 0; i < CALLERS; i++) callers.add(Thread.startVirtualThread(this::call));
    }

    private void call() {
      while (!stopped.get()) {
        var reply = at.post("/fn/default/echo", "Ada");
        if (reply.statusCode() != 200 || !reply.body().equals("Ada")) failures.add(reply.body());
        answered.incrementAndGet();
      }
    }

    /** Some go by. */
    void more() {
      int now = answered.get();
      await("requests are answered: " + failures, () -> answered.get() > now + 20);
    }

    void stop() throws InterruptedException {
      stopped.set(true);
      for (var caller : callers) caller.join();
    }
  }
}
