package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.MerkleTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A batch of receipts as the log has it (trust annex §3.4): the canonical JSON of the batch
 * envelope {@code {"payload":<statement>,"payloadType":…,"signatures":[{"keyid":…,"sig":…}]}}.
 *
 * @param keyId a hint, never evidence
 * @param statement of receipts, with {@code firstSeq}
 */
public record BatchLeaf(String keyId, Bytes sig, BatchStatement statement) {
  private static final Bounds BOUNDS = new Bounds(4096, 4, 32);

  public BatchLeaf {
    Forms.requireText("a key id", keyId, 64);
    if (!statement.leafType().equals(Purpose.RECEIPT.payloadType()))
      throw new IllegalArgumentException(
          "the log takes batches of "
              + Purpose.RECEIPT.payloadType()
              + ", not of "
              + statement.leafType());
    if (statement.firstSeq().isEmpty() || statement.size() > Purpose.RECEIPT.maxBatch())
      throw new IllegalArgumentException(
          "a batch of receipts has firstSeq and at most "
              + Purpose.RECEIPT.maxBatch()
              + " leaves, this is "
              + statement.canonical().utf8());
  }

  /**
   * @throws JsonException unless the octets are the canonical JSON of a batch of receipts
   */
  public static BatchLeaf parse(Bytes leaf) {
    var json = Json.parse(leaf.unsafeArray(), BOUNDS);
    var envelope = Dsse.parse(json.at().only("payload", "payloadType", "signatures"));
    if (!envelope.payloadType().equals(BatchStatement.TYPE) || envelope.signatures().size() != 1)
      throw new JsonException(
          "expected one signature of a "
              + BatchStatement.TYPE
              + ", found "
              + envelope.signatures().size()
              + " of a "
              + envelope.payloadType());
    var signature = envelope.signatures().getFirst();
    var statement = BatchStatement.parse(envelope.payload());
    var batch =
        Forms.read(
            "batch leaf", () -> new BatchLeaf(signature.keyId(), signature.sig(), statement));
    Forms.canonical("batch leaf", batch.toJson(), leaf);
    return batch;
  }

  /** The octets of the leaf. */
  public Bytes canonical() {
    return Bytes.wrap(toJson().canonical());
  }

  /** SHA-256 of the statement: the batch's name. */
  public Digest name() {
    return Digest.of(statement.canonical());
  }

  /** Whether this key signed it and is the one it names. */
  public boolean isSignedBy(Ed25519PublicKey key) {
    return keyId.equals(key.keyId())
        && key.verifies(Dsse.pae(BatchStatement.TYPE, statement.canonical()), sig);
  }

  /**
   * The tree over these payloads, if it is the one that was signed; nothing when size or root
   * differ.
   */
  public Optional<MerkleTree> tree(List<Bytes> payloads) {
    if (payloads.size() != statement.size()) return Optional.empty();
    var tree = treeOf(payloads);
    return Digest.ofHash(tree.root()).equals(statement.root())
        ? Optional.of(tree)
        : Optional.empty();
  }

  /** The envelope of one payload: its signature is this batch's. */
  public Dsse envelope(Bytes payload, int index, MerkleTree tree) {
    var path = tree.path(index).stream().map(Bytes::wrap).toList();
    var batch = new Dsse.Batch(statement.canonical(), index, path);
    return new Dsse(
        Purpose.RECEIPT.payloadType(),
        payload,
        List.of(new Dsse.Signature(keyId, sig, Optional.of(batch))));
  }

  /**
   * @param payloads receipts, at least one
   */
  static MerkleTree treeOf(List<Bytes> payloads) {
    var hash = new MerkleHash();
    var leaves = new ArrayList<byte[]>(payloads.size());
    for (var payload : payloads)
      leaves.add(hash.leaf(Dsse.pae(Purpose.RECEIPT.payloadType(), payload)));
    return new MerkleTree(hash, leaves);
  }

  private Json.Obj toJson() {
    var signature = new Dsse.Signature(keyId, sig, Optional.empty());
    return new Dsse(BatchStatement.TYPE, statement.canonical(), List.of(signature)).toJson();
  }
}
