package dev.windlass.registrar;

import dev.windlass.receipt.Ed25519PublicKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A join on its way into the log. A joiner that was told to come again with the same keys finds
 * what was begun for it, name, certificate and entry, so that the log gets one entry and not one a
 * try. In memory only: when the registrar dies between the log's answer and the registry's line,
 * the log has an entry for a certificate that nobody got, which is harmless.
 */
final class Joining {
  private static final int MOST = 256;
  private static final Duration KEPT = Duration.ofMinutes(5);

  /**
   * @param index of the entry; failed when the log refused it or was away
   */
  record Begun(
      RegisteredKey worker,
      X509Certificate leaf,
      PublicKey tlsKey,
      CompletableFuture<Long> index,
      Instant at) {
    Begun again(CompletableFuture<Long> asked) {
      return new Begun(worker, leaf, tlsKey, asked, at);
    }
  }

  /** How to begin, and how to ask the log for one that it did not enter. */
  interface Maker {
    Begun begin();

    CompletableFuture<Long> append(RegisteredKey worker, Instant at);
  }

  /** Guarded by this; eldest out. */
  private final Map<Ed25519PublicKey, Begun> begun = new LinkedHashMap<>();

  synchronized Begun of(Ed25519PublicKey key, PublicKey tlsKey, Instant now, Maker maker) {
    var known = begun.get(key);
    boolean same =
        known != null && known.tlsKey().equals(tlsKey) && now.isBefore(known.at().plus(KEPT));
    Begun result;
    if (!same) result = maker.begin();
    else if (known.index().isCompletedExceptionally())
      result = known.again(maker.append(known.worker(), known.at()));
    else result = known;
    begun.remove(key);
    begun.put(key, result);
    if (begun.size() > MOST) begun.remove(begun.keySet().iterator().next());
    return result;
  }

  synchronized void done(Ed25519PublicKey key) {
    begun.remove(key);
  }
}
