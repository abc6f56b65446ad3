package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import java.time.Instant;
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

  /** Called once, when workers can dial: the port that the link listens on. */
  void linkListens(int port);

  record LinkAddress(String host, int port) {}

  /** A secret, made to be shown once: printed by nothing but its own answer. */
  record JoinToken(String text, Instant notAfter) {
    @Override
    public String toString() {
      return "JoinToken[redacted, until " + notAfter + "]";
    }
  }
}
