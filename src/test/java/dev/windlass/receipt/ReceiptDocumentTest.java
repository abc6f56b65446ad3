package dev.windlass.receipt;

import static dev.windlass.receipt.SmallLog.FINISHED;
import static dev.windlass.receipt.SmallLog.OUTPUT;
import static dev.windlass.receipt.SmallLog.RUN;
import static dev.windlass.receipt.SmallLog.WITNESSED;
import static dev.windlass.receipt.SmallLog.hash;
import static dev.windlass.receipt.SmallLog.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.receipt.LogEntry.FunctionPublish;
import dev.windlass.receipt.LogEntry.HeadEpoch;
import dev.windlass.receipt.LogEntry.HeadRevoke;
import dev.windlass.receipt.LogEntry.WorkerRevoke;
import dev.windlass.receipt.Misbehaviour.DoubleResult;
import dev.windlass.receipt.Misbehaviour.Equivocation;
import dev.windlass.receipt.Misbehaviour.Fork;
import dev.windlass.receipt.Misbehaviour.Judgement.Proven;
import dev.windlass.receipt.Misbehaviour.Omission;
import dev.windlass.receipt.ReceiptAudit.Evidence;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.TlogProof;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * docs/protocol.md and docs/examples show real receipts, entries and proofs. {@code
 * -Dgolden.update} writes them anew, with a new P-256 key.
 */
class ReceiptDocumentTest {
  private static final Path DOCUMENT = Path.of("docs/protocol.md");
  private static final Path EXAMPLES = Path.of("docs/examples");
  private static final Pattern EXAMPLE = Pattern.compile("```receipt ([a-z0-9.-]+)\n([^`]*)```");
  private static final int COLUMNS = 118;

  /** One log, so that all examples are of it. */
  private static final class Written {
    final SmallLog log = new SmallLog();
    final Map<String, Bytes> files = new LinkedHashMap<>();
    final Map<String, String> texts = new LinkedHashMap<>();

    Written() {
      entries();
      receipts();
      submissions();
      misbehaviour();
      file("policy.txt", Bytes.utf8(log.policy.text()));
    }

    private void text(String name, Bytes text) {
      texts.put(name, text.utf8());
    }

    private void file(String name, Bytes octets) {
      files.put(name, octets);
    }

    private void entries() {
      var key = log.headKey.publicKey().keyId();
      var publish =
          new FunctionPublish(
              RUN,
              FunctionName.parse("acme/price"),
              "1.4.0",
              SmallLog.MODULE,
              Digest.of(Bytes.utf8("manifest")),
              SmallLog.SINGLE);
      var entries =
          List.of(
              log.genesis(),
              log.head(SmallLog.HEAD, log.headKey, log.headP256.publicKey()),
              log.worker(0, Optional.of("zone-0"), RUN.plusSeconds(3600)),
              new WorkerRevoke(RUN, SmallLog.workerId(0), key, "its pod is gone"),
              new HeadRevoke(RUN, SmallLog.HEAD, key, "asked for by the operator"),
              publish,
              new HeadEpoch(RUN, key, 7, 9, Digest.of(OUTPUT)));
      for (var entry : entries) text(entry.type(), entry.canonical());
      text("signed-entry", SignedEntry.sign(publish, log.operator).leaf());
    }

    private void receipts() {
      var single = log.single();
      var batched = log.batched();
      text("receipt", single.receipt().payload());
      text("batched-envelope", batched.receipt().canonical());
      var signature = batched.receipt().signatures().getFirst();
      text("batch-statement", signature.batch().orElseThrow().statement());
      text("batch-leaf", log.leaves.getLast());
      text("single-leaf", log.leaves.get((int) single.index()));
      file("receipt.tlog-proof", batched.encode());
      file("receipt-single.tlog-proof", single.encode());
      var made = new ReceiptSigner.Single(single.receipt(), log.leaves.get((int) single.index()));
      var proof =
          new TlogProof(
              Optional.empty(), single.index(), log.path(single.index()), log.witnessed(WITNESSED));
      var bundle = SigstoreBundle.of(made, proof, log.logKey.verifier());
      file("receipt.sigstore.json", Bytes.wrap(bundle.toJson().canonical()));
      var root = SigstoreBundle.trustedRoot(log.logKey.verifier(), RUN.minusSeconds(600));
      file("trusted-root.json", Bytes.wrap(root.canonical()));
    }

    /** Of fields that are short; only the shape is a submission's. */
    private void submissions() {
      var item = new Submission.Item(Bytes.utf8("payload"), Bytes.utf8("results"));
      hex("submission-plain", new Submission.Plain(Bytes.utf8("leaf")));
      hex(
          "submission-single",
          new Submission.Single(Bytes.utf8("leaf"), Bytes.utf8("envelope"), Bytes.utf8("results")));
      hex("submission-batch", new Submission.Batch(Bytes.utf8("leaf"), List.of(item, item)));
    }

    private void hex(String name, Submission submission) {
      texts.put(name, submission.encode().hex());
    }

    private void misbehaviour() {
      var other = new Checkpoint(SmallLog.ORIGIN, log.leaves.size(), hash(OUTPUT));
      file("fork.json", new Fork(log.unwitnessed(), log.logKey.sign(other)).encode());
      var first = receipt(1);
      var second = receipt(2);
      file(
          "equivocation.json",
          new Equivocation(first, second, log.registry(0), log.witnessed(WITNESSED)).encode());
      file(
          "double-result.json",
          new DoubleResult(
                  log.results(result(1, OUTPUT), 0),
                  log.results(result(1, Bytes.utf8("Hello, Eve")), 0),
                  log.registry(1),
                  log.witnessed(WITNESSED))
              .encode());
      var before = log.leaves.size();
      var earlier = log.witnessed(Instant.ofEpochSecond(RUN.minusSeconds(60).getEpochSecond()));
      var subtrees = log.subtrees(before);
      log.append(log.signer.single(receipt(3).payload()).leaf());
      var leaves =
          log.leaves.subList(before, log.leaves.size()).stream().map(SmallLog::hash).toList();
      var later = Instant.ofEpochSecond(FINISHED.plusSeconds(60).getEpochSecond());
      file(
          "omission.json",
          new Omission(
                  first,
                  log.registry(0),
                  Optional.of(earlier),
                  subtrees,
                  leaves,
                  log.witnessed(later))
              .encode());
    }

    private Dsse receipt(int number) {
      var prev = Optional.of(Digest.of(Bytes.utf8("the receipt before")));
      var payload = new ReceiptStatement(log.draft(number), 7, prev).canonical();
      return log.signer.single(payload).envelope();
    }
  }

  private static String folded(String text) {
    var lines = new StringBuilder();
    for (int at = 0; at < text.length(); at += COLUMNS)
      lines.append(text, at, Math.min(text.length(), at + COLUMNS)).append('\n');
    return lines.toString();
  }

  private static void update() throws IOException {
    var written = new Written();
    var document =
        EXAMPLE
            .matcher(Files.readString(DOCUMENT))
            .replaceAll(
                m ->
                    Matcher.quoteReplacement(
                        "```receipt "
                            + m.group(1)
                            + "\n"
                            + folded(written.texts.get(m.group(1)))
                            + "```"));
    Files.writeString(DOCUMENT, document);
    Files.createDirectories(EXAMPLES);
    for (var file : written.files.entrySet())
      Files.write(EXAMPLES.resolve(file.getKey()), file.getValue().toArray());
  }

  private static Map<String, Bytes> shown() throws IOException {
    var shown = new LinkedHashMap<String, Bytes>();
    EXAMPLE
        .matcher(Files.readString(DOCUMENT))
        .results()
        .forEach(
            m ->
                assertEquals(
                    null,
                    shown.put(m.group(1), Bytes.utf8(m.group(2).replace("\n", ""))),
                    m.group(1)));
    return shown;
  }

  private static byte[] example(String name) throws IOException {
    return Files.readAllBytes(EXAMPLES.resolve(name));
  }

  @Test
  void every_text_of_the_document_is_read_and_written_again() throws IOException {
    if (Boolean.getBoolean("golden.update")) update();
    var shown = shown();
    assertEquals(
        new Written().texts.keySet().stream().sorted().toList(),
        shown.keySet().stream().sorted().toList());
    shown.forEach(
        (name, text) -> {
          switch (name) {
            case "receipt" -> assertEquals(text, ReceiptStatement.parse(text).canonical());
            case "batched-envelope" -> assertEquals(text, Dsse.parseCanonical(text).canonical());
            case "batch-statement" -> assertEquals(text, BatchStatement.parse(text).canonical());
            case "batch-leaf" -> assertEquals(text, BatchLeaf.parse(text).canonical());
            case "single-leaf" -> assertEquals(text, RekorBody.parse(text).canonical());
            case "signed-entry" -> assertEquals(text, SignedEntry.parse(text).leaf());
            case "submission-plain", "submission-single", "submission-batch" -> {
              var octets = Bytes.wrap(HexFormat.of().parseHex(text.utf8()));
              assertEquals(octets, Submission.parse(octets).encode());
            }
            default -> {
              assertEquals(text, LogEntry.parse(text).canonical());
              assertEquals(name, LogEntry.parse(text).type());
            }
          }
        });
  }

  /** Only out of the texts, as a reader would. */
  @Test
  void the_texts_of_the_document_belong_together() throws IOException {
    var shown = shown();
    var envelope = Dsse.parse(shown.get("batched-envelope").unsafeArray());
    var signature = envelope.signatures().getFirst();
    var batch = signature.batch().orElseThrow();
    assertEquals(shown.get("batch-statement"), batch.statement());
    var leaf = BatchLeaf.parse(shown.get("batch-leaf"));
    assertEquals(shown.get("batch-statement"), leaf.statement().canonical());
    assertEquals(signature.sig(), leaf.sig());
    var head =
        assertInstanceOf(LogEntry.HeadRegister.class, LogEntry.parse(shown.get("head.register")));
    assertInstanceOf(
        Verdict.Counts.class, new ReceiptVerifier(1).verify(head, envelope.payload(), signature));
    assertTrue(RekorBody.parse(shown.get("single-leaf")).isOf(shown.get("receipt")));
    var signed = SignedEntry.parse(shown.get("signed-entry"));
    assertEquals(shown.get("function.publish"), signed.entry().canonical());
    var genesis =
        assertInstanceOf(LogEntry.Genesis.class, LogEntry.parse(shown.get("log.genesis")));
    assertTrue(signed.isSignedBy(genesis.operator()));
  }

  @Test
  void every_example_file_verifies_with_the_policy_beside_it() throws IOException {
    var policy = WitnessPolicy.parse(Bytes.wrap(example("policy.txt")).utf8());
    for (var name : List.of("receipt.tlog-proof", "receipt-single.tlog-proof")) {
      var file = ReceiptFile.parse(example(name));
      assertEquals(Bytes.wrap(example(name)), file.encode());
      var checks = ReceiptAudit.of(file, policy, Evidence.NONE);
      assertTrue(ReceiptAudit.isGood(checks), checks::toString);
    }
    var bundle = SigstoreBundle.parse(example("receipt.sigstore.json"));
    var beside = Optional.of(ReceiptFile.parse(example("receipt-single.tlog-proof")));
    var checks = ReceiptAudit.of(bundle, beside, policy, Evidence.NONE);
    assertTrue(ReceiptAudit.isGood(checks), checks::toString);
    var key = policy.logs().getFirst().key();
    var root = SigstoreBundle.trustedRoot(key, RUN.minusSeconds(600));
    assertEquals(root, Json.parse(example("trusted-root.json"), Bounds.DEFAULT));
    for (var name :
        List.of("fork.json", "equivocation.json", "double-result.json", "omission.json")) {
      var proof = Misbehaviour.parse(example(name));
      assertEquals(Bytes.wrap(example(name)), proof.encode());
      assertInstanceOf(Proven.class, proof.verify(policy), name);
    }
  }
}
