package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.head.ClusterHeadPorts;
import dev.windlass.head.HeadConfig;
import dev.windlass.head.HeadPorts;
import dev.windlass.head.Ledger;
import dev.windlass.head.WorkerKeys;
import dev.windlass.head.WorkerRegister;
import dev.windlass.identity.AttestRequest;
import dev.windlass.identity.Attestation;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.Enrolment;
import dev.windlass.identity.EnrolmentRefusedException;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.log.EntriesOut;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.P256Key;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A head as a process of its own in a Kubernetes cluster: the registrar attests its pod, resources
 * say which functions and workers there are, the operator publishes, and the log is elsewhere.
 *
 * <p>Its identity may take as long as it takes: the process lives, and is not ready. Its keys are
 * made anew at each start and are never written down.
 */
final class ClusterHead implements HeadPorts {
  /** A Service takes some seconds to send new requests elsewhere. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final ClusterHeadSettings settings;
  private final DataDirectory data;
  private final Optional<RemoteLog> log;
  private final WorkerRegister workers;
  private final P256Key singles = P256Key.make(new SecureRandom());
  private final CompletableFuture<Attested> attested = new CompletableFuture<>();
  private final Consumer<String> ended;
  private final Thread attesting = Thread.ofVirtual().name("attest").unstarted(this::attest);
  private volatile @Nullable Supplier<EntriesOut> entries;

  /**
   * @param batches the key of the enrolment, which signs batches of receipts
   */
  private record Attested(Enrolment enrolment, Ed25519Key batches) {}

  private ClusterHead(
      ClusterHeadSettings settings,
      DataDirectory data,
      Optional<RemoteLog> log,
      Consumer<String> ended) {
    this.settings = settings;
    this.data = data;
    this.log = log;
    this.ended = ended;
    this.workers = new WorkerRegister(log.isPresent(), InstantSource.system());
  }

  /**
   * Takes the data directory; a {@link StartFailure} says what is wrong.
   *
   * @param ended hears why this head has no identity, or has none any more
   */
  static ClusterHead open(ClusterHeadSettings settings, Consumer<String> ended) {
    var data = DataDirectory.open(settings.data());
    try {
      Optional<RemoteLog> log =
          settings.log().isEmpty()
              ? Optional.empty()
              : Optional.of(
                  RemoteLog.open(settings.log().get().url(), settings.log().get().policy()));
      return new ClusterHead(settings, data, log, ended);
    } catch (IOException e) {
      throw new StartFailure("the head could not start: " + e.getMessage(), e);
    }
  }

  /** Asks for an identity until it has one; returns at once. */
  void attestSoon() {
    attesting.start();
  }

  /**
   * By which channel receipts go to the log.
   *
   * @param out asked when the first goes out: before Quarkus has started there are no channels
   */
  void sendBy(Supplier<EntriesOut> out) {
    entries = out;
  }

  /** After the head has drained. */
  void close() {
    attesting.interrupt();
    if (attested.isDone()) attested.join().enrolment().close();
    try {
      if (log.isPresent()) log.get().close();
      data.close();
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't close " + data.path(), e);
    }
  }

  private void attest() {
    var how =
        Attestation.ofHead(
            settings.registrar(), settings.token(), settings.roots(), new Singles(singles));
    try {
      var enrolment = Enrolment.attest(how, Surroundings.real());
      var batches = new Ed25519Key(Bytes.wrap(enrolment.resultKey().seed()));
      enrolment
          .ended()
          .thenAccept(
              why -> {
                if (!why.equals("closed")) ended.accept(why);
              });
      attested.complete(new Attested(enrolment, batches));
    } catch (EnrolmentRefusedException e) {
      ended.accept("the registrar refused this head: " + e.getMessage());
    } catch (InterruptedIOException _) {
      // closed
    }
  }

  private record Singles(P256Key key) implements AttestRequest.ReceiptKey {
    @Override
    public byte[] spki() {
      return key.publicKey().spki().toArray();
    }

    @Override
    public byte[] sign(byte[] message) {
      return key.sign(message).toArray();
    }
  }

  @Override
  public HeadConfig config() {
    var usual = HeadConfig.at(settings.data(), Version.TEXT).withBaseUrl(settings.baseUrl());
    return usual.withTraffic(usual.traffic().withGrace(GRACE));
  }

  @Override
  public LinkAddress linkAddress() {
    return new LinkAddress(settings.link().host(), settings.link().port());
  }

  /** Asked for when the link listens, and that is when they are there. */
  @Override
  public CredentialSource credentials() {
    return new CredentialSource() {
      @Override
      public Credentials current() {
        return there().enrolment().current();
      }

      @Override
      public void onRenewal(Consumer<Credentials> listener) {
        attested.thenAccept(own -> own.enrolment().onRenewal(listener));
      }
    };
  }

  private Attested there() {
    var own = attested.getNow(null);
    if (own == null) throw new IllegalStateException("this head has no identity yet");
    return own;
  }

  @Override
  public Optional<ClusterHeadPorts> cluster() {
    return Optional.of(
        new ClusterHeadPorts(
            workers, attested.thenApply(Attested::enrolment), settings.artifacts()));
  }

  @Override
  public WorkerKeys keys() {
    return workers;
  }

  @Override
  public void onRevocation(Consumer<SpiffeId> listener) {
    workers.onRevocation(listener);
  }

  @Override
  public Optional<Registration> registration(SpiffeId worker) {
    return workers.registration(worker);
  }

  @Override
  public Bytes trustFile() {
    var domain =
        Optional.ofNullable(attested.getNow(null))
            .map(own -> own.enrolment().id().trustDomain())
            .orElse(UpSettings.TRUST_DOMAIN);
    return Bytes.wrap(workers.trustFile(domain).toJson().canonical());
  }

  @Override
  public HeadPorts.JoinToken mintJoinToken() {
    throw new UnsupportedOperationException("workers of a cluster attest, and need no token");
  }

  @Override
  public Optional<Revoked> revokeWorker(String name) {
    throw new UnsupportedOperationException("a worker is revoked when its resource is deleted");
  }

  @Override
  public Optional<Ledger> ledger() {
    return log.map(
        there ->
            new LogLedger(
                there,
                () -> {
                  var out = entries;
                  if (out == null) throw new IllegalStateException("no channel to the log yet");
                  return out.get();
                }));
  }

  /** Empty until the registrar has entered them in the log. */
  @Override
  public Optional<ReceiptKeys> receiptKeys() {
    var own = attested.getNow(null);
    if (own == null || own.enrolment().registerIndex().isEmpty()) return Optional.empty();
    var index = own.enrolment().registerIndex().getAsLong();
    return Optional.of(new ReceiptKeys(own.enrolment().id(), own.batches(), singles, index));
  }

  @Override
  public WitnessPolicy policy() {
    return log.orElseThrow().policy();
  }

  /** The operator publishes functions. */
  @Override
  public Optional<Ed25519Key> publisher() {
    return Optional.empty();
  }

  @Override
  public void linkListens(int port) {
    System.out.println("link " + settings.link().withPort(port));
  }
}
