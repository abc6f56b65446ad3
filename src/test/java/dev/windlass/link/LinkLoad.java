package dev.windlass.link;

import dev.windlass.function.Bytes;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * Rates and latencies of a link between two processes, for stack annex §4's table: {@code java …
 * dev.windlass.link.LinkLoad} starts itself again as the worker. The caller is on the link's event
 * loop, as the annex measured.
 */
public final class LinkLoad {
  private LinkLoad() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 2 && arguments[0].equals("worker")) {
      work(Integer.parseInt(arguments[1]));
      return;
    }
    var limits = LinkLimits.DEFAULT;
    try (var loopback = new Loopback(limits)) {
      var child = startWorker(loopback);
      try {
        loopback.awaitEvent("joined w-1");
        int kib = 1 << 10;
        int mib = 1 << 20;
        if (arguments.length == 0) {
          measure(loopback, "1 KiB, 1 outstanding", kib, 1, 60_000);
          measure(loopback, "1 KiB, 64 outstanding", kib, 64, 600_000);
        }
        measure(loopback, "1 MiB, 1 outstanding", mib, 1, 400);
        measure(loopback, "1 MiB, 8 outstanding", mib, 8, 1_600);
      } finally {
        child.destroy();
        child.waitFor();
      }
    }
  }

  private static void measure(Loopback loopback, String what, int size, int outstanding, int count)
      throws InterruptedException {
    var body = Bytes.wrap(new byte[size]);
    run(loopback, body, outstanding, count / 2);
    long cpu = cpuOfLoop(loopback);
    long begun = System.nanoTime();
    long[] nanos = run(loopback, body, outstanding, count);
    double seconds = (System.nanoTime() - begun) / 1e9;
    Arrays.sort(nanos);
    System.out.printf(
        "%-24s p50 %8.1f us  p99 %8.1f us  %9.0f req/s  %7.1f MB/s each way  %7.1f us of head's CPU%n",
        what,
        nanos[count / 2] / 1e3,
        nanos[count - count / 100 - 1] / 1e3,
        count / seconds,
        count / seconds * size / 1e6,
        (cpuOfLoop(loopback) - cpu) / 1e3 / count);
  }

  /** On a busy machine a request's CPU time says more than its wall time. */
  private static long cpuOfLoop(Loopback loopback) {
    var nanos = new CompletableFuture<Long>();
    loopback
        .server
        .turn()
        .submit(
            () -> nanos.complete(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()));
    return nanos.join();
  }

  private static long[] run(Loopback loopback, Bytes body, int outstanding, int count)
      throws InterruptedException {
    var nanos = new long[count];
    var done = new CountDownLatch(count);
    var caller = new Caller(loopback, body, nanos, done);
    loopback
        .server
        .turn()
        .submit(
            () -> {
              for (int i = 0; i < outstanding; i++) caller.next();
            });
    done.await();
    return nanos;
  }

  /** Only on the link's event loop. */
  private static final class Caller {
    private final Loopback loopback;
    private final Order order;
    private final long[] nanos;
    private final CountDownLatch done;
    private int sent;
    private int answered;

    Caller(Loopback loopback, Bytes body, long[] nanos, CountDownLatch done) {
      this.loopback = loopback;
      this.order = Loopback.invoke(body, 30_000);
      this.nanos = nanos;
      this.done = done;
    }

    void next() {
      if (sent == nanos.length) return;
      sent++;
      long begun = System.nanoTime();
      loopback
          .server
          .order("worker.w-1", order)
          .onComplete(
              reply -> {
                if (reply.failed()) throw new AssertionError(reply.cause());
                nanos[answered++] = System.nanoTime() - begun;
                next();
                done.countDown();
              });
    }
  }

  private static Process startWorker(Loopback loopback) throws IOException {
    var java = ProcessHandle.current().info().command().orElseThrow();
    var child =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                LinkLoad.class.getName(),
                "worker",
                Integer.toString(loopback.port))
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var credentials = loopback.identities.of(Identities.worker("w-1")).current();
    try (var out = new DataOutputStream(child.getOutputStream())) {
      write(out, credentials.key().getEncoded());
      write(out, encoded(credentials.chain().getFirst()));
      write(out, encoded(credentials.roots().getFirst()));
    }
    return child;
  }

  private static void work(int port) throws Exception {
    var in = new DataInputStream(System.in);
    var key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(read(in)));
    var leaf = certificate(read(in));
    var root = certificate(read(in));
    SpiffeId id = Identities.worker("w-1");
    var source = new Identities.Source(new Credentials(id, key, List.of(leaf), List.of(root)));
    var heads = List.of(new HeadAddress(Loopback.LOCALHOST, port));
    Loopback.await(
        new LinkClient(Vertx.vertx(), source, heads, Loopback::report, LinkLimits.DEFAULT)
            .onOrder(LinkLoad::answer)
            .start());
  }

  private static Future<Reply> answer(Order order) {
    return Loopback.echo(order);
  }

  private static byte[] encoded(X509Certificate certificate) throws IOException {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
    var factory = CertificateFactory.getInstance("X.509");
    return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
  }

  private static void write(DataOutputStream out, byte[] octets) throws IOException {
    out.writeInt(octets.length);
    out.write(octets);
  }

  private static byte[] read(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }
}
