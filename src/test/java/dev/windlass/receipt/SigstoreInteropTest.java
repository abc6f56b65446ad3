package dev.windlass.receipt;

import static dev.windlass.receipt.SmallLog.OUTPUT;
import static dev.windlass.receipt.SmallLog.WITNESSED;
import static dev.windlass.receipt.SmallLog.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.ReceiptAudit.Evidence;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogProof;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What we export, given to {@code @sigstore/verify} of npm: a program that is not ours, in a
 * process of its own (trust annex §3.3, §3.4).
 */
class SigstoreInteropTest {
  private static final Path PROGRAM = Path.of("src/test/interop/sigstore");
  private static final Path MODULES = modules();

  private final SmallLog log = new SmallLog();
  @TempDir Path directory;

  private SigstoreBundle good;

  /** Named by the digest of what pins them, so that no other versions are taken for these. */
  private static Path modules() {
    try {
      var pins = Digest.of(Files.readAllBytes(PROGRAM.resolve("package-lock.json")));
      var cache = System.getenv("WINDLASS_CACHE");
      var root =
          cache != null
              ? Path.of(cache)
              : Path.of(System.getProperty("user.home"), ".cache/windlass");
      return root.resolve("interop/sigstore-" + pins.hex().substring(0, 16));
    } catch (IOException e) {
      throw new AssertionError("couldn't read what pins the modules", e);
    }
  }

  @BeforeEach
  void export() {
    assertTrue(
        Files.isDirectory(MODULES.resolve("node_modules")),
        "Sigstore's verifier is not in " + MODULES + ": run tools/fetch-sigstore");
    good = single();
  }

  private SigstoreBundle single() {
    var payload = new ReceiptStatement(log.draft(1), 1, Optional.empty()).canonical();
    return bundle(log.signer.single(payload));
  }

  private SigstoreBundle bundle(ReceiptSigner.Single single) {
    long index = log.append(single.leaf());
    var proof = new TlogProof(Optional.empty(), index, log.path(index), log.witnessed(WITNESSED));
    return SigstoreBundle.of(single, proof, log.logKey.verifier());
  }

  /** What the program says of these files. */
  private record Said(int exit, String words) {}

  private Said ask(Json bundle, SigningKey logKey, P256PublicKey key, Bytes artifact)
      throws Exception {
    var since = SmallLog.RUN.minusSeconds(3600);
    var keys = Json.object().put(key.keyId(), SigstoreBundle.publicKey(key, since)).build();
    var root = SigstoreBundle.trustedRoot(logKey.verifier(), since);
    var words = directory.resolve("words");
    var process =
        new ProcessBuilder(
                "node",
                PROGRAM.resolve("verify.mjs").toString(),
                MODULES.toString(),
                write("bundle.json", bundle.canonical()).toString(),
                write("root.json", root.canonical()).toString(),
                write("keys.json", keys.canonical()).toString(),
                write("artifact", artifact.toArray()).toString())
            .redirectErrorStream(true)
            .redirectOutput(words.toFile())
            .start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the verifier does not end");
    } finally {
      process.destroyForcibly();
    }
    return new Said(process.exitValue(), Files.readString(words));
  }

  private Path write(String name, byte[] octets) throws IOException {
    return Files.write(directory.resolve(name), octets);
  }

  private Said ask(Json bundle) throws Exception {
    return ask(bundle, log.logKey, log.headP256.publicKey(), OUTPUT);
  }

  private static void assertAccepted(Said said) {
    assertEquals(0, said.exit(), said::words);
    assertEquals("accepted\n", said.words());
  }

  private static void assertRefused(String code, Said said) {
    assertEquals(1, said.exit(), said::words);
    assertTrue(said.words().startsWith(code + ":"), said::words);
  }

  /** With a part of its text replaced. */
  private static Json changed(Json bundle, String part, String by) {
    var text = bundle.canonicalText();
    assertTrue(text.contains(part), part);
    return Json.parse(text.replace(part, by), Bounds.DEFAULT);
  }

  @Test
  void sigstores_verifier_accepts_a_single_receipt_with_our_trusted_root() throws Exception {
    assertAccepted(ask(good.toJson()));
    assertEquals(good, SigstoreBundle.parse(good.toJson().canonical()));
  }

  @Test
  void sigstores_verifier_accepts_a_batched_receipt_that_another_head_exported() throws Exception {
    var file = log.batched();
    var other = P256Key.make(new SecureRandom());
    var exporter = new ReceiptSigner(SmallLog.key(91), other);

    var exported = bundle(exporter.single(file.receipt().payload()));

    assertAccepted(ask(exported.toJson(), log.logKey, other.publicKey(), OUTPUT));
    assertRefused(
        "PUBLIC_KEY_ERROR", ask(exported.toJson(), log.logKey, log.headP256.publicKey(), OUTPUT));
  }

  @Test
  void sigstores_verifier_refuses_what_was_changed() throws Exception {
    var json = good.toJson();
    var payload = Base64Text.of(good.receipt().payload());
    var sig = Base64Text.of(good.receipt().signatures().getFirst().sig());

    var otherPayload =
        Base64Text.of(Bytes.utf8(good.receipt().payload().utf8().replace("hello@1", "hello@2")));
    assertRefused("TLOG_BODY_ERROR", ask(changed(json, payload, otherPayload)));
    var otherSig =
        Base64Text.of(log.signer.single(Bytes.utf8("x")).envelope().signatures().getFirst().sig());
    assertRefused(
        "TLOG_BODY_ERROR", ask(changed(json, "\"sig\":\"" + sig, "\"sig\":\"" + otherSig)));
    var body = Base64Text.of(good.leaf());
    var otherBody =
        Base64Text.of(
            new RekorBody(
                    Digest.of(good.receipt().payload()),
                    Base64Text.parse(otherSig),
                    log.headP256.publicKey())
                .canonical());
    assertRefused("TLOG_INCLUSION_PROOF_ERROR", ask(changed(json, body, otherBody)));
    var hash = good.proof().path().getFirst().base64();
    assertRefused("TLOG_INCLUSION_PROOF_ERROR", ask(changed(json, hash, Hash.EMPTY_ROOT.base64())));
    var root = good.proof().checkpoint().root().base64();
    assertRefused(
        "TLOG_INCLUSION_PROOF_ERROR",
        ask(changed(json, "\\n" + root, "\\n" + Hash.EMPTY_ROOT.base64())));
    assertRefused(
        "SUBJECT_ERROR", ask(json, log.logKey, log.headP256.publicKey(), Bytes.utf8("Hello, Eve")));
  }

  @Test
  void sigstores_verifier_refuses_another_logs_or_heads_signature() throws Exception {
    var otherLog = new SigningKey(SmallLog.ORIGIN, SmallLog.seed(70).toArray());
    assertRefused(
        "TLOG_INCLUSION_PROOF_ERROR",
        ask(good.toJson(), otherLog, log.headP256.publicKey(), OUTPUT));

    // The leaf is logged and the proof is good, but the signature is of another receipt.
    var payload = new ReceiptStatement(log.draft(2), 2, Optional.of(Digest.of(OUTPUT))).canonical();
    var sig = good.receipt().signatures().getFirst();
    var body = new RekorBody(Digest.of(payload), sig.sig(), log.headP256.publicKey());
    var forged = new Dsse(Purpose.RECEIPT.payloadType(), payload, List.of(sig));
    var bundle = bundle(new ReceiptSigner.Single(forged, body.canonical()));
    assertRefused("SIGNATURE_ERROR", ask(bundle.toJson()));
  }

  /** A batched envelope fails closed: its signature is over the batch, not over this payload. */
  @Test
  void sigstores_verifier_refuses_a_batched_envelope() throws Exception {
    var batched = log.batched().receipt();
    var signature = batched.signatures().getFirst();
    var body =
        new RekorBody(Digest.of(batched.payload()), signature.sig(), log.headP256.publicKey());
    long index = log.append(body.canonical());
    var stripped = new Dsse.Signature(signature.keyId(), signature.sig(), Optional.empty());
    var envelope = new Dsse(batched.payloadType(), batched.payload(), List.of(stripped));
    var proof = new TlogProof(Optional.empty(), index, log.path(index), log.witnessed(WITNESSED));
    var inBundle =
        new SigstoreBundle(envelope, body.canonical(), log.logKey.verifier().keyHash(), proof);
    var text = inBundle.toJson().canonicalText();
    var verbatim =
        Json.parse(
            text.replace(envelope.toJson().canonicalText(), batched.toJson().canonicalText()),
            Bounds.DEFAULT);
    assertFalse(verbatim.equals(inBundle.toJson()));

    var since = SmallLog.RUN;
    var key = SigstoreBundle.publicKey(log.headP256.publicKey(), since);
    assertTrue(key.canonicalText().contains("PKIX_ECDSA_P256_SHA_256"));
    assertRefused("PUBLIC_KEY_ERROR", ask(verbatim));
    var hinted =
        Json.parse(
            verbatim
                .canonicalText()
                .replace(
                    "\"hint\":\"" + signature.keyId(),
                    "\"hint\":\"" + log.headP256.publicKey().keyId()),
            Bounds.DEFAULT);
    assertRefused("SIGNATURE_ERROR", ask(hinted));
    assertThrows(
        JsonException.class, () -> SigstoreBundle.parse(verbatim.canonical()), "ours refuses too");
  }

  @Test
  void our_own_checks_of_a_bundle_agree() {
    var file = log.single();
    var beside = Optional.of(file);

    assertTrue(
        ReceiptAudit.isGood(
            ReceiptAudit.of(good, Optional.of(besides(1)), log.policy, Evidence.NONE)));
    var alone = ReceiptAudit.of(good, Optional.empty(), log.policy, Evidence.NONE);
    assertEquals(Check.Subject.SIGNATURE.exitCode(), ReceiptAudit.exitCode(alone));
    var note = good.proof().note();
    var unwitnessed = new Note(note.text(), note.signatures().subList(0, 1));
    var proof =
        new TlogProof(Optional.empty(), good.proof().index(), good.proof().path(), unwitnessed);
    var fewer = new SigstoreBundle(good.receipt(), good.leaf(), good.log(), proof);
    assertEquals(
        Check.Subject.WITNESSES.exitCode(),
        ReceiptAudit.exitCode(
            ReceiptAudit.of(fewer, Optional.of(besides(1)), log.policy, Evidence.NONE)));
    var path = new ArrayList<>(good.proof().path());
    path.set(0, Hash.EMPTY_ROOT);
    var moved = new TlogProof(Optional.empty(), good.proof().index(), path, note);
    var wrong = new SigstoreBundle(good.receipt(), good.leaf(), good.log(), moved);
    assertEquals(
        Check.Subject.INCLUSION.exitCode(),
        ReceiptAudit.exitCode(ReceiptAudit.of(wrong, beside, log.policy, Evidence.NONE)));
  }

  private ReceiptFile besides(int number) {
    var results = log.results(result(number, OUTPUT), 0);
    return log.file(log.draft(number), results);
  }

  @Test
  void a_bundle_has_one_form() {
    var text = good.toJson().canonicalText();
    for (var change :
        List.of(
            new String[] {"{\"dsseEnvelope\"", "{\"a\":1,\"dsseEnvelope\""},
            new String[] {"\"logIndex\":\"", "\"logIndex\":\"0"},
            new String[] {"\"treeSize\":\"", "\"treeSize\":\"1"},
            new String[] {"bundle.v0.3", "bundle.v0.2"},
            new String[] {"\"hint\":\"SHA256:", "\"hint\":\"SHA256:x"},
            new String[] {"\"kind\":\"dsse\"", "\"kind\":\"intoto\""}))
      assertThrows(
          JsonException.class,
          () ->
              SigstoreBundle.parse(
                  text.replace(change[0], change[1]).getBytes(StandardCharsets.UTF_8)),
          change[1]);
  }
}
