package dev.windlass.registrar;

import dev.windlass.function.Digest;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.Surroundings;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256PublicKey;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A head in the registrar's process: its credentials, and where the log has its receipt keys. Each
 * new certificate is a {@code head.register} entry with the same keys, because the time in which
 * they count moves with it. While the log is away the older entry stands, which is good for at
 * least half a certificate's life; it is asked again after 1 s to 60 s.
 */
public final class LocalHead implements CredentialSource, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LocalHead.class.getName());
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /**
   * In the log.
   *
   * @param index of the entry with the newest certificate that the log has
   * @param notAfter until when the keys count by it
   */
  public record Registration(long index, java.time.Instant notAfter) {}

  private final CredentialSource credentials;
  private final Optional<EntryLog> log;
  private final Ed25519PublicKey batches;
  private final P256PublicKey singles;
  private final Surroundings around;
  private final CompletableFuture<Registration> first = new CompletableFuture<>();
  private volatile @Nullable Registration registration;
  private volatile boolean closed;

  LocalHead(
      CredentialSource credentials,
      Optional<EntryLog> log,
      Ed25519PublicKey batches,
      P256PublicKey singles,
      Surroundings around) {
    this.credentials = credentials;
    this.log = log;
    this.batches = batches;
    this.singles = singles;
    this.around = around;
    credentials.onRenewal(this::register);
    register(credentials.current());
  }

  @Override
  public Credentials current() {
    return credentials.current();
  }

  @Override
  public void onRenewal(Consumer<Credentials> listener) {
    credentials.onRenewal(listener);
  }

  /** Empty until the log has it for the first time, and always where there is no log. */
  public Optional<Registration> registration() {
    return Optional.ofNullable(registration);
  }

  /** Completes when the log has it for the first time; never where there is no log. */
  public CompletableFuture<Registration> registered() {
    return first.copy();
  }

  /** Registers no more. */
  @Override
  public void close() {
    closed = true;
  }

  private void register(Credentials issued) {
    if (log.isEmpty()) return;
    var holder = EntryLog.holder(issued.id(), digest(issued), issued.notAfter());
    var entry = new LogEntry.HeadRegister(around.clock().instant(), holder, batches, singles);
    around.delays().after(Duration.ZERO, () -> enter(log.get(), issued, entry, 1));
  }

  /** The same entry each time, so that an answer that was lost costs no second leaf. */
  private void enter(
      EntryLog entries, Credentials issued, LogEntry.HeadRegister entry, int attempt) {
    if (closed || !issued.equals(current())) return;
    try {
      long index = entries.await(entries.append(entry));
      var entered = new Registration(index, issued.notAfter());
      registration = entered;
      first.complete(entered);
      LOG.log(Level.INFO, "head registered id={0} logIndex={1,number,#}", issued.id(), index);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "couldn't register the head, will try again: " + e.getMessage());
      var doubled = Duration.ofSeconds(1L << Math.min(attempt - 1, 6));
      var pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
      around.delays().after(pause, () -> enter(entries, issued, entry, attempt + 1));
    }
  }

  private static Digest digest(Credentials issued) {
    try {
      return Digest.of(issued.chain().getFirst().getEncoded());
    } catch (CertificateEncodingException e) {
      throw new AssertionError("a certificate just made has a DER form", e);
    }
  }
}
