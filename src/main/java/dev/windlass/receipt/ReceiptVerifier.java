package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.LogEntry.HeadRegister;
import dev.windlass.receipt.ResultVerifier.Signer;
import dev.windlass.receipt.Verdict.Counts;
import dev.windlass.receipt.Verdict.Refused;
import dev.windlass.receipt.Verdict.Why;
import java.util.Optional;

/**
 * Decides whether a signature on a receipt is a registered head's: directly by its P-256 key, or in
 * a batch by its Ed25519 key. For several threads, as {@link ResultVerifier} is.
 */
public final class ReceiptVerifier {
  private final ResultVerifier batches;

  /**
   * @param rememberedBatches about 600 bytes each
   */
  public ReceiptVerifier(int rememberedBatches) {
    batches = new ResultVerifier(rememberedBatches);
  }

  /** Whether {@code signature} is the head's on this receipt; the key id must be the key's own. */
  public Verdict verify(HeadRegister head, Bytes receipt, Dsse.Signature signature) {
    return signature.batch().isPresent()
        ? batched(head, receipt, signature)
        : direct(head.singles(), receipt, signature);
  }

  private Verdict batched(HeadRegister head, Bytes receipt, Dsse.Signature signature) {
    var key = head.batches();
    if (!signature.keyId().equals(key.keyId())) return otherKey(signature.keyId(), key.keyId());
    var by = new Signer(key, Purpose.RECEIPT);
    return batches.verify(by, Purpose.RECEIPT.payloadType(), receipt, signature);
  }

  private static Verdict direct(P256PublicKey key, Bytes receipt, Dsse.Signature signature) {
    if (!signature.keyId().equals(key.keyId())) return otherKey(signature.keyId(), key.keyId());
    return key.verifies(Dsse.pae(Purpose.RECEIPT.payloadType(), receipt), signature.sig())
        ? new Counts(false)
        : new Refused(Why.SIGNATURE, "does not verify with " + key);
  }

  private static Refused otherKey(String found, String expected) {
    return new Refused(Why.SIGNATURE, "names the key " + found + ", expected " + expected);
  }

  /**
   * The octets of the leaf that a receipt's signature makes: a batch's envelope, or the Rekor body
   * of a single one. Deterministic, because nothing in it can be written in two ways.
   */
  public static Bytes leaf(HeadRegister head, Bytes receipt, Dsse.Signature signature) {
    return signature
        .batch()
        .map(batch -> batchLeaf(head, signature.sig(), batch))
        .orElseGet(
            () ->
                new RekorBody(
                        dev.windlass.function.Digest.of(receipt), signature.sig(), head.singles())
                    .canonical());
  }

  private static Bytes batchLeaf(HeadRegister head, Bytes sig, Dsse.Batch batch) {
    var statement = BatchStatement.parse(batch.statement());
    return new BatchLeaf(head.batches().keyId(), sig, statement).canonical();
  }

  /** The signature of an envelope that has exactly one, and is of a receipt. */
  static Optional<Dsse.Signature> only(Dsse envelope) {
    return envelope.payloadType().equals(Purpose.RECEIPT.payloadType())
            && envelope.signatures().size() == 1
        ? Optional.of(envelope.signatures().getFirst())
        : Optional.empty();
  }
}
