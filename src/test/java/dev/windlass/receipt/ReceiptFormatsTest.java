package dev.windlass.receipt;

import static dev.windlass.receipt.SmallLog.OUTPUT;
import static dev.windlass.receipt.SmallLog.RUN;
import static dev.windlass.receipt.SmallLog.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.LogEntry.FunctionPublish;
import dev.windlass.receipt.LogEntry.HeadEpoch;
import dev.windlass.receipt.LogEntry.HeadRevoke;
import dev.windlass.receipt.LogEntry.WorkerRevoke;
import dev.windlass.tlog.TlogProof;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Entries, leaves, submissions and files: one encoding each, everything else refused. */
class ReceiptFormatsTest {
  private final SmallLog log = new SmallLog();

  private List<LogEntry> entries() {
    var at = RUN.plusNanos(999);
    var key = log.headKey.publicKey().keyId();
    return List.of(
        log.genesis(),
        log.head(SmallLog.HEAD, log.headKey, log.headP256.publicKey()),
        log.worker(0, Optional.empty(), RUN),
        new WorkerRevoke(at, SmallLog.workerId(0), key, "its pod is gone"),
        new HeadRevoke(at, SmallLog.HEAD, key, "asked for by \"ops\""),
        new FunctionPublish(
            at,
            FunctionName.parse("acme/price"),
            "1.4.0",
            SmallLog.MODULE,
            Digest.of(OUTPUT),
            SmallLog.SINGLE),
        new HeadEpoch(at, key, 1, 0, Digest.of(Bytes.EMPTY)),
        new HeadEpoch(at, key, 7, 9, Digest.of(OUTPUT)));
  }

  @Test
  void every_entry_is_read_as_it_was_written_and_signed() {
    for (var entry : entries()) {
      assertEquals(entry, LogEntry.parse(entry.canonical()));
      var signed = SignedEntry.sign(entry, log.registrar);

      var read = SignedEntry.parse(signed.leaf());

      assertEquals(signed, read);
      assertEquals(signed.leaf(), read.leaf());
      assertTrue(read.isSignedBy(log.registrar.publicKey()));
      assertFalse(read.isSignedBy(log.operator.publicKey()));
      assertFalse(
          new SignedEntry(entry, log.operator.publicKey().keyId(), read.sig())
              .isSignedBy(log.registrar.publicKey()));
    }
  }

  @Test
  void an_entry_has_one_form() {
    for (var entry : entries()) {
      var text = entry.canonical().utf8();
      for (var change :
          List.of(
              new String[] {"{\"at\"", "{ \"at\""},
              new String[] {"\"v\":1}", "\"v\":2}"},
              new String[] {"\"v\":1}", "\"v\":1,\"w\":0}"},
              new String[] {"\"v\":1}", "\"v\":1,\"v\":1}"},
              new String[] {"\"type\":\"", "\"type\":\"x"},
              new String[] {"\"body\":{", "\"body\":{\"\":0,"},
              new String[] {"Z\",\"body\"", "+00:00\",\"body\""},
              new String[] {"0Z\",\"body\"", "0000Z\",\"body\""})) {
        if (!text.contains(change[0])) continue;
        var other = Bytes.utf8(text.replace(change[0], change[1]));
        assertThrows(JsonException.class, () -> LogEntry.parse(other), other::utf8);
      }
    }
  }

  @Test
  void an_entry_contradicting_itself_is_refused() {
    var genesis = log.genesis().canonical().utf8();
    var changed = genesis.replace("quorum witnesses", "quorum none");
    assertFalse(changed.equals(genesis));
    assertThrows(JsonException.class, () -> LogEntry.parse(Bytes.utf8(changed)));
    var epoch = entries().getLast().canonical().utf8().replace("\"count\":3", "\"count\":4");
    assertThrows(JsonException.class, () -> LogEntry.parse(Bytes.utf8(epoch)));
    var key = log.headKey.publicKey().keyId();
    assertThrows(
        IllegalArgumentException.class,
        () -> new HeadEpoch(RUN, key, 7, 5, Digest.of(Bytes.EMPTY)));
  }

  @Test
  void a_leaf_is_an_entry_with_one_direct_signature() {
    var signed = SignedEntry.sign(entries().getFirst(), log.operator);
    var envelope = signed.envelope();
    var signature = envelope.signatures().getFirst();
    var type = envelope.payloadType();
    var none = new Dsse(type, envelope.payload(), List.of());
    var two = new Dsse(type, envelope.payload(), List.of(signature, signature));
    var other = new Dsse("text/plain", envelope.payload(), List.of(signature));
    var batch = new Dsse.Batch(Bytes.utf8("{}"), 0, List.of());
    var batched =
        new Dsse(
            type,
            envelope.payload(),
            List.of(new Dsse.Signature(signature.keyId(), signature.sig(), Optional.of(batch))));
    for (var wrong : List.of(none, two, other, batched))
      assertThrows(JsonException.class, () -> SignedEntry.parse(wrong.canonical()));
    var leaf = signed.leaf().utf8();
    for (var text :
        List.of(
            leaf + " ",
            leaf.replace("{\"payload\"", "{\"a\":1,\"payload\""),
            leaf.replace("\"keyid\"", "\"key\":1,\"keyid\""),
            leaf.replace("\"payloadType\"", "\"payloadType\":\"x\",\"payloadType\"")))
      assertThrows(JsonException.class, () -> SignedEntry.parse(Bytes.utf8(text)), text);
  }

  @Test
  void an_entry_longer_than_a_leaf_may_be_is_refused() {
    var g = log.genesis();
    var many = dev.windlass.json.Json.object().put("x", "y".repeat(60_000)).build();
    var large =
        new LogEntry.Genesis(
            RUN, g.origin(), g.trustDomain(), g.operator(), g.registrar(), g.policy(), many);
    var signed = SignedEntry.sign(large, log.operator);
    var e = assertThrows(IllegalArgumentException.class, signed::leaf);
    assertTrue(String.valueOf(e.getMessage()).contains("at most 65535"));
  }

  @Test
  void the_leaf_of_a_batch_is_its_envelope_and_binds_its_payloads() {
    var payloads = List.of(Bytes.utf8("a"), Bytes.utf8("b"), Bytes.utf8("c"));
    var batch = log.signer.batch(payloads, 7);

    var leaf = BatchLeaf.parse(batch.leaf().canonical());

    assertEquals(batch.leaf(), leaf);
    assertTrue(leaf.isSignedBy(log.headKey.publicKey()));
    assertFalse(leaf.isSignedBy(log.operator.publicKey()));
    assertTrue(leaf.tree(payloads).isPresent());
    assertTrue(leaf.tree(payloads.subList(0, 2)).isEmpty());
    assertTrue(leaf.tree(List.of(payloads.get(1), payloads.get(0), payloads.get(2))).isEmpty());
    for (int i = 0; i < 3; i++)
      assertEquals(
          batch.leaf().canonical(),
          ReceiptVerifier.leaf(
              log.head(SmallLog.HEAD, log.headKey, log.headP256.publicKey()),
              payloads.get(i),
              batch.envelope(i).signatures().getFirst()));
    var text = leaf.canonical().utf8();
    for (var other :
        List.of(
            text + "\n",
            text.replace(BatchStatement.TYPE, "text/plain"),
            text.replace("\"signatures\":[", "\"signatures\":[],\"x\":["),
            text.replace("\"sig\"", "\"batch\":null,\"sig\""),
            text.replace("{\"payload\"", "{\"payload\":\"\",\"payload\"")))
      assertThrows(JsonException.class, () -> BatchLeaf.parse(Bytes.utf8(other)), other);
    var results = new BatchSigner(log.workers.getFirst()).sign(payloads).getFirst();
    var ofResults =
        new Dsse(
            BatchStatement.TYPE,
            results.batch().orElseThrow().statement(),
            List.of(new Dsse.Signature(results.keyId(), results.sig(), Optional.empty())));
    assertThrows(JsonException.class, () -> BatchLeaf.parse(ofResults.canonical()));
  }

  @Test
  void one_receipt_is_never_a_batch_and_a_batch_is_never_too_large() {
    assertThrows(
        IllegalArgumentException.class, () -> log.signer.batch(List.of(Bytes.utf8("a")), 1));
    var many = java.util.Collections.nCopies(4097, Bytes.utf8("a"));
    assertThrows(IllegalArgumentException.class, () -> log.signer.batch(many, 1));
    assertEquals(4096, log.signer.batch(many.subList(0, 4096), 1).leaf().statement().size());
  }

  @Test
  void the_leaf_of_a_single_receipt_is_a_rekor_body_byte_by_byte() {
    var payload = Bytes.utf8("receipt");
    var single = log.signer.single(payload);
    var base64 = Base64.getEncoder();
    var expected =
        "{\"apiVersion\":\"0.0.2\",\"kind\":\"dsse\",\"spec\":{\"dsseV002\":{\"payloadHash\":"
            + "{\"algorithm\":\"SHA2_256\",\"digest\":\""
            + base64.encodeToString(Digest.of(payload).hash())
            + "\"},\"signatures\":[{\"content\":\""
            + base64.encodeToString(single.envelope().signatures().getFirst().sig().toArray())
            + "\",\"verifier\":{\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\",\"publicKey\":"
            + "{\"rawBytes\":\""
            + base64.encodeToString(log.headP256.publicKey().spki().toArray())
            + "\"}}}]}}}";

    assertEquals(expected, single.leaf().utf8());
    var body = RekorBody.parse(single.leaf());
    assertTrue(body.isOf(payload));
    assertFalse(body.isOf(Bytes.utf8("other")));
    for (var text :
        List.of(
            expected.replace("0.0.2", "0.0.1"),
            expected.replace("SHA2_256", "SHA2_512"),
            expected.replace("PKIX_ECDSA", "PKIX_RSA"),
            expected.replace("\"signatures\":[", "\"signatures\":[],\"x\":["),
            expected.replace("{\"apiVersion\"", "{\"a\":1,\"apiVersion\""),
            expected + " "))
      assertThrows(JsonException.class, () -> RekorBody.parse(Bytes.utf8(text)), text);
  }

  @Test
  void a_submission_is_read_as_it_was_written_and_nothing_else_is_one() {
    var results = log.results(result(1, OUTPUT), 0).canonical();
    var single = log.signer.single(Bytes.utf8("receipt"));
    var item = new Submission.Item(Bytes.utf8("receipt"), results);
    var all =
        List.of(
            new Submission.Plain(log.leaves.getFirst()),
            new Submission.Single(single.leaf(), single.envelope().canonical(), results),
            new Submission.Batch(Bytes.utf8("leaf"), List.of(item, item, item)));
    var chance = new SplittableRandom(3);
    for (var submission : all) {
      var octets = submission.encode();
      assertEquals(submission, Submission.parse(octets));
      for (int cut = 0; cut < Math.min(octets.size(), 300); cut++) {
        var shorter = Bytes.wrap(Arrays.copyOf(octets.toArray(), cut));
        assertThrows(IllegalArgumentException.class, () -> Submission.parse(shorter));
      }
      var longer = Bytes.wrap(Arrays.copyOf(octets.toArray(), octets.size() + 1));
      assertThrows(IllegalArgumentException.class, () -> Submission.parse(longer));
      for (int round = 0; round < 500; round++) {
        var wrong = octets.toArray();
        wrong[chance.nextInt(Math.min(wrong.length, 200))] = (byte) chance.nextInt(256);
        try {
          assertEquals(Bytes.wrap(wrong), Submission.parse(Bytes.wrap(wrong)).encode());
        } catch (IllegalArgumentException e) {
          assertTrue(String.valueOf(e.getMessage()).length() > 5);
        }
      }
    }
    var huge = new Submission.Plain(Bytes.wrap(new byte[Submission.MAX_OCTETS]));
    assertThrows(IllegalArgumentException.class, huge::encode);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Submission.Batch(Bytes.utf8("leaf"), List.of(item)));
  }

  @Test
  void a_head_can_tell_how_long_a_submission_becomes() {
    var payloads = new ArrayList<Bytes>();
    var items = new ArrayList<Submission.Item>();
    int octets = Submission.BATCH_OVERHEAD;
    for (int i = 0; i < 40; i++) {
      payloads.add(Bytes.utf8("receipt " + i));
      items.add(new Submission.Item(payloads.get(i), Bytes.utf8("results")));
      octets += items.get(i).octets();
    }
    var batch = log.signer.batch(payloads, 1);

    int real = new Submission.Batch(batch.leaf().canonical(), items).encode().size();

    assertTrue(real <= octets && real > octets - Submission.BATCH_OVERHEAD, real + " " + octets);
  }

  @Test
  void a_receipt_file_has_one_form() {
    var good = log.batched();
    var text = good.encode().utf8();
    var proof = TlogProof.parse(text);
    var extra = new String(proof.extra().orElseThrow(), StandardCharsets.UTF_8);

    assertEquals(good, ReceiptFile.parse(text.getBytes(StandardCharsets.UTF_8)));
    assertEquals(proof.note(), good.proof().note());
    assertEquals(Optional.empty(), good.proof().extra());
    for (var change :
        List.of(
            new String[] {"{\"receipt\"", "{ \"receipt\""},
            new String[] {"{\"receipt\"", "{\"a\":1,\"receipt\""},
            new String[] {"{\"receipt\"", "{\"receipt\":{},\"receipt\""},
            new String[] {"\"registry\":[", "\"registry\":[],\"x\":["},
            new String[] {"\"index\":0", "\"index\":-1"},
            new String[] {"\"entry\":{", "\"entry\":{\"x\":1,"},
            new String[] {"\"keyid\"", "\"x\":1,\"keyid\""})) {
      assertTrue(extra.contains(change[0]), change[0]);
      var other = extra.replace(change[0], change[1]).getBytes(StandardCharsets.UTF_8);
      var wrong = new TlogProof(Optional.of(other), good.index(), good.path(), good.checkpoint());
      assertThrows(JsonException.class, () -> ReceiptFile.parse(wrong.encode()), change[1]);
    }
    assertThrows(JsonException.class, () -> ReceiptFile.parse(good.proof().encode()));
    assertThrows(JsonException.class, () -> ReceiptFile.parse(new byte[0]));
    var chance = new SplittableRandom(2);
    var octets = good.encode().toArray();
    for (int round = 0; round < 1_000; round++) {
      var wrong = octets.clone();
      wrong[chance.nextInt(wrong.length)] = (byte) chance.nextInt(256);
      try {
        ReceiptAudit.of(ReceiptFile.parse(wrong), log.policy, ReceiptAudit.Evidence.NONE);
      } catch (JsonException e) {
        assertTrue(String.valueOf(e.getMessage()).length() > 5);
      }
    }
  }

  @Test
  void a_p256_signature_counts_in_its_one_form_only() throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    var pair = generator.generateKeyPair();
    var key = P256Key.of(pair);
    var message = "message".getBytes(StandardCharsets.UTF_8);
    int mirrored = 0;
    for (int round = 0; round < 40; round++) {
      var jdk = Signature.getInstance("SHA256withECDSA");
      jdk.initSign(pair.getPrivate());
      jdk.update(message);
      var plain = Bytes.wrap(jdk.sign());
      var ours = key.sign(message);

      assertTrue(key.publicKey().verifies(message, ours));
      assertFalse(key.publicKey().verifies(new byte[0], ours));
      var normal = EcdsaSignature.parse(plain).orElseThrow().normal().der();
      assertTrue(key.publicKey().verifies(message, normal));
      if (!normal.equals(plain)) {
        mirrored++;
        assertFalse(key.publicKey().verifies(message, plain));
      }
    }
    assertTrue(mirrored > 0);
    assertEquals(key.publicKey(), P256PublicKey.ofSpki(key.publicKey().spki()));
    assertTrue(key.toString().contains("redacted"));
  }

  /** RFC 6979 §A.2.5, "sample" with SHA-256. */
  @Test
  void a_p256_vector_of_the_standard_verifies() {
    var key =
        P256PublicKey.ofSpki(
            octets(
                "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
                    + "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                    + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"));
    var r = number("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716");
    var s = number("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    var message = "sample".getBytes(StandardCharsets.UTF_8);
    var signature = new EcdsaSignature(r, s);

    assertTrue(key.verifies(message, signature.normal().der()));
    assertFalse(key.verifies(message, signature.der()), "the larger s");
    assertFalse(key.verifies(message, new EcdsaSignature(s, r).normal().der()));
    var order = EcdsaSignature.ORDER;
    for (var n : List.of(BigInteger.ZERO, BigInteger.ONE, order, order.add(r), r.negate()))
      for (var wrong : List.of(new EcdsaSignature(n, s), new EcdsaSignature(r, n)))
        assertFalse(key.verifies(message, wrong.der()), wrong::toString);
  }

  private static Bytes octets(String hex) {
    return Bytes.wrap(HexFormat.of().parseHex(hex));
  }

  private static BigInteger number(String hex) {
    return new BigInteger(hex, 16);
  }

  @Test
  void only_a_point_of_p256_is_a_key() throws Exception {
    var spki = P256Key.make(new SecureRandom()).publicKey().spki().toArray();
    for (int i : new int[] {0, 10, 26, 40, 90}) {
      var wrong = spki.clone();
      wrong[i] ^= 1;
      assertThrows(IllegalArgumentException.class, () -> P256PublicKey.ofSpki(Bytes.wrap(wrong)));
    }
    var zero = spki.clone();
    Arrays.fill(zero, 27, 91, (byte) 0);
    assertThrows(IllegalArgumentException.class, () -> P256PublicKey.ofSpki(Bytes.wrap(zero)));
    assertThrows(
        IllegalArgumentException.class,
        () -> P256PublicKey.ofSpki(SmallLog.key(1).publicKey().spki()));
    var p384 = KeyPairGenerator.getInstance("EC");
    p384.initialize(new ECGenParameterSpec("secp384r1"));
    var pair = p384.generateKeyPair();
    assertThrows(IllegalArgumentException.class, () -> P256Key.of(pair));
  }
}
