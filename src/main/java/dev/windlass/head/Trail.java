package dev.windlass.head;

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
 * @param publications of functions
 * @param api what the log holds
 */
record Trail(Receipts receipts, WitnessWait witnesses, Publications publications, ReceiptApi api)
    implements AutoCloseable {
  /** For the acknowledgements of the last receipts; the process has 35 s to end. */
  private static final Duration LAST_WAIT = Duration.ofSeconds(10);

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
        new ReceiptApi(lookup, id -> receipts.holds(id) || results.find(id).isPresent(), exports);
    var publications = new Publications(ledger, ports::publisher, bounds.publish(), clock);
    return Optional.of(new Trail(receipts, witnesses, publications, api));
  }

  private static Duration lastWait(HeadConfig config) {
    var drain = config.traffic().drain();
    return drain.compareTo(LAST_WAIT) < 0 ? drain : LAST_WAIT;
  }

  @Override
  public void close() {
    publications.close();
    receipts.close();
  }
}
