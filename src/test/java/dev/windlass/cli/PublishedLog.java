package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.json.Json;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.ExecutionPolicy;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256Key;
import dev.windlass.receipt.Purpose;
import dev.windlass.receipt.ReceiptChain;
import dev.windlass.receipt.ReceiptDraft;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ReceiptSigner;
import dev.windlass.receipt.ReceiptStatement;
import dev.windlass.receipt.RegistryProof;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.MerkleTree;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TileEdge;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A log as a directory that commands read: a genesis entry, one head, one worker, and whatever a
 * test appends, honest or not. Times are given, so that tests need no clock.
 */
final class PublishedLog {
  static final String ORIGIN = "log.test/ledger";
  static final String HEAD = "spiffe://test/ns/default/head/h1";
  static final String WORKER = "spiffe://test/ns/default/worker/w1";
  static final Instant BEGUN = Instant.parse("2026-11-23T05:00:00Z");

  final SigningKey logKey = new SigningKey(ORIGIN, seed(1).toArray());
  final SigningKey w1 = new SigningKey("w1.test/witness", seed(2).toArray());
  final SigningKey w2 = new SigningKey("w2.test/witness", seed(3).toArray());
  final Ed25519Key operator = new Ed25519Key(seed(10));
  final Ed25519Key registrar = new Ed25519Key(seed(11));
  final Ed25519Key headKey = new Ed25519Key(seed(12));
  final Ed25519Key worker = new Ed25519Key(seed(13));
  final P256Key headP256 = P256Key.make(new SecureRandom());
  final ReceiptSigner signer = new ReceiptSigner(headKey, headP256);
  final List<byte[]> leaves = new ArrayList<>();
  final Path directory;
  private final MerkleHash hash = new MerkleHash();

  PublishedLog(Path directory) {
    this.directory = directory;
    add(
        new LogEntry.Genesis(
            BEGUN,
            ORIGIN,
            "test",
            operator.publicKey(),
            registrar.publicKey(),
            policy().text(),
            Json.object().put("mmdSeconds", 10).build()),
        operator);
    add(
        new LogEntry.HeadRegister(BEGUN, holder(HEAD), headKey.publicKey(), headP256.publicKey()),
        registrar);
    add(
        new LogEntry.WorkerRegister(
            BEGUN, holder(WORKER), worker.publicKey(), Optional.empty(), Optional.empty()),
        registrar);
    add(
        new LogEntry.FunctionPublish(
            BEGUN,
            FunctionName.parse("default/hello"),
            "1",
            digest("module"),
            digest("manifest"),
            ExecutionPolicy.single("det-1")),
        operator);
  }

  static Bytes seed(int octet) {
    var seed = new byte[32];
    java.util.Arrays.fill(seed, (byte) octet);
    return Bytes.wrap(seed);
  }

  static Digest digest(String text) {
    return Digest.of(Bytes.utf8(text));
  }

  static LogEntry.Holder holder(String id) {
    return new LogEntry.Holder(
        id, digest("certificate"), Optional.empty(), BEGUN.plusSeconds(3600));
  }

  WitnessPolicy policy() {
    var witnesses =
        List.of(
            new WitnessPolicy.Witness("w1", w1.cosigner(), Optional.empty()),
            new WitnessPolicy.Witness("w2", w2.cosigner(), Optional.empty()));
    return WitnessPolicy.of(logKey.verifier(), witnesses, 2);
  }

  void add(LogEntry entry, Ed25519Key by) {
    add(SignedEntry.sign(entry, by).leaf());
  }

  void add(Bytes leaf) {
    leaves.add(leaf.toArray());
  }

  /** Receipts of one chain, from seq 1 on. */
  List<Bytes> receipts(int count, Instant finished) {
    var chain = new ReceiptChain();
    var payloads = new ArrayList<Bytes>();
    for (int i = 1; i <= count; i++) payloads.add(chain.add(draft(i, finished).prepare()));
    return payloads;
  }

  /** Enters the receipts {@code from} to {@code to} of these by one signature. */
  ReceiptSigner.Batch batch(List<Bytes> payloads, int from, int to) {
    var batch = signer.batch(payloads.subList(from - 1, to), from);
    add(batch.leaf().canonical());
    return batch;
  }

  void epoch(long first, long last, Instant at) {
    var key = headKey.publicKey().keyId();
    add(new LogEntry.HeadEpoch(at, key, first, last, digest("root")), headKey);
  }

  static ResultStatement result(int number) {
    return new ResultStatement(
        "019ab000-0000-7000-8000-%012x".formatted(number),
        Bytes.wrap(new byte[16]),
        digest("module"),
        digest("manifest"),
        digest("input"),
        digest("env"),
        "det-1",
        digest("engine"),
        digest("output"),
        new ResultStatement.End.Exit(0, OptionalLong.of(1)),
        Optional.empty());
  }

  Dsse results(ResultStatement result) {
    var payload = result.canonical();
    return new Dsse(
        Purpose.RESULT.payloadType(), payload, List.of(new BatchSigner(worker).direct(payload)));
  }

  ReceiptDraft draft(int number, Instant finished) {
    var result = result(number);
    return new ReceiptDraft(
        new ReceiptDraft.Invocation(
            result.invocation(),
            result.nonce(),
            Optional.empty(),
            finished.minusMillis(30),
            finished),
        new ReceiptDraft.Function("default/hello@1", result.module(), result.manifest(), 3),
        new ReceiptDraft.Content(result.input(), 3),
        result.end(),
        new ReceiptDraft.Content(result.output(), 5),
        Digest.of(Bytes.EMPTY),
        ExecutionPolicy.single("det-1"),
        new ReceiptDraft.Certificate(
            Digest.of(results(result).canonical()),
            List.of(
                new ReceiptDraft.Worker(WORKER, worker.publicKey().keyId(), Optional.empty(), 2))),
        new ReceiptDraft.Head(HEAD, 10));
  }

  /** Enters a single receipt. */
  Dsse single(ReceiptStatement statement) {
    var single = signer.single(statement.canonical());
    add(single.leaf());
    return single.envelope();
  }

  /** A receipt file whose proof of inclusion is nobody's concern here. */
  ReceiptFile file(Dsse receipt, Dsse results, Note checkpoint) {
    return new ReceiptFile(
        receipt, results, new RegistryProof(List.of()), 0, List.of(), checkpoint);
  }

  Hash root(int size) {
    if (size == 0) return Hash.EMPTY_ROOT;
    var tree = new MerkleTree(hash, leaves.subList(0, size).stream().map(hash::leaf).toList());
    return Hash.wrap(tree.root());
  }

  Note note(int size, Instant at) {
    var note = logKey.sign(new Checkpoint(ORIGIN, size, root(size)));
    return note.with(w1.cosign(note.text(), at)).with(w2.cosign(note.text(), at));
  }

  /** Writes the whole log, and a checkpoint that witnesses saw at this time. */
  Note publish(Instant at) throws IOException {
    var edge = TileEdge.EMPTY;
    for (int from = 0; from < leaves.size(); from += 256) {
      var part = leaves.subList(from, Math.min(from + 256, leaves.size()));
      var grown = edge.grow(hash, part.stream().map(hash::leafHash).toList());
      for (var tile : grown.tiles()) write(tile.path().toString(), tile.unsafeArray());
      write(new LogPath.EntryTile(from >> 8, part.size()).toString(), EntryBundle.encode(part));
      edge = grown.edge();
    }
    write("policy", policy().text().getBytes());
    var note = note(leaves.size(), at);
    write("checkpoint", note.encode());
    return note;
  }

  void write(String path, byte[] octets) throws IOException {
    var file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, octets);
  }
}
