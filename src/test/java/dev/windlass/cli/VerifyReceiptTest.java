package dev.windlass.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Environment;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.Misbehaviour;
import dev.windlass.receipt.ReceiptDraft;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.ReceiptStatement;
import dev.windlass.receipt.RegistryProof;
import dev.windlass.receipt.ResultFile;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.SigstoreBundle;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.MerkleTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify} of receipts and bundles, and {@code verify-misbehaviour}, from files alone. */
class VerifyReceiptTest {
  private static final Instant FINISHED = PublishedLog.BEGUN.plusSeconds(60);
  private static final Instant SEEN = PublishedLog.BEGUN.plusSeconds(62);

  @TempDir Path directory;
  private final CommandLineOf line = new CommandLineOf(Map.of());
  private PublishedLog log;
  private String policy;

  @BeforeEach
  void aLog() throws IOException {
    log = new PublishedLog(directory.resolve("log"));
    policy = saved("policy.txt", Bytes.utf8(log.policy().text()));
  }

  private String saved(String name, Bytes octets) throws IOException {
    return Files.write(directory.resolve(name), octets.toArray()).toString();
  }

  /** A receipt of the first result, entered alone, as the log proves it now. */
  private ReceiptFile logged() {
    return logged(draft(PublishedLog.digest("output")), PublishedLog.result(1));
  }

  private ReceiptFile logged(ReceiptDraft draft, ResultStatement result) {
    var envelope = log.single(new ReceiptStatement(draft, 1, Optional.empty()));
    return file(envelope, log.results(result), log.leaves.size() - 1);
  }

  /** What the head says of the first result, with this output. */
  private ReceiptDraft draft(Digest output) {
    var honest = log.draft(1, FINISHED);
    return new ReceiptDraft(
        honest.invocation(),
        honest.function(),
        honest.input(),
        honest.end(),
        new ReceiptDraft.Content(output, 6),
        honest.stderr(),
        honest.policy(),
        honest.certificate(),
        honest.head());
  }

  private ReceiptFile file(Dsse envelope, Dsse results, int leaf) {
    var items = new ArrayList<RegistryProof.Item>();
    for (int i = 0; i < 3; i++)
      items.add(
          new RegistryProof.Item(i, SignedEntry.parse(Bytes.wrap(log.leaves.get(i))), path(i)));
    return new ReceiptFile(
        envelope,
        results,
        new RegistryProof(items),
        leaf,
        path(leaf),
        log.note(log.leaves.size(), SEEN));
  }

  private List<Hash> path(int index) {
    var hash = new MerkleHash();
    var tree = new MerkleTree(hash, log.leaves.stream().map(hash::leaf).toList());
    return tree.path(index).stream().map(Hash::wrap).toList();
  }

  private int verify(String file, String... more) {
    var all = new ArrayList<>(List.of("verify", file, "--policy", policy));
    all.addAll(List.of(more));
    return line.run(all.toArray(String[]::new));
  }

  private void says(String text) {
    assertTrue(line.out.contains(text), () -> line.out + line.err);
  }

  @Test
  void a_receipt_is_seven_checks_and_what_was_brought() throws IOException {
    var file = saved("receipt", logged().encode());

    assertEquals(0, verify(file), () -> line.out + line.err);
    var id = PublishedLog.result(1).invocation();
    assertTrue(
        line.out.matches(
            """
            receipt  %s, default/hello@1, finished at \\S+
            ok       signature    spiffe://test/ns/default/head/h1 \\S+, seq 1, directly
            ok       certificate  1 of 1 workers signed, 1 needed
            ok       workers      .* registered at 2, .*; revocation not searched
            ok       diversity    .*
            ok       inclusion    leaf 4 of 5 in log.test/ledger
            ok       witnesses    cosigned by .*
            skipped  re-execution not asked for
            verified
            """
                .formatted(id)),
        line.out);

    var output = saved("out", Bytes.utf8("output"));
    assertEquals(0, verify(file, "--output", output), () -> line.out);
    says("ok       output       sha256:");
  }

  @Test
  void a_receipt_of_another_output_has_exit_code_18() throws IOException {
    var file = saved("receipt", logged().encode());

    assertEquals(18, verify(file, "--output", saved("out", Bytes.utf8("0utput"))));
    says("FAILED   output       is sha256:");
    assertTrue(line.out.endsWith("NOT verified: output\n"), line.out);
    assertEquals(17, verify(file, "--input", saved("in", Bytes.utf8("another"))));
    assertEquals(15, verify(file, "--function", saved("f.wasm", Bytes.utf8("another"))));
  }

  @Test
  void a_head_that_changes_the_output_is_found_by_the_first_check_that_its_lie_breaks()
      throws IOException {
    var changed = draft(PublishedLog.digest("forged"));
    var lie = saved("lie", logged(changed, PublishedLog.result(1)).encode());

    assertEquals(20, verify(lie, "--output", saved("forged", Bytes.utf8("forged"))));
    says("FAILED   certificate  output is sha256:");
    says("ok       output");
  }

  @Test
  void no_octet_of_a_receipt_can_change() throws IOException {
    var octets = logged().encode().toArray();
    var exits = new TreeSet<Integer>();
    for (int i = 0; i < octets.length; i += 11) {
      var changed = octets.clone();
      changed[i] ^= 1;
      int exit = verify(saved("changed", Bytes.wrap(changed)));
      assertTrue(exit >= 10 && exit <= 24, "octet " + i + ": " + exit + line.out);
      exits.add(exit);
    }
    assertTrue(exits.containsAll(List.of(10, 11, 20, 23, 24)), exits::toString);
  }

  @Test
  void what_is_needed_and_missing_or_given_for_nothing_is_said() throws IOException {
    var file = saved("receipt", logged().encode());

    assertEquals(2, line.run("verify", file));
    assertTrue(line.err.contains("is a receipt: it needs --policy POLICY.TXT"), line.err);
    assertEquals(2, verify(file, "--trust", policy));
    assertTrue(line.err.contains("is a receipt, and --trust is not for that"), line.err);
    var result = saved("result.json", result(Map.of(), Optional.empty()));
    assertEquals(2, line.run("verify", result));
    assertTrue(line.err.contains("is a result: it needs --trust TRUST.JSON"), line.err);
    assertEquals(2, verify(result));
    assertTrue(line.err.contains("is a result, and --policy is not for that"), line.err);
    assertEquals(10, verify(policy));
    assertEquals(10, verify(saved("empty", Bytes.EMPTY)));
    assertEquals(4, line.run("verify", file, "--policy", file));
  }

  private static final Bytes MODULE = Bytes.utf8("\0asm module");
  private static final Bytes BODY = Bytes.utf8("Ada");

  private static Manifest manifest() {
    var json = "{\"name\":\"hello\",\"module\":\"" + Digest.of(MODULE) + "\"}";
    return ManifestJson.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  /** What the engine of these tests gives. */
  private static ResultStatement greeting(Map<String, String> env) {
    var old = PublishedLog.result(1);
    return new ResultStatement(
        old.invocation(),
        old.nonce(),
        Digest.of(MODULE),
        ManifestJson.digest(manifest()),
        Digest.of(BODY),
        Environment.of(manifest(), new TreeMap<>(env)).digest(),
        "det-1",
        FakeHead.ENGINE,
        PublishedLog.digest("POST: Hello, Ada"),
        new ResultStatement.End.Exit(0, OptionalLong.of(7)),
        Optional.empty());
  }

  private ReceiptFile loggedGreeting(Map<String, String> env) {
    var result = greeting(env);
    var old = log.draft(1, FINISHED);
    var workers = old.certificate().workers();
    var draft =
        new ReceiptDraft(
            old.invocation(),
            new ReceiptDraft.Function("default/hello@1", result.module(), result.manifest(), 3),
            new ReceiptDraft.Content(result.input(), 3),
            result.end(),
            new ReceiptDraft.Content(result.output(), 16),
            old.stderr(),
            old.policy(),
            new ReceiptDraft.Certificate(Digest.of(log.results(result).canonical()), workers),
            old.head());
    return logged(draft, result);
  }

  private Bytes result(Map<String, String> env, Optional<Bytes> body) {
    var file =
        new ResultFile(
            log.results(greeting(env)),
            ManifestJson.toJson(manifest()).at().object(),
            new TreeMap<>(env),
            body,
            Optional.empty(),
            Optional.empty());
    return Bytes.wrap(file.toJson().canonical());
  }

  @Test
  void a_receipt_is_run_again_with_the_manifest_or_the_saved_result() throws IOException {
    var file = saved("receipt", loggedGreeting(Map.of()).encode());
    var module = saved("f.wasm", MODULE);
    var body = saved("in", BODY);
    var json = saved("manifest.json", Bytes.wrap(ManifestJson.write(manifest())));

    assertEquals(2, verify(file, "--reexecute", module, "--input", body));
    assertTrue(line.err.contains("needs --manifest"), line.err);
    assertEquals(2, verify(file, "--reexecute", module, "--manifest", json));
    assertTrue(line.err.contains("needs --input"), line.err);
    var again = new String[] {"--reexecute", module, "--manifest", json, "--input", body};
    assertEquals(0, verify(file, again), () -> line.out + line.err);
    says("ok       re-execution same output, exit 0, fuel 7");
    says("ok       manifest     sha256:");
    says("ok       environment  sha256:");
    assertEquals(BODY, line.engines.jobs.getLast().input());

    var saved = saved("result.json", result(Map.of(), Optional.of(BODY)));
    assertEquals(0, verify(file, "--reexecute", module, "--manifest", saved), () -> line.out);
    says("ok       re-execution same output, exit 0, fuel 7");

    line.engines.outcome = new dev.windlass.protocol.Outcome.Trapped("unreachable");
    assertEquals(19, verify(file, again));
    says("FAILED   re-execution trap unreachable, signed is exit 0, fuel 7");
  }

  @Test
  void what_was_not_signed_is_not_run_again() throws IOException {
    var file = saved("receipt", loggedGreeting(Map.of("A", "1")).encode());
    var module = saved("f.wasm", MODULE);
    var right = saved("result.json", result(Map.of("A", "1"), Optional.of(BODY)));
    var json = saved("manifest.json", Bytes.wrap(ManifestJson.write(manifest())));
    var wrong = saved("wrong.json", result(Map.of("A", "2"), Optional.of(BODY)));
    var other = Files.readString(Path.of(json)).replace("hello", "other");
    var notRun = "skipped  re-execution not run: ";

    assertEquals(16, verify(file, "--reexecute", module, "--manifest", wrong));
    says(notRun);
    var lacking = new String[] {"--reexecute", module, "--manifest", json, "--input", right};
    assertEquals(17, verify(file, lacking));
    says("skipped  environment  the request had variables of its own");
    var renamed = saved("other.json", Bytes.utf8(other));
    assertEquals(14, verify(file, "--manifest", renamed));
    var stranger = saved("g.wasm", Bytes.utf8("another"));
    assertEquals(15, verify(file, "--reexecute", stranger, "--manifest", right));
    says(notRun);
    assertEquals(List.of(), line.engines.jobs);
    assertEquals(0, verify(file, "--reexecute", module, "--manifest", right), () -> line.out);
  }

  @Test
  void a_revocation_before_the_receipt_is_found_in_a_copy_of_the_log() throws IOException {
    var good = saved("good", logged().encode());
    log.publish(SEEN);
    var copy = log.directory.toString();
    assertEquals(0, verify(good, "--log", copy), () -> line.out + line.err);
    says("not revoked among the first 4 leaves");

    var key = log.worker.publicKey().keyId();
    var revoke = new LogEntry.WorkerRevoke(SEEN, PublishedLog.WORKER, key, "test");
    log.add(revoke, log.operator);
    log.add(revoke, log.registrar);
    log.publish(SEEN);
    assertEquals(0, verify(good, "--log", copy), () -> line.out + line.err);
    var bad = saved("bad", logged().encode());
    log.publish(SEEN);
    assertEquals(21, verify(bad, "--log", copy));
    says("was revoked at leaf 6");
    assertEquals(0, verify(bad), () -> line.out);
  }

  @Test
  void a_copy_of_another_history_or_an_older_one_is_no_place_to_search() throws IOException {
    log.publish(SEEN);
    var file = saved("receipt", logged().encode());
    var copy = log.directory.toString();
    assertEquals(4, verify(file, "--log", copy));
    assertTrue(line.err.contains("has 4 entries, the receipt's checkpoint 5"), line.err);

    log.leaves.set(4, "another".getBytes(StandardCharsets.UTF_8));
    log.add(Bytes.utf8("one more"));
    log.publish(SEEN);
    assertEquals(4, verify(file, "--log", copy));
    assertTrue(line.err.contains("two histories"), line.err);
  }

  @Test
  void a_bundle_verifies_beside_its_receipt_and_not_alone() throws IOException {
    var statement = new ReceiptStatement(log.draft(1, FINISHED), 1, Optional.empty());
    var single = log.signer.single(statement.canonical());
    log.add(single.leaf());
    var beside = file(single.envelope(), log.results(PublishedLog.result(1)), 4);
    var bundle = SigstoreBundle.of(single, beside.proof(), log.logKey.verifier()).toJson();
    var file = saved("bundle.json", Bytes.wrap(bundle.canonical()));
    var receipt = saved("receipt", beside.encode());

    assertEquals(2, verify(file));
    assertTrue(line.err.contains("is a Sigstore bundle: it needs --receipt FILE"), line.err);
    assertEquals(0, verify(file, "--receipt", receipt), () -> line.out + line.err);
    assertTrue(line.out.endsWith("verified\n"), line.out);
    var out = saved("out", Bytes.utf8("0utput"));
    var trust = directory.resolve("trust");
    var asked = trust.toString();
    assertEquals(
        18, verify(file, "--receipt", receipt, "--output", out, "--sigstore-trust", asked));
    assertFalse(Files.exists(trust), "nothing to trust when it does not verify");
    assertEquals(0, verify(file, "--receipt", receipt, "--sigstore-trust", asked), () -> line.err);
    var hint = single.envelope().signatures().getFirst().keyId();
    assertTrue(Files.readString(trust.resolve("keys.json")).startsWith("{\"" + hint + "\":{"));
    assertTrue(Files.readString(trust.resolve("trusted-root.json")).contains("PKIX_ED25519"));
    assertTrue(Files.readString(trust.resolve("head.pem")).startsWith("-----BEGIN PUBLIC KEY"));
    assertEquals(2, verify(receipt, "--sigstore-trust", asked));
    assertEquals(2, verify(receipt, "--receipt", receipt));
  }

  @Test
  void proof_of_misbehaviour_is_shown_with_both_pieces_and_judged() throws IOException {
    var here = log.note(4, SEEN);
    var there = log.logKey.sign(new Checkpoint(PublishedLog.ORIGIN, 4, Hash.EMPTY_ROOT));
    var fork = saved("fork.json", new Misbehaviour.Fork(here, there).encode());
    var judge = new String[] {"verify-misbehaviour", fork, "--policy", policy};

    assertEquals(0, line.run(judge), () -> line.out + line.err);
    says("kind     fork\nfirst    log.test/ledger\n         4\n         ");
    says("second   log.test/ledger\n");
    assertTrue(line.out.contains("\nproven: log.test/ledger "), line.out);

    judge[1] = saved("none.json", new Misbehaviour.Fork(here, here).encode());
    assertEquals(4, line.run(judge));
    assertTrue(line.out.contains("\nNOT proven: both checkpoints have the root"), line.out);
    judge[1] = policy;
    assertEquals(4, line.run(judge));
    assertTrue(line.err.contains("is no proof of misbehaviour"), line.err);
    assertEquals(2, line.run("verify-misbehaviour", fork));
  }

  @Test
  void two_receipts_for_one_place_are_shown_as_what_they_are() throws IOException {
    var first = log.single(new ReceiptStatement(log.draft(1, FINISHED), 1, Optional.empty()));
    var second = log.single(new ReceiptStatement(log.draft(2, FINISHED), 1, Optional.empty()));
    var file = file(first, log.results(PublishedLog.result(1)), 4);
    var proof = new Misbehaviour.Equivocation(first, second, file.registry(), log.note(6, SEEN));
    var json = saved("proof.json", proof.encode());

    assertEquals(0, line.run("verify-misbehaviour", json, "--policy", policy), () -> line.out);
    says("first    receipt " + PublishedLog.result(1).invocation() + ", seq 1\n");
    says("second   receipt " + PublishedLog.result(2).invocation() + ", seq 1\n");
    says("proven: " + PublishedLog.HEAD + " ");
  }
}
