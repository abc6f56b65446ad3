package dev.windlass.registrar;

import dev.windlass.function.Digest;
import dev.windlass.identity.JoinToken;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tokens that were minted and what became of them, until their time is over. Only the SHA-256
 * of each secret is kept. For any thread.
 */
final class JoinTokens {
  static final int MAX = 1024;
  static final Duration LONGEST_LIFE = Duration.ofHours(24);

  /** What presenting a token comes to. */
  sealed interface Taken {
    record Role(String role) implements Taken {}

    record Not(String why) implements Taken {}
  }

  private record Minted(String role, Instant expires, boolean used) {}

  /** Guarded by this; at most {@link #MAX}. */
  private final Map<Digest, Minted> minted = new LinkedHashMap<>();

  /**
   * @throws IllegalStateException if too many wait already
   */
  synchronized void add(JoinToken token, String role, Instant now, Duration life) {
    if (life.isNegative() || life.isZero() || life.compareTo(LONGEST_LIFE) > 0)
      throw new IllegalArgumentException(
          "a join token lives up to " + LONGEST_LIFE + ", not " + life);
    minted.values().removeIf(m -> !now.isBefore(m.expires().plus(JoinToken.LIFE)));
    if (minted.size() >= MAX)
      throw new IllegalStateException(MAX + " join tokens wait already; they expire by themselves");
    minted.put(key(token), new Minted(role, now.plus(life), false));
  }

  /** Uses the token up; of several threads one gets the role. */
  synchronized Taken take(JoinToken token, Instant now) {
    var found = minted.get(key(token));
    if (found == null) return new Taken.Not("it is unknown here, or forgotten by a restart");
    if (!now.isBefore(found.expires())) return new Taken.Not("it expired at " + found.expires());
    if (found.used()) return new Taken.Not("it was used already");
    minted.put(key(token), new Minted(found.role(), found.expires(), true));
    return new Taken.Role(found.role());
  }

  /** The join came to nothing by a fault of ours: the token is good again. */
  synchronized void giveBack(JoinToken token) {
    minted.computeIfPresent(key(token), (_, m) -> new Minted(m.role(), m.expires(), false));
  }

  /**
   * A digest, so that looking it up says nothing about the secret by the time it takes: who can
   * choose the prefix of a SHA-256 has the secret.
   */
  private static Digest key(JoinToken token) {
    return Digest.ofHash(token.secretDigest());
  }
}
