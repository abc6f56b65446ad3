package dev.windlass.receipt;

import static dev.windlass.receipt.SmallLog.OUTPUT;
import static dev.windlass.receipt.SmallLog.WITNESSED;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.interop.GoTool;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A receipt file in the hands of a Go program that knows nothing of Windlass but its document: it
 * rebuilds the leaf, follows every key to the log, and checks every signature with Go's own
 * libraries.
 */
class GoReceiptTest {
  @TempDir static Path home;
  private static GoTool go;

  private final SmallLog log = new SmallLog();

  @BeforeAll
  static void build() throws Exception {
    go = GoTool.build(home);
  }

  @BeforeEach
  void policy() throws Exception {
    Files.writeString(home.resolve("policy"), log.policy.text());
    Files.write(home.resolve("output"), OUTPUT.toArray());
  }

  @Test
  void go_accepts_a_single_receipt_and_one_of_a_batch() throws Exception {
    for (var file : List.of(log.single(), log.batched())) {
      var ended = check(file);
      assertTrue(ended.accepts(), ended::said);
      assertTrue(ended.said().contains(" index=" + file.index() + " "), ended::said);
    }
  }

  @Test
  void go_refuses_another_output_than_the_receipt_speaks_of() throws Exception {
    Files.writeString(home.resolve("output"), "Hello, Eve");
    refused(log.single(), "the receipt says");
  }

  @Test
  void go_refuses_a_changed_receipt_or_signature() throws Exception {
    for (var file : List.of(log.single(), log.batched())) {
      var receipt = file.receipt();
      var signature = receipt.signatures().getFirst();
      var payload = new Dsse(receipt.payloadType(), bent(receipt.payload()), List.of(signature));
      refused(with(file, payload, file.results()), "");
      var sig = new Dsse.Signature(signature.keyId(), bent(signature.sig()), signature.batch());
      var signed = new Dsse(receipt.payloadType(), receipt.payload(), List.of(sig));
      refused(with(file, signed, file.results()), "does not verify");
      var twice = new Dsse(receipt.payloadType(), receipt.payload(), List.of(signature, signature));
      refused(with(file, twice, file.results()), "2 signatures");
      var typed = new Dsse(Purpose.RESULT.payloadType(), receipt.payload(), List.of(signature));
      refused(with(file, typed, file.results()), "payload type");
    }
  }

  @Test
  void go_refuses_a_receipt_that_was_spliced_into_a_batch() throws Exception {
    var file = log.batched();
    var other = log.signer.single(new ReceiptStatement(log.draft(9), 1, none()).canonical());
    var signature = file.receipt().signatures().getFirst();
    var payload = other.envelope().payload();
    refused(
        with(
            file,
            new Dsse(Purpose.RECEIPT.payloadType(), payload, List.of(signature)),
            file.results()),
        "receipt: ");
  }

  @Test
  void go_refuses_results_that_are_not_those_of_the_receipt() throws Exception {
    var file = log.single();
    var forged = log.results(SmallLog.result(1, Bytes.utf8("Hello, Eve")), 0);
    refused(with(file, file.receipt(), forged), "results: the envelope is sha256");
  }

  @Test
  void go_refuses_a_certificate_that_no_registered_worker_signed() throws Exception {
    var result = SmallLog.result(1, OUTPUT);
    var byAnother = log.results(result, 1);
    var draft = log.draft(result, byAnother, SmallLog.SINGLE, 0);
    refused(log.file(draft, byAnother), "0 workers signed");
  }

  @Test
  void go_refuses_a_registry_with_an_entry_missing_moved_or_of_a_false_registrar()
      throws Exception {
    var file = log.single();
    for (int left = 0; left < 3; left++) {
      var items = new ArrayList<>(file.registry().items());
      items.remove(left);
      refused(with(file, new RegistryProof(items)), "");
    }
    var moved = new ArrayList<>(file.registry().items());
    var item = moved.get(2);
    moved.set(2, new RegistryProof.Item(3, item.entry(), item.path()));
    refused(with(file, new RegistryProof(moved)), "registry: entry 3");

    var fake = new SmallLog();
    fake.leaves.clear();
    fake.append(fake.genesis(), fake.operator);
    fake.append(
        fake.head(SmallLog.HEAD, fake.headKey, fake.headP256.publicKey()), SmallLog.key(99));
    for (int i = 0; i < 3; i++)
      fake.append(
          fake.worker(i, Optional.of("zone-" + i), SmallLog.RUN.plusSeconds(3600)), fake.registrar);
    refused(fake.single(), "registry: entry 1: a signature does not verify");
  }

  @Test
  void go_refuses_a_receipt_that_the_log_does_not_have() throws Exception {
    var file = log.single();
    refused(at(file, file.index() - 1, file.path(), file.checkpoint()), "receipt: ");
    var path = new ArrayList<>(file.path());
    path.set(0, Hash.of(new byte[32]));
    refused(at(file, file.index(), path, file.checkpoint()), "receipt: ");
    refused(at(file, file.index(), file.path(), log.unwitnessed()), "is not met");
    log.append(Bytes.utf8("one more"));
    refused(at(file, file.index(), file.path(), log.witnessed(WITNESSED)), "");
  }

  private static Optional<Digest> none() {
    return Optional.empty();
  }

  private static Bytes bent(Bytes octets) {
    var copy = octets.toArray();
    copy[copy.length / 2] ^= 1;
    return Bytes.wrap(copy);
  }

  private static ReceiptFile with(ReceiptFile f, Dsse receipt, Dsse results) {
    return new ReceiptFile(receipt, results, f.registry(), f.index(), f.path(), f.checkpoint());
  }

  private static ReceiptFile with(ReceiptFile f, RegistryProof registry) {
    return new ReceiptFile(f.receipt(), f.results(), registry, f.index(), f.path(), f.checkpoint());
  }

  private static ReceiptFile at(ReceiptFile f, long index, List<Hash> path, Note checkpoint) {
    return new ReceiptFile(f.receipt(), f.results(), f.registry(), index, path, checkpoint);
  }

  private static void refused(ReceiptFile file, String why) throws Exception {
    var ended = check(file);
    assertTrue(ended.refuses() && ended.said().contains(why), () -> why + ": " + ended.said());
  }

  private static GoTool.Ended check(ReceiptFile file) throws Exception {
    Files.write(home.resolve("receipt"), file.encode().toArray());
    return go.run(
        List.of(
            "receipt",
            "-policy",
            home.resolve("policy").toString(),
            "-output",
            home.resolve("output").toString(),
            "-now",
            Long.toString(WITNESSED.getEpochSecond()),
            home.resolve("receipt").toString()));
  }
}
