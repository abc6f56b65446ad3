package dev.windlass.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.BatchStatement;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Purpose;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.MerkleTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Trust annex §3.4, "Export on demand": what a hostile head may ask of a worker's key. */
class ResignerTest {
  private static final Ed25519Key KEY = key(1);
  private static final List<Bytes> RESULTS = List.of(result("a"), result("b"), result("c"));

  private final Resigner resigner = new Resigner(new BatchSigner(KEY));

  @Test
  void a_batched_result_is_signed_directly_without_memory_of_it() {
    var signatures = new BatchSigner(KEY).sign(RESULTS);
    for (int i = 0; i < RESULTS.size(); i++) {
      var reply = resigner.sign(order(RESULTS.get(i), signatures.get(i)));
      var resigned = assertInstanceOf(Reply.Resigned.class, reply);
      assertEquals(KEY.publicKey().keyId(), resigned.keyId());
      var pae = Dsse.pae(Purpose.RESULT.payloadType(), RESULTS.get(i));
      assertTrue(KEY.publicKey().verifies(pae, resigned.signature()));
    }
  }

  @Test
  void a_batch_of_another_key_is_not_signed_again() {
    var others = new BatchSigner(key(2)).sign(RESULTS);
    refused(order(RESULTS.get(1), others.get(1)), "does not verify");
  }

  @Test
  void a_result_spliced_into_a_batch_is_not_signed_again() {
    var signatures = new BatchSigner(KEY).sign(RESULTS);
    refused(order(result("never ran here"), signatures.get(0)), "the path leads to");
    refused(order(RESULTS.get(1), signatures.get(0)), "the path leads to");
    var at = signatures.get(0).batch().orElseThrow();
    for (int index : new int[] {-1, 1, 2, 3, Integer.MAX_VALUE})
      refused(
          new Order.Resign(
              RESULTS.get(0),
              signatures.get(0).sig(),
              new Reply.Batch(at.statement(), index, at.path())),
          index < 0 || index > 2 ? "BATCH_INDEX" : "BATCH_PATH");
    var shorter = at.path().subList(0, at.path().size() - 1);
    refused(
        new Order.Resign(
            RESULTS.get(0), signatures.get(0).sig(), new Reply.Batch(at.statement(), 0, shorter)),
        "BATCH_PATH");
    var longer = new ArrayList<Bytes>();
    for (int i = 0; i < 32; i++) longer.add(Bytes.wrap(new byte[32]));
    refused(
        new Order.Resign(
            RESULTS.get(0), signatures.get(0).sig(), new Reply.Batch(at.statement(), 0, longer)),
        "at most 12 hashes");
  }

  @Test
  void what_is_no_result_statement_is_not_signed_even_if_it_was_batched() {
    var texts = List.of(Bytes.utf8("{}"), RESULTS.getFirst(), Bytes.utf8("not JSON"));
    var signatures = new BatchSigner(KEY).sign(texts);
    refused(order(texts.get(0), signatures.get(0)), "no result statement");
    refused(order(texts.get(2), signatures.get(2)), "no result statement");
    var spaced = Bytes.utf8(" " + RESULTS.getFirst().utf8());
    var loose = new BatchSigner(KEY).sign(List.of(spaced, RESULTS.getFirst()));
    refused(order(spaced, loose.getFirst()), "no result statement");
  }

  @Test
  void a_batch_of_receipts_is_not_taken_for_one_of_results() {
    var type = Purpose.RECEIPT.payloadType();
    refused(order(RESULTS.getFirst(), signed(type, OptionalLong.of(1))), "leaves are " + type);
    refused(
        order(RESULTS.getFirst(), signed(BatchStatement.TYPE, OptionalLong.empty())), "leaves are");
    refused(
        order(RESULTS.getFirst(), signed(Purpose.RESULT.payloadType(), OptionalLong.of(1))),
        "firstSeq");
  }

  @Test
  void a_changed_octet_anywhere_is_refused() {
    var signature = new BatchSigner(KEY).sign(RESULTS).get(1);
    var batch = signature.batch().orElseThrow();
    var chance = new SplittableRandom(5);
    for (int i = 0; i < 500; i++) {
      var order =
          switch (i % 4) {
            case 0 -> new Order.Resign(bent(RESULTS.get(1), chance), signature.sig(), same(batch));
            case 1 -> new Order.Resign(RESULTS.get(1), bent(signature.sig(), chance), same(batch));
            case 2 ->
                new Order.Resign(
                    RESULTS.get(1),
                    signature.sig(),
                    new Reply.Batch(bent(batch.statement(), chance), 1, batch.path()));
            default -> {
              var path = new ArrayList<>(batch.path());
              int at = chance.nextInt(path.size());
              path.set(at, bent(path.get(at), chance));
              yield new Order.Resign(
                  RESULTS.get(1), signature.sig(), new Reply.Batch(batch.statement(), 1, path));
            }
          };
      refused(order, "");
    }
  }

  @Test
  void so_many_a_second_and_no_more() {
    for (int i = 0; i < Resigner.MOST_A_SECOND; i++) assertTrue(resigner.mayNow(1_000 + i));
    assertTrue(!resigner.mayNow(1_999));
    assertTrue(resigner.mayNow(2_000));
  }

  private void refused(Order.Resign order, String why) {
    var refused = assertInstanceOf(Reply.Refused.class, resigner.sign(order));
    assertEquals(Reply.Why.NOT_SIGNED_HERE, refused.why());
    assertTrue(refused.detail().contains(why), refused.detail());
  }

  private static Order.Resign order(Bytes payload, Dsse.Signature signature) {
    return new Order.Resign(payload, signature.sig(), same(signature.batch().orElseThrow()));
  }

  private static Reply.Batch same(Dsse.Batch batch) {
    return new Reply.Batch(batch.statement(), batch.index(), batch.path());
  }

  /** This very key over a statement of two leaves with the path of the first. */
  private static Dsse.Signature signed(String leafType, OptionalLong firstSeq) {
    var hash = new MerkleHash();
    var leaves = RESULTS.subList(0, 2).stream().map(p -> hash.leaf(Dsse.pae(leafType, p))).toList();
    var tree = new MerkleTree(hash, leaves);
    var statement =
        new BatchStatement(leafType, 2, Digest.ofHash(tree.root()), firstSeq).canonical();
    var path = tree.path(0).stream().map(Bytes::wrap).toList();
    return new Dsse.Signature(
        KEY.publicKey().keyId(),
        KEY.sign(Dsse.pae(BatchStatement.TYPE, statement)),
        Optional.of(new Dsse.Batch(statement, 0, path)));
  }

  private static Bytes bent(Bytes octets, SplittableRandom chance) {
    var copy = octets.toArray();
    copy[chance.nextInt(copy.length)] ^= (byte) (1 << chance.nextInt(8));
    return Bytes.wrap(copy);
  }

  private static Ed25519Key key(int first) {
    var seed = new byte[32];
    seed[0] = (byte) first;
    return new Ed25519Key(Bytes.wrap(seed));
  }

  private static Bytes result(String output) {
    var any = Digest.of(Bytes.utf8("any"));
    return new ResultStatement(
            "01a1f0a3-3c00-7001-8000-000000000002",
            Bytes.wrap(new byte[16]),
            any,
            any,
            any,
            any,
            "det-1",
            any,
            Digest.of(Bytes.utf8(output)),
            new ResultStatement.End.Exit(0, OptionalLong.of(1)),
            Optional.empty())
        .canonical();
  }
}
