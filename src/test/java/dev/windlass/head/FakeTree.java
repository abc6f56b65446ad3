package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.json.Json;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.RegistryProof;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.MerkleTree;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogProof;
import dev.windlass.tlog.WitnessPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A real tree with a real checkpoint and one witness, in memory; registered heads and workers. */
final class FakeTree {
  private static final String ORIGIN = "log.test/ledger";
  private static final Instant SINCE = Instant.now().minusSeconds(60);

  private final SigningKey log = new SigningKey(ORIGIN, seed(81));
  private final SigningKey witness = new SigningKey("w1.test/witness", seed(82));
  private final Ed25519Key registrar = FakeLedger.key(83);
  private final MerkleHash hash = new MerkleHash();
  private final List<byte[]> leaves = new ArrayList<>();
  private final TreeMap<Long, SignedEntry> registry = new TreeMap<>();
  private final Map<Bytes, Long> entries = new HashMap<>();

  FakeTree(Ed25519Key operator) {
    var genesis =
        new LogEntry.Genesis(
            SINCE,
            ORIGIN,
            "test",
            operator.publicKey(),
            registrar.publicKey(),
            policy().text(),
            Json.object().build());
    register(SignedEntry.sign(genesis, operator));
  }

  private static byte[] seed(int first) {
    var seed = new byte[32];
    seed[0] = (byte) first;
    return seed;
  }

  WitnessPolicy policy() {
    var one = new WitnessPolicy.Witness("w1", witness.cosigner(), Optional.empty());
    return WitnessPolicy.of(log.verifier(), List.of(one), 1);
  }

  long registerWorker(SpiffeId id, Ed25519PublicKey key) {
    return register(
        SignedEntry.sign(
            new LogEntry.WorkerRegister(SINCE, holder(id), key, Optional.empty(), Optional.empty()),
            registrar));
  }

  long registerHead(HeadPorts.ReceiptKeys keys) {
    return register(
        SignedEntry.sign(
            new LogEntry.HeadRegister(
                SINCE, holder(keys.head()), keys.ed25519().publicKey(), keys.p256().publicKey()),
            registrar));
  }

  private static LogEntry.Holder holder(SpiffeId id) {
    return new LogEntry.Holder(
        id.toString(),
        Digest.of(Bytes.utf8(id.toString())),
        Optional.of("zone-1"),
        SINCE.plusSeconds(3_600));
  }

  private long register(SignedEntry entry) {
    long index = add(entry.leaf());
    registry.put(index, entry);
    return index;
  }

  long add(Bytes leaf) {
    leaves.add(hash.leaf(leaf.unsafeArray()));
    return leaves.size() - 1;
  }

  void note(LogEntry entry, long index) {
    entries.put(entry.canonical(), index);
  }

  /** Of an entry that is in the tree once. */
  long indexOf(LogEntry entry) {
    return entries.get(entry.canonical());
  }

  Bytes proof(long index) {
    return Bytes.wrap(new TlogProof(Optional.empty(), index, path(index), note()).encode());
  }

  Bytes file(long index, Dsse receipt, Dsse results) {
    var items = new ArrayList<RegistryProof.Item>();
    registry.forEach((at, entry) -> items.add(new RegistryProof.Item(at, entry, path(at))));
    var proofs = new RegistryProof(items);
    return new ReceiptFile(receipt, results, proofs, index, path(index), note()).encode();
  }

  private List<Hash> path(long index) {
    return tree().path((int) index).stream().map(Hash::wrap).toList();
  }

  private Note note() {
    var checkpoint = new Checkpoint(ORIGIN, leaves.size(), Hash.wrap(tree().root()));
    var signed = log.sign(checkpoint);
    return signed.with(witness.cosign(signed.text(), Instant.now()));
  }

  private MerkleTree tree() {
    return new MerkleTree(hash, leaves);
  }
}
