package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Json;
import dev.windlass.receipt.LogEntry.Genesis;
import dev.windlass.receipt.LogEntry.HeadRegister;
import dev.windlass.receipt.LogEntry.Holder;
import dev.windlass.receipt.LogEntry.WorkerRegister;
import dev.windlass.receipt.ResultStatement.End;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Frontier;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.MerkleTree;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.WitnessPolicy;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A log in memory with a genesis entry, a head, three workers and three witnesses, of which two
 * must cosign; all of it with the real formats.
 */
final class SmallLog {
  static final String ORIGIN = "log.test/ledger";

  /** When the run was. */
  static final Instant RUN = Instant.parse("2026-11-23T05:00:00.120Z");

  static final Instant FINISHED = RUN.plusMillis(31);
  static final Instant WITNESSED = Instant.parse("2026-11-23T05:00:02Z");
  static final Bytes OUTPUT = Bytes.utf8("Hello, Ada");
  static final Bytes INPUT = Bytes.utf8("Ada");
  static final Digest MODULE = Digest.of(Bytes.utf8("module"));
  static final String HEAD = "spiffe://test/ns/default/head/h1";
  static final ExecutionPolicy SINGLE = ExecutionPolicy.single("det-1");

  final SigningKey logKey = new SigningKey(ORIGIN, seed(1).toArray());
  final List<SigningKey> witnesses =
      List.of(
          new SigningKey("w1.test/witness", seed(2).toArray()),
          new SigningKey("w2.test/witness", seed(3).toArray()),
          new SigningKey("w3.test/witness", seed(4).toArray()));
  final WitnessPolicy policy =
      WitnessPolicy.of(
          logKey.verifier(),
          witnesses.stream()
              .map(
                  w ->
                      new WitnessPolicy.Witness(
                          w.name().substring(0, 2), w.cosigner(), Optional.empty()))
              .toList(),
          2);
  final Ed25519Key operator = key(10);
  final Ed25519Key registrar = key(11);
  final Ed25519Key headKey = key(12);
  final P256Key headP256 = P256Key.make(new SecureRandom());
  final ReceiptSigner signer = new ReceiptSigner(headKey, headP256);
  final List<Ed25519Key> workers = List.of(key(20), key(21), key(22));
  final List<Bytes> leaves = new ArrayList<>();

  /** Genesis is leaf 0, the head 1, the workers 2 to 4. */
  SmallLog() {
    append(genesis(), operator);
    append(head(HEAD, headKey, headP256.publicKey()), registrar);
    for (int i = 0; i < workers.size(); i++)
      append(worker(i, Optional.of("zone-" + i), RUN.plusSeconds(3600)), registrar);
  }

  static Bytes seed(int first) {
    var seed = new byte[32];
    Arrays.fill(seed, (byte) first);
    return Bytes.wrap(seed);
  }

  static Ed25519Key key(int first) {
    return new Ed25519Key(seed(first));
  }

  Genesis genesis() {
    return new Genesis(
        RUN.minusSeconds(600),
        ORIGIN,
        "test",
        operator.publicKey(),
        registrar.publicKey(),
        policy.text(),
        Json.object().put("mmdSeconds", 10).build());
  }

  HeadRegister head(String id, Ed25519Key batches, P256PublicKey singles) {
    return new HeadRegister(
        RUN.minusSeconds(500), holder(id, Optional.empty()), batches.publicKey(), singles);
  }

  WorkerRegister worker(int i, Optional<String> zone, Instant notAfter) {
    var holder = new Holder(workerId(i), Digest.of(Bytes.utf8("certificate " + i)), zone, notAfter);
    return new WorkerRegister(
        RUN.minusSeconds(400 - i),
        holder,
        workers.get(i).publicKey(),
        Optional.empty(),
        Optional.of(Digest.of(Bytes.utf8("engine"))));
  }

  static Holder holder(String id, Optional<String> zone) {
    return new Holder(id, Digest.of(Bytes.utf8("certificate")), zone, RUN.plusSeconds(3600));
  }

  static String workerId(int i) {
    return "spiffe://test/ns/default/worker/w" + i;
  }

  long append(LogEntry entry, Ed25519Key by) {
    return append(SignedEntry.sign(entry, by).leaf());
  }

  long append(Bytes leaf) {
    leaves.add(leaf);
    return leaves.size() - 1L;
  }

  static Hash hash(Bytes leaf) {
    return Hash.wrap(new MerkleHash().leaf(leaf.unsafeArray()));
  }

  MerkleTree tree() {
    return new MerkleTree(
        new MerkleHash(), leaves.stream().map(leaf -> hash(leaf).toArray()).toList());
  }

  Checkpoint checkpoint() {
    return new Checkpoint(ORIGIN, leaves.size(), Hash.wrap(tree().root()));
  }

  /** Signed by the log alone. */
  Note unwitnessed() {
    return logKey.sign(checkpoint());
  }

  /** Cosigned by the first two witnesses. */
  Note witnessed(Instant time) {
    return cosigned(unwitnessed(), time, 0, 1);
  }

  Note cosigned(Note note, Instant time, int... by) {
    var all = note;
    for (int w : by) all = all.with(witnesses.get(w).cosign(note.text(), time));
    return all;
  }

  List<Hash> path(long index) {
    return tree().path((int) index).stream().map(Hash::wrap).toList();
  }

  /** Genesis, the head and so many workers. */
  RegistryProof registry(int workers) {
    var items = new ArrayList<RegistryProof.Item>();
    for (int i = 0; i < 2 + workers; i++) items.add(item(i));
    return new RegistryProof(items);
  }

  RegistryProof.Item item(long index) {
    var entry = SignedEntry.parse(leaves.get((int) index));
    return new RegistryProof.Item(index, entry, path(index));
  }

  /** What the compact range of a tree of this size has. */
  List<Hash> subtrees(int size) {
    var frontier = new Frontier();
    for (int i = 0; i < size; i++) frontier.append(hash(leaves.get(i)));
    return frontier.subtrees();
  }

  static String uuid(Instant time, int number) {
    var hex = String.format("%012x", time.toEpochMilli());
    return hex.substring(0, 8)
        + "-"
        + hex.substring(8)
        + "-7000-8000-"
        + String.format("%012x", number);
  }

  static ResultStatement result(int number, Bytes output) {
    return new ResultStatement(
        uuid(RUN, number),
        Bytes.wrap(new byte[16]),
        MODULE,
        Digest.of(Bytes.utf8("manifest")),
        Digest.of(INPUT),
        Digest.of(Bytes.utf8("env")),
        "det-1",
        Digest.of(Bytes.utf8("engine")),
        Digest.of(output),
        new End.Exit(0, OptionalLong.of(183_422)),
        Optional.empty());
  }

  /** A result envelope signed by these workers. */
  Dsse results(ResultStatement result, int... by) {
    var payload = result.canonical();
    var signatures = new ArrayList<Dsse.Signature>();
    for (int w : by) signatures.add(new BatchSigner(workers.get(w)).direct(payload));
    return new Dsse(Purpose.RESULT.payloadType(), payload, signatures);
  }

  /** What an honest head says of a result of the first worker. */
  ReceiptDraft draft(int number) {
    return draft(result(number, OUTPUT), results(result(number, OUTPUT), 0), SINGLE, 0);
  }

  ReceiptDraft draft(ResultStatement result, Dsse results, ExecutionPolicy policy, int... by) {
    var signers =
        Arrays.stream(by)
            .mapToObj(
                w ->
                    new ReceiptDraft.Worker(
                        workerId(w),
                        workers.get(w).publicKey().keyId(),
                        Optional.of("zone-" + w),
                        2 + w))
            .toList();
    return new ReceiptDraft(
        new ReceiptDraft.Invocation(
            result.invocation(), result.nonce(), Optional.empty(), RUN, FINISHED),
        new ReceiptDraft.Function("default/hello@1", result.module(), result.manifest(), 5),
        new ReceiptDraft.Content(result.input(), INPUT.size()),
        result.end(),
        new ReceiptDraft.Content(result.output(), OUTPUT.size()),
        Digest.of(Bytes.EMPTY),
        policy,
        new ReceiptDraft.Certificate(Digest.of(results.canonical()), signers),
        new ReceiptDraft.Head(HEAD, 10));
  }

  /** Logs a single receipt and makes its file. */
  ReceiptFile file(ReceiptDraft draft, Dsse results) {
    var single = signer.single(new ReceiptStatement(draft, 1, Optional.empty()).canonical());
    return file(single.envelope(), results, append(single.leaf()));
  }

  /** Of a receipt at this leaf, in a checkpoint of now. */
  ReceiptFile file(Dsse receipt, Dsse results, long index) {
    return new ReceiptFile(receipt, results, registry(3), index, path(index), witnessed(WITNESSED));
  }

  ReceiptFile single() {
    return file(draft(1), results(result(1, OUTPUT), 0));
  }

  /** The second of three. */
  ReceiptFile batched() {
    var chain = new ReceiptChain();
    var payloads = new ArrayList<Bytes>();
    for (int i = 1; i <= 3; i++) payloads.add(chain.add(draft(i).prepare()));
    var batch = signer.batch(payloads, 1);
    return file(batch.envelope(1), results(result(2, OUTPUT), 0), append(batch.leaf().canonical()));
  }
}
