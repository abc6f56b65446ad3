package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.tlog.MerkleTree;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Signs a head's receipts: one directly with P-256, several by one Ed25519 signature over their
 * Merkle root. Without state; for any thread.
 */
public final class ReceiptSigner {
  public static final int MAX_BATCH = Purpose.RECEIPT.maxBatch();

  private final Ed25519Key batches;
  private final P256Key singles;

  public ReceiptSigner(Ed25519Key batches, P256Key singles) {
    this.batches = batches;
    this.singles = singles;
  }

  /**
   * @param leaf octets for the log
   */
  public record Single(Dsse envelope, Bytes leaf) {}

  /**
   * @param tree over {@code payloads}
   */
  public record Batch(BatchLeaf leaf, List<Bytes> payloads, MerkleTree tree) {
    public Batch {
      payloads = List.copyOf(payloads);
    }

    /** The envelope of one of them. */
    public Dsse envelope(int index) {
      return leaf.envelope(payloads.get(index), index, tree);
    }
  }

  /** An ordinary DSSE signature, and the log's leaf of it; also for an export. */
  public Single single(Bytes payload) {
    var type = Purpose.RECEIPT.payloadType();
    var key = singles.publicKey();
    var sig = singles.sign(Dsse.pae(type, payload));
    var signature = new Dsse.Signature(key.keyId(), sig, Optional.empty());
    return new Single(
        new Dsse(type, payload, List.of(signature)),
        new RekorBody(Digest.of(payload), sig, key).canonical());
  }

  /**
   * One signature over all of them.
   *
   * @param payloads 2 to {@link #MAX_BATCH} canonical receipts with rising {@code seq}
   * @param firstSeq of the first
   */
  public Batch batch(List<Bytes> payloads, long firstSeq) {
    if (payloads.size() < 2 || payloads.size() > MAX_BATCH)
      throw new IllegalArgumentException(
          "a batch has 2 to " + MAX_BATCH + " receipts, not " + payloads.size());
    var tree = BatchLeaf.treeOf(payloads);
    var statement =
        new BatchStatement(
            Purpose.RECEIPT.payloadType(),
            payloads.size(),
            Digest.ofHash(tree.root()),
            OptionalLong.of(firstSeq));
    var sig = batches.sign(Dsse.pae(BatchStatement.TYPE, statement.canonical()));
    return new Batch(new BatchLeaf(batches.publicKey().keyId(), sig, statement), payloads, tree);
  }
}
