package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import java.time.Instant;
import java.util.Optional;

/**
 * What somebody entered in the log about identities and functions (trust annex §1.6). Its payload
 * is canonical {@code {"at":time,"body":{…},"type":…,"v":1}}; who signed it is in {@link
 * SignedEntry}.
 *
 * <p>All times are cut to the millisecond.
 */
public sealed interface LogEntry {
  /** The payload type under which entries are signed. */
  String PAYLOAD_TYPE = "application/vnd.windlass.entry.v1+json";

  /** When its actor signed it, by the actor's own clock. */
  Instant at();

  /** Its type, such as {@code worker.register}. */
  default String type() {
    return LogEntryJson.type(this);
  }

  /** The octets that are signed: RFC 8785. */
  default Bytes canonical() {
    return Bytes.wrap(LogEntryJson.toJson(this).canonical());
  }

  /**
   * @throws JsonException unless the text is the canonical JSON of an entry
   */
  static LogEntry parse(Bytes text) {
    return LogEntryJson.parse(text);
  }

  /**
   * {@code log.genesis}: leaf 0 of every log, signed by the operator. It says whose word counts in
   * the rest of it.
   *
   * @param origin of the log's checkpoints
   * @param operator signs {@code function.publish} where no user does
   * @param registrar signs registrations and revocations
   * @param policy text of the tlog-policy that the log was begun with
   * @param parameters the sheet of trust annex §9, as far as the operator promises it
   */
  record Genesis(
      Instant at,
      String origin,
      String trustDomain,
      Ed25519PublicKey operator,
      Ed25519PublicKey registrar,
      String policy,
      Json.Obj parameters)
      implements LogEntry {
    public static final int MAX_POLICY = 16_384;

    public Genesis {
      at = Forms.time(at);
      Forms.requireText("origin", origin, 255);
      Forms.requireText("trustDomain", trustDomain, 255);
      Forms.requireText("policy", policy, MAX_POLICY);
    }
  }

  /**
   * What the registrar knows of a key's holder when it enters the key.
   *
   * @param spiffeId whole
   * @param certificate SHA-256 of the DER certificate
   * @param zone as the registrar saw it; absent when unknown
   * @param notAfter until when the keys may be used, the end of the certificate
   */
  record Holder(String spiffeId, Digest certificate, Optional<String> zone, Instant notAfter) {
    public Holder {
      Forms.requireSpiffeId(spiffeId);
      zone.ifPresent(z -> Forms.requireText("zone", z, ReceiptDraft.Worker.MAX_ZONE));
      notAfter = Forms.time(notAfter);
    }
  }

  /**
   * {@code worker.register}: from here on results of this key count.
   *
   * @param key for results
   * @param x25519 SPKI of its HPKE key
   * @param engine fingerprint, as in its results
   */
  record WorkerRegister(
      Instant at,
      Holder holder,
      Ed25519PublicKey key,
      Optional<Bytes> x25519,
      Optional<Digest> engine)
      implements LogEntry {
    public WorkerRegister {
      at = Forms.time(at);
      x25519.ifPresent(WorkerRegister::requireX25519);
    }

    private static void requireX25519(Bytes spki) {
      if (!spki.hex().startsWith("302a300506032b656e032100") || spki.size() != 44)
        throw new IllegalArgumentException(
            "not the SubjectPublicKeyInfo of an X25519 key (44 octets of RFC 8410): " + spki);
    }
  }

  /**
   * {@code head.register}: from here on receipts of these keys count; they share one chain of
   * {@code seq}.
   *
   * @param batches Ed25519, signs batches and epochs
   * @param singles P-256, signs single receipts
   */
  record HeadRegister(Instant at, Holder holder, Ed25519PublicKey batches, P256PublicKey singles)
      implements LogEntry {
    public HeadRegister {
      at = Forms.time(at);
    }
  }

  /** {@code worker.revoke}: from here on results of this key count no more. */
  record WorkerRevoke(Instant at, String spiffeId, String keyId, String reason)
      implements LogEntry {
    public WorkerRevoke {
      at = Forms.time(at);
      requireRevocation(spiffeId, keyId, reason);
    }
  }

  /**
   * {@code head.revoke}: from here on receipts of this head's keys count no more.
   *
   * @param keyId of the registered Ed25519 key; the P-256 key goes with it
   */
  record HeadRevoke(Instant at, String spiffeId, String keyId, String reason) implements LogEntry {
    public HeadRevoke {
      at = Forms.time(at);
      requireRevocation(spiffeId, keyId, reason);
    }
  }

  /**
   * {@code function.publish}: a version exists.
   *
   * @param version as receipts write it behind the {@code @}
   */
  record FunctionPublish(
      Instant at,
      FunctionName name,
      String version,
      Digest module,
      Digest manifest,
      ExecutionPolicy policy)
      implements LogEntry {
    public FunctionPublish {
      at = Forms.time(at);
      Forms.requireText("version", version, 128);
    }

    /** {@code namespace/name@version}. */
    public String fullName() {
      return name + "@" + version;
    }
  }

  /**
   * {@code head.epoch}: the receipts of one head without a gap, signed by the head.
   *
   * @param keyId of the head's registered Ed25519 key
   * @param lastSeq {@code firstSeq - 1} when there were none
   * @param root RFC 6962 root whose entries are the 32 octets of SHA-256 of each payload, in the
   *     order of {@code seq}
   */
  record HeadEpoch(Instant at, String keyId, long firstSeq, long lastSeq, Digest root)
      implements LogEntry {
    public HeadEpoch {
      at = Forms.time(at);
      Forms.requireText("a key id", keyId, 64);
      if (firstSeq < 1 || lastSeq < firstSeq - 1 || lastSeq > Json.MAX_INTEGER)
        throw new IllegalArgumentException(
            "expected 1 <= firstSeq <= lastSeq + 1, not " + firstSeq + " and " + lastSeq);
    }

    public long count() {
      return lastSeq - firstSeq + 1;
    }
  }

  private static void requireRevocation(String spiffeId, String keyId, String reason) {
    Forms.requireSpiffeId(spiffeId);
    Forms.requireText("a key id", keyId, 64);
    Forms.requireText("reason", reason, 512);
  }
}
