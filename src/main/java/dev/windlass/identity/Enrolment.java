package dev.windlass.identity;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The identity of a process that joined by a token: its keys, made here, and its certificate,
 * renewed with a new key at half its life for as long as the process lives. Connections that exist
 * are not touched by a renewal; the next ones show the new certificate.
 *
 * <p>What if the registrar is away: it is asked again, after 1 s to 60 s, until the certificate has
 * expired. Then, or when the registrar refuses, {@link #ended} completes: the process has no
 * identity any more and needs another token.
 */
public final class Enrolment implements CredentialSource, AutoCloseable {
  /** Of a join that the registrar is too busy for, all pauses together. */
  static final Duration LONGEST_JOIN = Duration.ofMinutes(2);

  private final RegistrarPort registrar;
  private final Surroundings around;
  private final ResultKey resultKey;
  private final List<Consumer<Credentials>> listeners = new CopyOnWriteArrayList<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private volatile Credentials current;

  /** These two belong to the chain of delayed steps, which run one after the other. */
  private int failures;

  private String lastFailure = "it was never tried";

  private Enrolment(
      RegistrarPort registrar, Surroundings around, ResultKey resultKey, Credentials first) {
    this.registrar = registrar;
    this.around = around;
    this.resultKey = resultKey;
    this.current = first;
  }

  /**
   * Joins; the caller's thread waits. A registrar that is busy, or cannot reach the log now, is
   * asked again with the same keys, for two minutes.
   *
   * @param host of the registrar, whose port the token carries
   * @throws EnrolmentRefusedException if the registrar is not the one the token pins, or says no
   * @throws IOException if it cannot be asked; the token is still good unless the answer was lost
   */
  public static Enrolment join(String host, JoinToken token, Surroundings around)
      throws IOException, EnrolmentRefusedException {
    try (var registrar = new HttpsRegistrar(host, token, around.clock())) {
      return join(registrar, token, around);
    } catch (SSLPeerUnverifiedException e) {
      throw new EnrolmentRefusedException(e.getMessage(), e);
    }
  }

  static Enrolment join(RegistrarPort registrar, JoinToken token, Surroundings around)
      throws IOException, EnrolmentRefusedException {
    var resultKey = ResultKey.make(around.random());
    var keys = TlsKeys.make(around.random());
    var csr = Csr.make(keys, around.random());
    var grant = granted(registrar, token, csr, resultKey, around);
    if (grant.roots().stream().noneMatch(token::pins))
      throw new EnrolmentRefusedException("the granted roots lack the one the token pins");
    var first = accepted(grant, keys, grant.id(), around.clock());
    var enrolment = new Enrolment(registrar, around, resultKey, first);
    enrolment.stepAtHalfLife();
    return enrolment;
  }

  private static Grant granted(
      RegistrarPort registrar, JoinToken token, byte[] csr, ResultKey key, Surroundings around)
      throws IOException, EnrolmentRefusedException {
    var waited = Duration.ZERO;
    for (int failures = 1; ; failures++) {
      try {
        return registrar.join(JoinRequest.make(token, registrar.challenge(), csr, key));
      } catch (RegistrarBusyException e) {
        var pause = RenewalTimes.backOff(failures, around.random());
        if (pause.compareTo(e.retryAfter()) < 0) pause = e.retryAfter();
        waited = waited.plus(pause);
        if (waited.compareTo(LONGEST_JOIN) > 0) throw e;
        pause(pause, around);
      }
    }
  }

  private static void pause(Duration time, Surroundings around) throws InterruptedIOException {
    var over = new CountDownLatch(1);
    around.delays().after(time, over::countDown);
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the registrar was busy");
    }
  }

  @Override
  public Credentials current() {
    return current;
  }

  @Override
  public void onRenewal(Consumer<Credentials> listener) {
    listeners.add(listener);
  }

  public SpiffeId id() {
    return current.id();
  }

  /** The key that was registered with the identity; the same through all renewals. */
  public ResultKey resultKey() {
    return resultKey;
  }

  /** Completes with the reason when there will be no more renewal. */
  public CompletableFuture<String> ended() {
    return ended.copy();
  }

  /** Renews no more; what is current stays. */
  @Override
  public void close() {
    ended.complete("closed");
  }

  private void step() {
    var over = "a defect ended the renewals of " + id();
    try {
      over = renewOrSayWhyNever();
    } finally {
      if (!over.isEmpty()) ended.complete(over);
    }
  }

  /** Empty when there will be another step. */
  private String renewOrSayWhyNever() {
    if (!now().isBefore(current.notAfter())) {
      return "the certificate of %s expired at %s and was not renewed: %s"
          .formatted(id(), current.notAfter(), lastFailure);
    }
    try {
      var renewed = renew();
      current = renewed;
      failures = 0;
      stepAtHalfLife();
      listeners.forEach(l -> l.accept(renewed));
      return "";
    } catch (IOException e) {
      failures++;
      lastFailure = String.valueOf(e.getMessage());
      stepAt(now().plus(RenewalTimes.backOff(failures, around.random())));
      return "";
    } catch (EnrolmentRefusedException e) {
      return "the certificate of " + id() + " was not renewed: " + e.getMessage();
    }
  }

  private Credentials renew() throws IOException, EnrolmentRefusedException {
    var keys = TlsKeys.make(around.random());
    var grant = registrar.renew(this, Csr.make(keys, around.random()));
    return accepted(grant, keys, id(), around.clock());
  }

  private void stepAtHalfLife() {
    stepAt(RenewalTimes.due(now(), current.notAfter(), around.random()));
  }

  private void stepAt(Instant due) {
    RenewalTimes.at(due, around, ended::isDone, this::step);
  }

  private Instant now() {
    return around.clock().instant();
  }

  /** A grant is used only if it is for our key and our name under the roots it brings. */
  private static Credentials accepted(Grant grant, KeyPair keys, SpiffeId id, InstantSource clock)
      throws EnrolmentRefusedException {
    var own = new PeerVerifier(grant::roots, id.trustDomain(), id::equals, clock);
    try {
      own.verify(
          grant.chain().toArray(X509Certificate[]::new),
          Set.of(PeerVerifier.Purpose.SERVER, PeerVerifier.Purpose.CLIENT));
    } catch (CertificateException e) {
      throw new EnrolmentRefusedException(
          "the granted certificate is no good: " + e.getMessage(), e);
    }
    if (!grant.chain().getFirst().getPublicKey().equals(keys.getPublic()))
      throw new EnrolmentRefusedException("the granted certificate is for another key");
    return new Credentials(id, keys.getPrivate(), grant.chain(), grant.roots());
  }
}
