package dev.windlass.log;

import java.util.Locale;

/** Why a submission is not taken. Each is for good: the same octets will never pass. */
public enum Refusal {
  /** Longer than a submission, an entry or a part of one may be. */
  TOO_LARGE,
  /** Not the octets of a submission, or its parts are not what their types say. */
  MALFORMED,
  /** Parses, but is not the canonical JSON of what it says. */
  NOT_CANONICAL,
  /** The signing key is not registered in this log for what it signed. */
  UNKNOWN_KEY,
  /** The signing key was revoked. */
  REVOKED_KEY,
  /** Signed after the registration of the key ended. */
  EXPIRED_KEY,
  /** The key is registered, but not for entries of this type. */
  NOT_ALLOWED,
  /** A signature does not verify. */
  BAD_SIGNATURE,
  /** Payloads are not those that the leaf commits to. */
  WRONG_PAYLOAD,
  /** A payload names another head, another sequence number or another log than it may. */
  WRONG_STATEMENT,
  /** Result envelopes are not those that the receipt names. */
  WRONG_RESULTS,
  /** A log begins once. */
  SECOND_GENESIS;

  /** Lower case, words joined by {@code -}: for JSON, labels and log lines. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
