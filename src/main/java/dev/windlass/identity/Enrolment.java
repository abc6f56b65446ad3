package dev.windlass.identity;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The identity of a process that joined by a token, or attested as a pod: its keys, made here, and
 * its certificate, renewed with a new key at half its life for as long as the process lives.
 * Connections that exist are not touched by a renewal; the next ones show the new certificate.
 *
 * <p>What if the registrar is away: it is asked again, after 1 s to 60 s, until the certificate has
 * expired. Then, or when the registrar refuses, {@link #ended} completes: the process has no
 * identity any more. It needs another token, or attests again and is somebody else.
 */
public final class Enrolment implements CredentialSource, AutoCloseable {
  /** Of a join that the registrar is too busy for, all pauses together. */
  static final Duration LONGEST_JOIN = Duration.ofMinutes(2);

  private static final System.Logger LOG = System.getLogger(Enrolment.class.getName());
  private static final String NOT_YET = "no identity yet, will ask {0} again: {1}";

  private final Renewing registrar;
  private final Surroundings around;
  private final ResultKey resultKey;
  private final List<Consumer<Credentials>> listeners = new CopyOnWriteArrayList<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();

  /** Absent for one who joined: it learns of new roots by renewals. */
  private final Optional<TrustedRoots> trusted;

  /** Written under the lock of this, because the roots and the certificate change by themselves. */
  private volatile Credentials current;

  private volatile Grant granted;

  /** These two belong to the chain of delayed steps, which run one after the other. */
  private int failures;

  private String lastFailure = "it was never tried";

  private Enrolment(
      Renewing registrar,
      Surroundings around,
      ResultKey resultKey,
      KeyPair keys,
      Grant first,
      Optional<TrustedRoots> trusted)
      throws EnrolmentRefusedException {
    this.registrar = registrar;
    this.around = around;
    this.resultKey = resultKey;
    this.trusted = trusted;
    this.granted = first;
    this.current = accepted(first, keys, first.id());
    trusted.ifPresent(roots -> roots.follow(around, ended::isDone, this::rootsChanged));
    stepAtHalfLife();
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
    return new Enrolment(registrar, around, resultKey, keys, grant, Optional.empty());
  }

  /**
   * Proves to the registrar of a cluster which pod this is; the caller's thread waits. A registrar
   * that is away, busy or not believed, or that cannot see this pod yet, is asked again after 1 s
   * to 60 s, until the thread is interrupted.
   *
   * @throws EnrolmentRefusedException if this pod gets no identity as it is
   * @throws InterruptedIOException if the thread is interrupted
   */
  public static Enrolment attest(Attestation how, Surroundings around)
      throws InterruptedIOException, EnrolmentRefusedException {
    var roots = TrustedRoots.of(how.roots());
    try (var registrar = HttpsRegistrar.under(roots, how.registrar(), around.clock())) {
      return attest(registrar, how, roots, around);
    }
  }

  static Enrolment attest(
      AttestPort registrar, Attestation how, TrustedRoots roots, Surroundings around)
      throws InterruptedIOException, EnrolmentRefusedException {
    var keys = TlsKeys.make(around.random());
    var csr = Csr.make(keys, around.random());
    var result = ResultKey.make(around.random());
    var all = new AttestRequest.Keys(keys, csr, result, how.receipts());
    for (int failures = 1; ; failures++) {
      var pause = RenewalTimes.backOff(failures, around.random());
      try {
        roots.look();
        var nonce = registrar.attestChallenge();
        var request = AttestRequest.make(how.role(), how.readToken(), nonce, all);
        var grant = registrar.attest(request);
        return new Enrolment(registrar, around, result, keys, grant, Optional.of(roots));
      } catch (InterruptedIOException e) {
        if (Thread.currentThread().isInterrupted()) throw e;
        LOG.log(Level.WARNING, NOT_YET, how.registrar(), said(e));
      } catch (IOException e) {
        LOG.log(Level.WARNING, NOT_YET, how.registrar(), said(e));
      } catch (IllegalArgumentException e) {
        LOG.log(Level.WARNING, NOT_YET, how.registrar(), how.token() + ": " + e.getMessage());
      }
      pause(pause, around);
    }
  }

  /** A refused connection has no words of its own. */
  private static String said(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
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

  /**
   * Of the public log's entry with the current certificate and this process's keys: only for a head
   * that attested where there is a log. It moves with each renewal, before the listeners are
   * called.
   */
  public OptionalLong registerIndex() {
    return granted.index();
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
    synchronized (this) {
      var renewed = accepted(grant, keys, id());
      granted = grant;
      current = renewed;
      return renewed;
    }
  }

  private synchronized void rootsChanged() {
    var c = current;
    current = new Credentials(c.id(), c.key(), c.chain(), believed(granted));
  }

  private List<X509Certificate> believed(Grant grant) {
    return trusted.map(t -> t.and(grant.roots())).orElseGet(grant::roots);
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
  private Credentials accepted(Grant grant, KeyPair keys, SpiffeId id)
      throws EnrolmentRefusedException {
    var own = new PeerVerifier(grant::roots, id.trustDomain(), id::equals, around.clock());
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
    return new Credentials(id, keys.getPrivate(), grant.chain(), believed(grant));
  }
}
