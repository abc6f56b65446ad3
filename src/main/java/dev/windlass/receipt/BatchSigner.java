package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.MerkleTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Signs results: one directly, several by one signature over their Merkle root. Which results form
 * a batch is the caller's decision: what queued while the last signature was made. Without state;
 * for any thread.
 */
public final class BatchSigner {
  private static final Purpose PURPOSE = Purpose.RESULT;
  public static final int MAX_BATCH = PURPOSE.maxBatch();

  private final Ed25519Key key;

  public BatchSigner(Ed25519Key key) {
    this.key = key;
  }

  public Ed25519PublicKey publicKey() {
    return key.publicKey();
  }

  /**
   * The signature entry of each payload, in order.
   *
   * @param payloads 1 to {@link #MAX_BATCH} canonical result statements
   */
  public List<Dsse.Signature> sign(List<Bytes> payloads) {
    if (payloads.isEmpty() || payloads.size() > MAX_BATCH)
      throw new IllegalArgumentException(
          "1 to " + MAX_BATCH + " payloads are signed at once, not " + payloads.size());
    return payloads.size() == 1 ? List.of(direct(payloads.getFirst())) : batch(payloads);
  }

  /** An ordinary DSSE signature, whatever else is waiting. */
  public Dsse.Signature direct(Bytes payload) {
    var sig = key.sign(Dsse.pae(PURPOSE.payloadType(), payload));
    return new Dsse.Signature(key.publicKey().keyId(), sig, Optional.empty());
  }

  private List<Dsse.Signature> batch(List<Bytes> payloads) {
    var hash = new MerkleHash();
    var leaves = new ArrayList<byte[]>(payloads.size());
    for (var payload : payloads) leaves.add(hash.leaf(Dsse.pae(PURPOSE.payloadType(), payload)));
    var tree = new MerkleTree(hash, leaves);
    var statement =
        new BatchStatement(
                PURPOSE.payloadType(),
                payloads.size(),
                Digest.ofHash(tree.root()),
                OptionalLong.empty())
            .canonical();
    var sig = key.sign(Dsse.pae(BatchStatement.TYPE, statement));

    var signatures = new ArrayList<Dsse.Signature>(payloads.size());
    for (int i = 0; i < payloads.size(); i++) {
      var path = tree.path(i).stream().map(Bytes::wrap).toList();
      var batch = new Dsse.Batch(statement, i, path);
      signatures.add(new Dsse.Signature(key.publicKey().keyId(), sig, Optional.of(batch)));
    }
    return signatures;
  }
}
