package dev.windlass.head;

import dev.windlass.function.Limits;
import dev.windlass.protocol.InvocationId;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What a head does with a log: all of it, or, where there is no log, none.
 *
 * @param receipts on their way
 * @param witnesses requests that wait for them
 * @param publications of functions; empty where the operator of a cluster publishes
 * @param api what the log holds
 */
record Trail(
    Receipts receipts, WitnessWait witnesses, Optional<Publications> publications, ReceiptApi api)
    implements AutoCloseable {
  /** For the acknowledgements of the last receipts; the process has 35 s to end. */
  private static final Duration LAST_WAIT = Duration.ofSeconds(10);

  /** The longest run and the log's promise. */
  private static final Duration YOUNG = Limits.MAX_TIMEOUT.plusSeconds(30);

  /**
   * @throws IOException when the directory of exported receipts cannot be used
   */
  static Optional<Trail> of(
      HeadPorts ports, HeadConfig config, Results results, HeadMetrics metrics, InstantSource clock)
      throws IOException {
    if (ports.ledger().isEmpty()) return Optional.empty();
    var ledger = ports.ledger().get();
    var bounds = config.receipts();
    var book = new ReceiptBook(ports::receiptKeys, clock);
    var receipts =
        new Receipts(ledger, book, bounds, lastWait(config), metrics, new SecureRandom());
    var lookup = new ReceiptLookup(ledger);
    var witnesses = new WitnessWait(lookup, bounds);
    var exports =
        new SigstoreExports(
            new SigstoreExports.Parts(
                ledger,
                ports::receiptKeys,
                ports::policy,
                ExportFiles.open(config.data().resolve("exports"), bounds.exports()),
                new ExportQuota(bounds.exportsPerMinute(), clock)));
    metrics.gauge("windlass.receipts.pending", "Receipts not acknowledged", receipts::pending);
    metrics.gauge("windlass.receipts.pending.bytes", "Their memory", receipts::bytes);
    metrics.gauge(
        "windlass.receipts.oldest.seconds",
        "Age of the oldest receipt that is not acknowledged",
        () -> receipts.age(clock.millis()).toMillis() / 1e3);
    metrics.gauge(
        "windlass.requests.witness.waiting",
        "Requests that wait for witnesses",
        witnesses::waiting);
    var api =
        new ReceiptApi(
            lookup,
            id ->
                receipts.holds(id)
                    || results.find(id).isPresent()
                    || ports.cluster().isPresent() && isYoung(id, clock),
            exports);
    var publications =
        ports.publisher().map(key -> new Publications(ledger, () -> key, bounds.publish(), clock));
    return Optional.of(new Trail(receipts, witnesses, publications, api));
  }

  /** Another head of the cluster may have made it, and the log may get it yet. */
  private static boolean isYoung(InvocationId id, InstantSource clock) {
    long age = clock.millis() - id.unixMillis();
    return age > -YOUNG.toMillis() && age < YOUNG.toMillis();
  }

  private static Duration lastWait(HeadConfig config) {
    var drain = config.traffic().drain();
    return drain.compareTo(LAST_WAIT) < 0 ? drain : LAST_WAIT;
  }

  @Override
  public void close() {
    publications.ifPresent(Publications::close);
    receipts.close();
  }
}
