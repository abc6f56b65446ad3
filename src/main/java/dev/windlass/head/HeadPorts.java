package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.P256Key;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a head needs from its surroundings; the composition root supplies it, as a bean when Quarkus
 * runs.
 */
public interface HeadPorts {
  HeadConfig config();

  /** Where workers dial; port 0 takes a free one. */
  LinkAddress linkAddress();

  /** The head's own credentials. */
  CredentialSource credentials();

  WorkerKeys keys();

  /** The listener hears of each worker whose identity is withdrawn, so that its link is closed. */
  void onRevocation(Consumer<SpiffeId> listener);

  /** {@code trust.json}, as it is now. */
  Bytes trustFile();

  /**
   * Makes a one-time token with which a worker may join.
   *
   * @throws UnsupportedOperationException where the registrar is elsewhere
   */
  JoinToken mintJoinToken();

  /**
   * Withdraws a worker's identity: its link is closed, it is not renewed, and what its key signs
   * from now on does not count.
   *
   * @param name the last segment of its id
   * @return its id; empty where nobody of that name was registered
   * @throws UnsupportedOperationException where the registrar is elsewhere
   * @throws IOException when that could not be written down, and so did not happen
   */
  Optional<Revoked> revokeWorker(String name) throws IOException;

  /** The log; where there is none the head gives no receipts, and nothing below is asked for. */
  Optional<Ledger> ledger();

  /**
   * The log entry that registers a worker's present certificate; empty while there is none, and
   * then no result of the worker counts. Cheap: every request asks.
   */
  Optional<Registration> registration(SpiffeId worker);

  /**
   * The keys that sign this head's receipts; empty until the log has registered them, and receipts
   * wait. Asked often.
   */
  Optional<ReceiptKeys> receiptKeys();

  /** Which log and witnesses this head believes: what it exports it has verified by this. */
  WitnessPolicy policy();

  /** Signs {@code function.publish} entries; empty where somebody else publishes. */
  Optional<Ed25519Key> publisher();

  /** The Kubernetes cluster that says which functions and workers there are; usually none. */
  default Optional<ClusterHeadPorts> cluster() {
    return Optional.empty();
  }

  /** Called once, when workers can dial: the port that the link listens on. */
  void linkListens(int port);

  /**
   * @param index of the leaf
   * @param zone as the registrar saw it
   */
  record Registration(long index, Optional<String> zone) {}

  /**
   * Two keys of one registration: their receipts are one chain.
   *
   * @param head SPIFFE id under which no other keys ever sign: who exports another head's receipt
   *     with its own key is told from its issuer by it
   * @param ed25519 signs batches and epochs
   * @param p256 signs single receipts
   * @param registerIndex of the {@code head.register} entry that names both
   */
  record ReceiptKeys(SpiffeId head, Ed25519Key ed25519, P256Key p256, long registerIndex) {}

  /**
   * @param now false if it was revoked before
   */
  record Revoked(SpiffeId worker, boolean now) {}

  record LinkAddress(String host, int port) {}

  /** A secret, made to be shown once: printed by nothing but its own answer. */
  record JoinToken(String text, Instant notAfter) {
    @Override
    public String toString() {
      return "JoinToken[redacted, until " + notAfter + "]";
    }
  }
}
