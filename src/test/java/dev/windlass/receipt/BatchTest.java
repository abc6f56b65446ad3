package dev.windlass.receipt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.ResultVerifier.Signer;
import dev.windlass.receipt.Verdict.Counts;
import dev.windlass.receipt.Verdict.Refused;
import dev.windlass.receipt.Verdict.Why;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.MerkleTree;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Trust annex §3.4: the vector and every negative. */
class BatchTest {
  private static final String RESULT = Purpose.RESULT.payloadType();
  private static final Ed25519Key KEY = key(0);
  private static final List<Bytes> THREE =
      List.of(Bytes.utf8("one"), Bytes.utf8("two"), Bytes.utf8("three"));

  private final BatchSigner signer = new BatchSigner(KEY);
  private final ResultVerifier verifier = new ResultVerifier(8);

  /** Seed first, first + 1, … */
  private static Ed25519Key key(int first) {
    var seed = new byte[32];
    for (int i = 0; i < 32; i++) seed[i] = (byte) (first + i);
    return new Ed25519Key(Bytes.wrap(seed));
  }

  private static Dsse.Batch batch(Dsse.Signature signature) {
    return signature.batch().orElseThrow();
  }

  private static Dsse.Signature with(Dsse.Signature signature, Dsse.Batch batch) {
    return new Dsse.Signature(signature.keyId(), signature.sig(), Optional.of(batch));
  }

  private static Dsse.Signature withIndex(Dsse.Signature signature, int index) {
    return with(
        signature, new Dsse.Batch(batch(signature).statement(), index, batch(signature).path()));
  }

  private static Dsse.Signature withPath(Dsse.Signature signature, List<Bytes> path) {
    return with(
        signature, new Dsse.Batch(batch(signature).statement(), batch(signature).index(), path));
  }

  /** Signs any text as a batch statement, with the path of a good batch. */
  private Dsse.Signature signing(Bytes statement, int index, List<Bytes> path) {
    var sig = KEY.sign(Dsse.pae(BatchStatement.TYPE, statement));
    return new Dsse.Signature(
        KEY.publicKey().keyId(), sig, Optional.of(new Dsse.Batch(statement, index, path)));
  }

  private Why why(Bytes payload, Dsse.Signature signature) {
    var first = verifier.verify(KEY.publicKey(), payload, signature);
    var again = verifier.verify(KEY.publicKey(), payload, signature);
    assertEquals(first, again, "what is remembered must not change the verdict");
    return assertInstanceOf(Refused.class, first).why();
  }

  @Test
  void the_vector_of_the_design_is_made_byte_by_byte() {
    var hash = new MerkleHash();
    var leaves = THREE.stream().map(p -> hash.leaf(Dsse.pae(RESULT, p))).toList();
    assertEquals(
        List.of(
            "03cd3a9cdd0d6b13f4903039b2dec85f641cc28edcf3f0d875d19f09f95699e0",
            "aecadc43a33c1ecd2083ee3a070c216a08d3b24d5992bf57136962b48c9985be",
            "db19dede6189e523ee2382500bc9cf94b52c4005aa320ef9b306c80d69743a0f"),
        leaves.stream().map(HexFormat.of()::formatHex).toList());

    var signatures = signer.sign(THREE);
    var two = signatures.get(1);

    assertEquals("SHA256:oFCDfYUHBYLM9zlLCYiEfMMSy4glm4lImfbyOc8XkaU", two.keyId());
    assertEquals(
        "{\"firstSeq\":null,\"leafType\":\"application/vnd.windlass.result.v1+json\","
            + "\"root\":\"sha256:8a430b7c89f873d1f7c3f8cd817b73ef19d89750a91e5e974929f5798270482d\","
            + "\"size\":3,\"v\":1}",
        batch(two).statement().utf8());
    assertEquals(
        "ObF/hJN4SgWj2UhEdZIbbw5cPowfeB6DM2HzMxNzzFqtL0FuDX1jY45Br1d2dCyErwMHI6JblF60QA7PGUNnCQ==",
        Base64Text.of(two.sig()));
    assertEquals(1, batch(two).index());
    assertEquals(List.of(Bytes.wrap(leaves.get(0)), Bytes.wrap(leaves.get(2))), batch(two).path());
    assertEquals(
        "gROdte3w5fne2LI3GSEPQFRvYWrjZgMi0Aqz1fNWBfcxlIUXCUptiogp9Zcq4hhA5Q/cYk/cKnbCuvxt7XZCCg==",
        Base64Text.of(signer.direct(THREE.get(1)).sig()));
    var direct = new Dsse.Signature(two.keyId(), two.sig(), Optional.empty());
    var batchEnvelope = new Dsse(BatchStatement.TYPE, batch(two).statement(), List.of(direct));
    assertEquals(
        "6996cf4fcb3741d07beb31d2f911b1fbce288e214a970e4b6b98eafc400e31df",
        Digest.of(batchEnvelope.toJson().canonical()).hex());
  }

  @Test
  void every_result_of_a_batch_of_any_size_counts_and_one_alone_is_signed_directly() {
    for (int size : new int[] {1, 2, 3, 5, 8, 100, 255, 256}) {
      var payloads = new ArrayList<Bytes>();
      for (int i = 0; i < size; i++) payloads.add(Bytes.utf8("result " + i));

      var signatures = signer.sign(payloads);

      for (int i = 0; i < size; i++)
        assertEquals(
            new Counts(size > 1),
            verifier.verify(KEY.publicKey(), payloads.get(i), signatures.get(i)));
    }
    assertThrows(IllegalArgumentException.class, () -> signer.sign(List.of()));
    var tooMany = java.util.Collections.nCopies(257, Bytes.utf8("x"));
    assertThrows(IllegalArgumentException.class, () -> signer.sign(tooMany));
  }

  @Test
  void an_envelope_is_read_as_it_was_written() {
    for (var signature : signer.sign(THREE)) {
      var direct = signer.direct(THREE.getFirst());
      var envelope = new Dsse(RESULT, THREE.getFirst(), List.of(signature, direct));

      assertEquals(envelope, Dsse.parse(envelope.toJson().canonical()));
    }
  }

  @Test
  void a_wrong_index_is_refused() {
    var signatures = signer.sign(THREE);

    assertEquals(Why.BATCH_PATH, why(THREE.get(0), withIndex(signatures.get(0), 1)));
    assertEquals(Why.BATCH_PATH, why(THREE.get(0), withIndex(signatures.get(0), 2)));
    assertEquals(Why.BATCH_INDEX, why(THREE.get(0), withIndex(signatures.get(0), 3)));
    assertEquals(Why.BATCH_INDEX, why(THREE.get(0), withIndex(signatures.get(0), -1)));
  }

  @Test
  void a_payload_spliced_into_a_batch_is_refused() {
    var signatures = signer.sign(THREE);

    assertEquals(Why.BATCH_PATH, why(THREE.get(1), signatures.get(0)));
    assertEquals(Why.BATCH_PATH, why(Bytes.utf8("four"), signatures.get(2)));
  }

  @Test
  void a_path_one_hash_short_or_long_is_refused() {
    for (var signature : signer.sign(THREE)) {
      var payload = THREE.get(batch(signature).index());
      var path = batch(signature).path();
      var longer = new ArrayList<>(path);
      longer.add(path.getFirst());

      assertEquals(Why.BATCH_PATH, why(payload, withPath(signature, longer)));
      assertEquals(
          Why.BATCH_PATH, why(payload, withPath(signature, path.subList(0, path.size() - 1))));
    }
  }

  @Test
  void only_the_signed_size_counts() {
    var two = signer.sign(THREE).get(1);
    var good = BatchStatement.parse(batch(two).statement());
    var four = new BatchStatement(RESULT, 4, good.root(), OptionalLong.empty()).canonical();

    // The path for index 1 of 3 fits a tree of 4 as well: only the signature tells them apart.
    var unsigned = with(two, new Dsse.Batch(four, 1, batch(two).path()));
    assertEquals(Why.SIGNATURE, why(THREE.get(1), unsigned));
    var json = new Dsse(RESULT, THREE.get(1), List.of(two)).toJson();
    var text = json.canonicalText().replace("\"index\":1", "\"index\":1,\"size\":4");
    assertThrows(JsonException.class, () -> Dsse.parse(Bytes.utf8(text).toArray()));
  }

  @Test
  void a_leaf_type_that_is_not_the_payload_type_is_refused() {
    var two = signer.sign(THREE).get(1);
    var root = BatchStatement.parse(batch(two).statement()).root();
    var other = new BatchStatement("text/plain", 3, root, OptionalLong.empty()).canonical();

    assertEquals(Why.TYPE, why(THREE.get(1), signing(other, 1, batch(two).path())));
  }

  @Test
  void a_batch_of_batches_is_refused() {
    var inner = signer.sign(THREE).get(0);
    var statement = batch(inner).statement();
    var hash = new MerkleHash();
    var leaf = hash.leaf(Dsse.pae(BatchStatement.TYPE, statement));
    var tree = new MerkleTree(hash, List.of(leaf, leaf));
    var root = Digest.ofHash(tree.root());
    var outer = new BatchStatement(BatchStatement.TYPE, 2, root, OptionalLong.empty()).canonical();
    var signature = signing(outer, 0, List.of(Bytes.wrap(leaf)));

    assertEquals(Why.TYPE, why(statement, signature));
    var by = new Signer(KEY.publicKey(), Purpose.RESULT);
    var verdict = verifier.verify(by, BatchStatement.TYPE, statement, signature);
    assertEquals(Why.TYPE, assertInstanceOf(Refused.class, verdict).why());
  }

  @Test
  void a_batch_of_one_is_refused() {
    var leaf = new MerkleHash().leaf(Dsse.pae(RESULT, THREE.getFirst()));
    var statement =
        Bytes.utf8(
            "{\"firstSeq\":null,\"leafType\":\""
                + RESULT
                + "\",\"root\":\""
                + Digest.ofHash(leaf)
                + "\",\"size\":1,\"v\":1}");

    assertEquals(Why.BATCH_STATEMENT, why(THREE.getFirst(), signing(statement, 0, List.of())));
  }

  @Test
  void a_batch_larger_than_its_purpose_allows_is_refused() {
    var root = Digest.of(Bytes.EMPTY);
    var statement = new BatchStatement(RESULT, 257, root, OptionalLong.empty()).canonical();

    assertEquals(Why.BATCH_SIZE, why(THREE.getFirst(), signing(statement, 0, List.of())));
  }

  @Test
  void a_statement_that_is_not_canonical_is_refused_even_when_it_is_signed() {
    var two = signer.sign(THREE).get(1);
    var text = batch(two).statement().utf8();
    for (var other :
        List.of(
            text.replace(",\"size\"", ", \"size\""),
            text.replace("\"v\":1", "\"v\":1.0"),
            text.replace("\"v\":1", "\"v\":2"),
            text.replace("\"v\":1", "\"v\":1,\"w\":1"),
            text.replace("\"firstSeq\":null,", ""),
            text.replace("\"firstSeq\":null,", "\"firstSeq\":7,"),
            text.replace("\"size\":3", "\"size\":3,\"size\":3"),
            text.replace("sha256:8", "sha256:A"),
            text + "\n",
            "[]",
            "")) {
      var signature = signing(Bytes.utf8(other), 1, batch(two).path());
      assertEquals(Why.BATCH_STATEMENT, why(THREE.get(1), signature), other);
    }
  }

  @Test
  void a_key_that_signed_directly_and_in_a_batch_counts_once() {
    var other = key(100);
    var payload = THREE.get(1);
    var envelope =
        new Dsse(
            RESULT,
            payload,
            List.of(
                signer.sign(THREE).get(1),
                signer.direct(payload),
                signer.direct(payload),
                new BatchSigner(other).direct(payload)));

    var signers =
        verifier.signers(
            envelope,
            id ->
                List.of(KEY.publicKey(), other.publicKey()).stream()
                    .filter(k -> k.keyId().equals(id))
                    .map(k -> new Signer(k, Purpose.RESULT))
                    .findFirst());

    assertEquals(Set.of(KEY.publicKey(), other.publicKey()), signers);
    assertEquals(Set.of(), verifier.signers(envelope, _ -> Optional.empty()));
  }

  @Test
  void a_worker_key_does_not_count_on_receipts_nor_a_head_key_on_results() {
    var receipt = Purpose.RECEIPT.payloadType();
    var payload = Bytes.utf8("{\"predicate\":{\"head\":{\"seq\":7}}}");
    var sig = KEY.sign(Dsse.pae(receipt, payload));
    var signature = new Dsse.Signature(KEY.publicKey().keyId(), sig, Optional.empty());

    var asWorker = new Signer(KEY.publicKey(), Purpose.RESULT);
    var asHead = new Signer(KEY.publicKey(), Purpose.RECEIPT);
    var refused = verifier.verify(asWorker, receipt, payload, signature);
    assertEquals(Why.TYPE, assertInstanceOf(Refused.class, refused).why());
    assertEquals(new Counts(false), verifier.verify(asHead, receipt, payload, signature));
    var result = verifier.verify(asHead, RESULT, THREE.get(1), signer.direct(THREE.get(1)));
    assertEquals(Why.TYPE, assertInstanceOf(Refused.class, result).why());
    var leaf = verifier.verify(asHead, receipt, THREE.get(1), signer.sign(THREE).get(1));
    assertEquals(Why.TYPE, assertInstanceOf(Refused.class, leaf).why());
  }

  @Test
  void a_receipt_in_a_batch_has_the_sequence_number_of_its_place() {
    var receipt = Purpose.RECEIPT.payloadType();
    var payloads = new ArrayList<Bytes>();
    for (int seq : new int[] {7, 8, 10})
      payloads.add(Bytes.utf8("{\"predicate\":{\"head\":{\"seq\":" + seq + "}}}"));
    var hash = new MerkleHash();
    var leaves = payloads.stream().map(p -> hash.leaf(Dsse.pae(receipt, p))).toList();
    var tree = new MerkleTree(hash, leaves);
    var root = Digest.ofHash(tree.root());
    var statement = new BatchStatement(receipt, 3, root, OptionalLong.of(7)).canonical();
    var head = new Signer(KEY.publicKey(), Purpose.RECEIPT);

    for (int i = 0; i < 3; i++) {
      var path = tree.path(i).stream().map(Bytes::wrap).toList();
      var verdict = verifier.verify(head, receipt, payloads.get(i), signing(statement, i, path));
      if (i < 2) assertEquals(new Counts(true), verdict);
      else assertEquals(Why.SEQUENCE, assertInstanceOf(Refused.class, verdict).why());
    }
  }

  @Test
  void another_key_or_a_changed_signature_is_refused() {
    var batched = signer.sign(THREE).get(1);
    var direct = signer.direct(THREE.get(1));
    var other = key(1).publicKey();
    var changed = batched.sig().toArray();
    changed[0] ^= 1;

    for (var signature : List.of(batched, direct))
      assertInstanceOf(Refused.class, verifier.verify(other, THREE.get(1), signature));
    var wrong = new Dsse.Signature(batched.keyId(), Bytes.wrap(changed), batched.batch());
    assertEquals(Why.SIGNATURE, why(THREE.get(1), wrong));
    var empty = new Dsse.Signature(batched.keyId(), Bytes.EMPTY, Optional.empty());
    assertEquals(Why.SIGNATURE, why(THREE.get(1), empty));
  }

  @Test
  void a_remembered_statement_does_not_excuse_a_wrong_signature() {
    var batched = signer.sign(THREE).get(1);
    var changed = batched.sig().toArray();
    changed[40] ^= 1;
    var wrong = new Dsse.Signature(batched.keyId(), Bytes.wrap(changed), batched.batch());

    assertEquals(new Counts(true), verifier.verify(KEY.publicKey(), THREE.get(1), batched));
    assertEquals(Why.SIGNATURE, why(THREE.get(1), wrong));
    assertEquals(new Counts(true), verifier.verify(KEY.publicKey(), THREE.get(1), batched));
    assertInstanceOf(Refused.class, verifier.verify(key(1).publicKey(), THREE.get(1), batched));
  }

  @Test
  void a_batched_signature_does_not_pass_as_a_direct_one() {
    var batched = signer.sign(THREE).get(1);
    var stripped = new Dsse.Signature(batched.keyId(), batched.sig(), Optional.empty());

    assertEquals(Why.SIGNATURE, why(THREE.get(1), stripped));
  }

  @Test
  void memory_stays_bounded_however_many_batches_come() {
    var small = new ResultVerifier(2);
    for (int round = 0; round < 2; round++)
      for (int i = 0; i < 20; i++) {
        var payloads = List.of(Bytes.utf8("a" + i), Bytes.utf8("b" + i));
        var signature = signer.sign(payloads).get(1);
        assertEquals(new Counts(true), small.verify(KEY.publicKey(), payloads.get(1), signature));
      }
    assertEquals(2, small.remembered());
    assertThrows(IllegalArgumentException.class, () -> new ResultVerifier(0));
  }

  @Test
  void no_key_shows_its_seed() {
    assertFalse(KEY.toString().contains("0001"));
    assertTrue(KEY.toString().contains("redacted"));
  }
}
