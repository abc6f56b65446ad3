package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Verdict.Counts;
import dev.windlass.receipt.Verdict.Refused;
import dev.windlass.receipt.Verdict.Why;
import dev.windlass.tlog.Inclusion;
import dev.windlass.tlog.MerkleHash;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides which signatures of an envelope count (trust annex §3.4). Remembers the batch statements
 * it has verified, least recently used out, so that a batch costs one signature check; a remembered
 * statement excuses only the very signature that was verified.
 *
 * <p>For several threads: only what it remembers is locked, never arithmetic, so that two threads
 * may verify one new batch at the same time.
 */
public final class ResultVerifier {
  private static final Bounds RECEIPT_BOUNDS = Bounds.DEFAULT;

  /** Guarded by itself. */
  private final Map<BatchKey, Verified> verified;

  private record BatchKey(Ed25519PublicKey key, Bytes statement) {}

  private record Verified(Bytes sig, BatchStatement statement) {}

  /**
   * @param rememberedBatches about 600 bytes each
   */
  public ResultVerifier(int rememberedBatches) {
    if (rememberedBatches < 1)
      throw new IllegalArgumentException("remember at least 1 batch, not " + rememberedBatches);
    verified =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<BatchKey, Verified> eldest) {
            return size() > rememberedBatches;
          }
        };
  }

  /** Batches remembered now. */
  int remembered() {
    synchronized (verified) {
      return verified.size();
    }
  }

  /** Whether {@code signature} is {@code key}'s on this result. */
  public Verdict verify(Ed25519PublicKey key, Bytes payload, Dsse.Signature signature) {
    return verify(
        new Signer(key, Purpose.RESULT), Purpose.RESULT.payloadType(), payload, signature);
  }

  /** A registered key and what it may sign. */
  public record Signer(Ed25519PublicKey key, Purpose purpose) {}

  /**
   * The keys that signed the envelope, each once, however often it signed.
   *
   * @param registered finds a key by its id; nothing for an unknown one
   */
  public Set<Ed25519PublicKey> signers(
      Dsse envelope, Function<String, Optional<Signer>> registered) {
    var signers = new LinkedHashSet<Ed25519PublicKey>();
    for (var signature : envelope.signatures()) {
      var signer = registered.apply(signature.keyId());
      if (signer.isEmpty() || signers.contains(signer.get().key())) continue;
      var verdict = verify(signer.get(), envelope.payloadType(), envelope.payload(), signature);
      if (verdict instanceof Counts) signers.add(signer.get().key());
    }
    return signers;
  }

  /** Whether {@code signature} is the signer's on this payload, and within his purpose. */
  public Verdict verify(Signer by, String payloadType, Bytes payload, Dsse.Signature signature) {
    if (!payloadType.equals(by.purpose().payloadType()))
      return new Refused(
          Why.TYPE, "the key may sign " + by.purpose().payloadType() + ", not " + payloadType);
    if (signature.batch().isPresent())
      return batched(by, payload, signature.sig(), signature.batch().get());
    return by.key().verifies(Dsse.pae(payloadType, payload), signature.sig())
        ? new Counts(false)
        : new Refused(Why.SIGNATURE, "does not verify with " + by.key());
  }

  private Verdict batched(Signer by, Bytes payload, Bytes sig, Dsse.Batch batch) {
    var memory = new BatchKey(by.key(), batch.statement());
    Verified known;
    synchronized (verified) {
      known = verified.get(memory);
    }
    BatchStatement statement;
    if (known != null) {
      statement = known.statement();
    } else {
      try {
        statement = BatchStatement.parse(batch.statement());
      } catch (JsonException e) {
        return new Refused(Why.BATCH_STATEMENT, String.valueOf(e.getMessage()));
      }
    }
    var refused = place(by.purpose(), statement, batch);
    if (refused != null) return refused;
    if (known == null || !known.sig().equals(sig)) {
      if (!by.key().verifies(Dsse.pae(BatchStatement.TYPE, batch.statement()), sig))
        return new Refused(Why.SIGNATURE, "batch statement does not verify with " + by.key());
      synchronized (verified) {
        verified.put(memory, new Verified(sig, statement));
      }
    }
    return leaf(by.purpose(), statement, payload, batch);
  }

  /** Steps 1 and 2: what can be refused before any arithmetic. */
  private static @Nullable Refused place(Purpose purpose, BatchStatement statement, Dsse.Batch at) {
    if (!statement.leafType().equals(purpose.payloadType()))
      return new Refused(
          Why.TYPE, "leaves are " + statement.leafType() + ", not " + purpose.payloadType());
    if (statement.size() > purpose.maxBatch())
      return new Refused(
          Why.BATCH_SIZE, statement.size() + " leaves, at most " + purpose.maxBatch());
    if (at.index() < 0 || at.index() >= statement.size())
      return new Refused(
          Why.BATCH_INDEX, "index " + at.index() + " in a batch of " + statement.size());
    if ((purpose == Purpose.RESULT) != statement.firstSeq().isEmpty())
      return new Refused(Why.BATCH_STATEMENT, "firstSeq is for receipts, and for each of them");
    return null;
  }

  /** Steps 4 and 5. */
  private Verdict leaf(Purpose purpose, BatchStatement statement, Bytes payload, Dsse.Batch at) {
    var hash = new MerkleHash();
    var leaf = hash.leaf(Dsse.pae(purpose.payloadType(), payload));
    List<byte[]> path = at.path().stream().map(Bytes::unsafeArray).toList();
    var root = Inclusion.root(hash, leaf, at.index(), statement.size(), path);
    if (root.isEmpty())
      return new Refused(
          Why.BATCH_PATH,
          path.size()
              + " hashes do not fit index "
              + at.index()
              + " in a batch of "
              + statement.size());
    var reached = Digest.ofHash(root.get());
    if (!reached.equals(statement.root()))
      return new Refused(
          Why.BATCH_PATH, "the path leads to " + reached + ", signed is " + statement.root());
    return statement.firstSeq().isPresent()
        ? sequence(payload, statement.firstSeq().getAsLong() + at.index())
        : new Counts(true);
  }

  private static Verdict sequence(Bytes receipt, long expected) {
    try {
      var at = Json.parse(receipt.unsafeArray(), RECEIPT_BOUNDS).at();
      long seq = at.get("predicate").get("head").get("seq").integer(1, Json.MAX_INTEGER);
      return seq == expected
          ? new Counts(true)
          : new Refused(Why.SEQUENCE, "head.seq is " + seq + ", its place is " + expected);
    } catch (JsonException e) {
      return new Refused(Why.SEQUENCE, String.valueOf(e.getMessage()));
    }
  }
}
