package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.BatchLeaf;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.Purpose;
import dev.windlass.receipt.ReceiptStatement;
import dev.windlass.receipt.RekorBody;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Who may enter what. Nothing here changes anything; a refusal is for good.
 *
 * <p>Entries are signed by those whom the first entry of the log names, and by registered heads.
 * Receipts are signed by a registered head that is not revoked, and their leaf commits to exactly
 * the payloads that came with it; each payload names its head, its place in the head's chain, and
 * the digest of the result envelope beside it. Whether the workers' results hold is for those who
 * verify receipts.
 */
final class Admission {
  private final LogConfig config;
  private final KeyRegistry keys;
  private final Known known;

  /** What the log has of an invocation already. */
  @FunctionalInterface
  interface Known {
    /** The receipt, as it was signed; empty when there is none. */
    Optional<Bytes> payload(UUID invocation) throws IOException;
  }

  Admission(LogConfig config, KeyRegistry keys, Known known) {
    this.config = config;
    this.keys = keys;
    this.known = known;
  }

  /**
   * @throws Judgement.Refused for good
   * @throws IOException when what is known cannot be read now
   */
  Judgement judge(Bytes octets) throws Judgement.Refused, IOException {
    try {
      return switch (Submission.parse(octets)) {
        case Submission.Plain plain -> entry(plain.leaf());
        case Submission.Single single -> single(single);
        case Submission.Batch batch -> batch(batch);
      };
    } catch (JsonException e) {
      throw new Judgement.Refused(Refusal.NOT_CANONICAL, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new Judgement.Refused(Refusal.MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  private Judgement entry(Bytes leaf) throws Judgement.Refused {
    var signed = SignedEntry.parse(leaf);
    var entry = signed.entry();
    switch (entry) {
      case LogEntry.Genesis _ ->
          throw new Judgement.Refused(
              Refusal.SECOND_GENESIS, "the log " + config.origin() + " has its first entry");
      case LogEntry.WorkerRegister worker -> {
        requireSigned(signed, keys.genesis().registrar());
        requireOurs(worker.holder().spiffeId());
        requireOwner(keys.worker(worker.key().keyId()), worker.holder().spiffeId());
      }
      case LogEntry.HeadRegister head -> {
        requireSigned(signed, keys.genesis().registrar());
        requireOurs(head.holder().spiffeId());
        requireOwner(head);
      }
      case LogEntry.WorkerRevoke revoke -> {
        requireSigned(signed, keys.genesis().registrar());
        requireHolder(keys.worker(revoke.keyId()), revoke.keyId(), revoke.spiffeId());
      }
      case LogEntry.HeadRevoke revoke -> {
        requireSigned(signed, keys.genesis().registrar());
        requireHolder(
            keys.head(revoke.keyId()).map(Keys.Head::holder), revoke.keyId(), revoke.spiffeId());
      }
      case LogEntry.FunctionPublish _ -> requireSigned(signed, keys.genesis().operator());
      case LogEntry.HeadEpoch epoch -> {
        var head = head(signed.keyId(), epoch.at());
        requireSigned(signed, head.batches());
        if (!epoch.keyId().equals(signed.keyId()))
          throw new Judgement.Refused(
              Refusal.WRONG_STATEMENT,
              "an epoch of " + epoch.keyId() + ", signed by " + signed.keyId());
      }
    }
    return new Judgement.Entry(leaf, entry);
  }

  private Judgement batch(Submission.Batch batch) throws Judgement.Refused {
    var leaf = BatchLeaf.parse(batch.leaf());
    var newest = Instant.MIN;
    var head = head(leaf.keyId());
    if (!head.batches().keyId().equals(leaf.keyId()))
      throw new Judgement.Refused(
          Refusal.NOT_ALLOWED, leaf.keyId() + " signs single receipts, not batches");
    if (!leaf.isSignedBy(head.batches())) throw badSignature(leaf.keyId());
    if (leaf.tree(batch.payloads()).isEmpty())
      throw new Judgement.Refused(
          Refusal.WRONG_PAYLOAD,
          "%d payloads are not those of %s"
              .formatted(batch.items().size(), leaf.statement().canonical().utf8()));
    long seq = leaf.statement().firstSeq().orElseThrow();
    var ids = new ArrayList<UUID>(batch.items().size());
    for (var item : batch.items()) {
      var receipt = ReceiptStatement.parse(item.payload());
      requireOf(receipt, head.holder(), seq++);
      requireResults(receipt, item.results());
      ids.add(UUID.fromString(receipt.id()));
      var finished = receipt.draft().invocation().finishedAt();
      if (finished.isAfter(newest)) newest = finished;
    }
    requireGood(head.holder(), leaf.keyId(), newest);
    if (new HashSet<>(ids).size() != ids.size())
      throw new Judgement.Refused(Refusal.WRONG_STATEMENT, "an invocation has two receipts here");
    return new Judgement.Receipts(batch.leaf(), ids);
  }

  private Judgement single(Submission.Single single) throws Judgement.Refused, IOException {
    var body = RekorBody.parse(single.leaf());
    var envelope = Dsse.parse(single.envelope().unsafeArray());
    requireCanonical(envelope, single.envelope());
    if (!envelope.payloadType().equals(Purpose.RECEIPT.payloadType())
        || envelope.signatures().size() != 1
        || envelope.signatures().getFirst().batch().isPresent()
        || !envelope.signatures().getFirst().sig().equals(body.sig()))
      throw new Judgement.Refused(
          Refusal.WRONG_PAYLOAD, "the envelope is not one receipt with the signature of the leaf");
    var payload = envelope.payload();
    var receipt = ReceiptStatement.parse(payload);
    var head = head(body.key().keyId());
    if (!head.singles().equals(body.key()))
      throw new Judgement.Refused(
          Refusal.NOT_ALLOWED, body.key() + " is not the key of a head for single receipts");
    if (!body.isOf(payload)) throw badSignature(body.key().keyId());
    requireResults(receipt, single.results());
    var id = UUID.fromString(receipt.id());
    boolean own = receipt.draft().head().id().equals(head.holder().id());
    var logged = known.payload(id);
    if (logged.isPresent() && logged.get().equals(payload)) {
      if (head.holder().isRevoked()) throw revoked(body.key().keyId(), head.holder());
      return new Judgement.Export(single.leaf());
    }
    if (!own)
      throw new Judgement.Refused(
          Refusal.WRONG_STATEMENT,
          "a receipt of %s, signed by %s, and the log has none of %s to be exported"
              .formatted(receipt.draft().head().id(), head.holder().id(), id));
    requireOf(receipt, head.holder(), receipt.seq());
    requireGood(head.holder(), body.key().keyId(), receipt.draft().invocation().finishedAt());
    return new Judgement.Receipts(single.leaf(), List.of(id));
  }

  private Keys.Head head(String keyId, Instant at) throws Judgement.Refused {
    var head = head(keyId);
    requireGood(head.holder(), keyId, at);
    return head;
  }

  private Keys.Head head(String keyId) throws Judgement.Refused {
    return keys.head(keyId)
        .orElseThrow(
            () ->
                new Judgement.Refused(
                    Refusal.UNKNOWN_KEY, keyId + " is no registered head's key in this log"));
  }

  private static void requireGood(Keys.Holder holder, String keyId, Instant at)
      throws Judgement.Refused {
    if (holder.isRevoked()) throw revoked(keyId, holder);
    if (!holder.lasts(at))
      throw new Judgement.Refused(
          Refusal.EXPIRED_KEY,
          "%s of %s was good until %s, this is of %s"
              .formatted(keyId, holder.id(), holder.newest().notAfter(), at));
  }

  private static Judgement.Refused revoked(String keyId, Keys.Holder holder) {
    return new Judgement.Refused(
        Refusal.REVOKED_KEY, keyId + " of " + holder.id() + " was revoked");
  }

  private static void requireSigned(SignedEntry signed, Ed25519PublicKey expected)
      throws Judgement.Refused {
    if (!signed.keyId().equals(expected.keyId()))
      throw new Judgement.Refused(
          Refusal.NOT_ALLOWED,
          "%s is signed by %s, expected %s"
              .formatted(signed.entry().type(), signed.keyId(), expected.keyId()));
    if (!signed.isSignedBy(expected)) throw badSignature(expected.keyId());
  }

  private static Judgement.Refused badSignature(String keyId) {
    return new Judgement.Refused(Refusal.BAD_SIGNATURE, "does not verify with " + keyId);
  }

  private void requireOurs(String spiffeId) throws Judgement.Refused {
    if (!spiffeId.startsWith("spiffe://" + config.trustDomain() + "/"))
      throw new Judgement.Refused(
          Refusal.WRONG_STATEMENT,
          spiffeId + " is not of the trust domain " + config.trustDomain());
  }

  private static void requireOwner(Optional<Keys.Holder> known, String spiffeId)
      throws Judgement.Refused {
    if (known.isPresent() && !known.get().id().equals(spiffeId))
      throw new Judgement.Refused(
          Refusal.NOT_ALLOWED, "the key of " + known.get().id() + ", not of " + spiffeId);
  }

  private void requireOwner(LogEntry.HeadRegister head) throws Judgement.Refused {
    for (var keyId : new String[] {head.batches().keyId(), head.singles().keyId()}) {
      var found = keys.head(keyId);
      requireOwner(found.map(Keys.Head::holder), head.holder().spiffeId());
      boolean same =
          found
              .map(h -> h.batches().equals(head.batches()) && h.singles().equals(head.singles()))
              .orElse(true);
      if (!same)
        throw new Judgement.Refused(
            Refusal.NOT_ALLOWED, keyId + " is registered together with another key");
    }
  }

  private static void requireHolder(Optional<Keys.Holder> found, String keyId, String spiffeId)
      throws Judgement.Refused {
    if (found.isEmpty())
      throw new Judgement.Refused(Refusal.UNKNOWN_KEY, keyId + " is not registered in this log");
    requireOwner(found, spiffeId);
  }

  private static void requireOf(ReceiptStatement receipt, Keys.Holder head, long seq)
      throws Judgement.Refused {
    if (!receipt.draft().head().id().equals(head.id()))
      throw new Judgement.Refused(
          Refusal.WRONG_STATEMENT,
          "a receipt of " + receipt.draft().head().id() + ", signed by " + head.id());
    if (receipt.seq() != seq)
      throw new Judgement.Refused(
          Refusal.WRONG_STATEMENT, "a receipt of seq " + receipt.seq() + ", expected " + seq);
  }

  private static void requireResults(ReceiptStatement receipt, Bytes results)
      throws Judgement.Refused {
    var digest = Digest.of(results);
    if (!digest.equals(receipt.draft().certificate().envelope()))
      throw new Judgement.Refused(
          Refusal.WRONG_RESULTS,
          "results with digest %s, the receipt of %s names %s"
              .formatted(digest, receipt.id(), receipt.draft().certificate().envelope()));
  }

  private static void requireCanonical(Dsse envelope, Bytes octets) throws Judgement.Refused {
    if (!Arrays.equals(envelope.toJson().canonical(), octets.unsafeArray()))
      throw new Judgement.Refused(
          Refusal.NOT_CANONICAL, "the envelope is not the canonical JSON of what it says");
  }
}
