package dev.windlass.head;

import static dev.windlass.head.HeadFixture.await;
import static dev.windlass.head.HeadFixture.problem;
import static dev.windlass.head.LogFixture.header;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.receipt.ReceiptAudit;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.SigstoreBundle;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigstoreExportsTest {
  private static final int QUOTA = 2;

  @TempDir Path data;
  private final FakeLedger log = new FakeLedger();
  private HeadFixture at;

  @BeforeEach
  void open() {
    at =
        LogFixture.head(
            data, log, b -> LogFixture.bounds(b, 1_000, 10, Duration.ofSeconds(5), QUOTA));
    at.worker("w1");
    at.deploy("echo", "");
  }

  @AfterEach
  void close() {
    at.close();
  }

  private HttpResponse<String> export(String id) {
    return at.get("/api/v1/receipts/" + id + "?format=sigstore&wait=10");
  }

  private ReceiptFile file(String id) {
    var answer = at.get("/api/v1/receipts/" + id + "?wait=10");
    assertEquals(200, answer.statusCode(), answer::body);
    return ReceiptFile.parse(answer.body().getBytes(StandardCharsets.UTF_8));
  }

  private SigstoreBundle bundle(HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer::body);
    assertEquals(SigstoreBundle.MEDIA_TYPE, header(answer, "Content-Type"));
    return SigstoreBundle.parse(answer.body().getBytes(StandardCharsets.UTF_8));
  }

  private void assertGood(SigstoreBundle bundle, String id) {
    var checks =
        ReceiptAudit.of(
            bundle, Optional.of(file(id)), log.tree.policy(), ReceiptAudit.Evidence.NONE);
    assertTrue(ReceiptAudit.isGood(checks), checks::toString);
  }

  /** Receipts that the log has as leaves of one batch. */
  private List<String> batched() {
    log.holding = true;
    var ids = new ArrayList<String>();
    for (int i = 0; i < 90; i++)
      ids.add(header(at.post("/fn/default/echo", "x" + i), "Windlass-Receipt"));
    await("one is under way", () -> !log.sent.isEmpty());
    while (log.count() < ids.size()) {
      log.settle(true);
      Thread.onSpinWait();
    }
    return ids.stream()
        .filter(id -> file(id).receipt().signatures().getFirst().batch().isPresent())
        .toList();
  }

  @Test
  void a_single_receipt_is_a_bundle_of_its_own_leaf() {
    var id = header(at.post("/fn/default/echo", "Ada"), "Windlass-Receipt");

    var bundle = bundle(export(id));

    assertEquals(file(id).receipt(), bundle.receipt());
    assertEquals(file(id).index(), bundle.proof().index());
    assertGood(bundle, id);
    assertEquals(List.of(), log.exports);
  }

  @Test
  void a_batched_receipt_is_signed_anew_once_and_its_payload_is_unchanged() {
    var id = batched().getFirst();

    var bundle = bundle(export(id));
    var again = bundle(export(id));

    assertEquals(file(id).receipt().payload(), bundle.receipt().payload());
    assertTrue(bundle.receipt().signatures().getFirst().batch().isEmpty());
    assertEquals(
        log.keys.p256().publicKey().keyId(), bundle.receipt().signatures().getFirst().keyId());
    assertGood(bundle, id);
    assertEquals(bundle, again);
    assertEquals(1, log.exports.size());
  }

  @Test
  void exports_are_bounded_for_each_caller() {
    var ids = batched();
    for (int i = 0; i < QUOTA; i++) bundle(export(ids.get(i)));

    var refused = export(ids.get(QUOTA));

    problem(ProblemType.EXPORT_QUOTA, refused);
    assertTrue(Integer.parseInt(header(refused, "Retry-After")) > 0);
    bundle(export(ids.getFirst()));
    assertEquals(QUOTA, log.exports.size());
  }

  @Test
  void an_export_whose_checkpoint_is_late_is_pending_and_costs_no_second_leaf() {
    var id = batched().getFirst();
    log.withoutProofs = true;

    assertEquals(202, export(id).statusCode());
    assertEquals(202, export(id).statusCode());
    log.withoutProofs = false;

    assertGood(bundle(export(id)), id);
    assertEquals(1, log.exports.size());
  }

  @Test
  void a_receipt_that_does_not_verify_is_not_signed_anew() {
    var id = batched().getFirst();
    log.tamper =
        file ->
            new ReceiptFile(
                file.receipt(),
                file.results(),
                file.registry(),
                file.index() + 1,
                file.path(),
                file.checkpoint());

    var refused = export(id);

    var why = problem(ProblemType.INTERNAL, refused).get("detail").text();
    assertTrue(why.contains("INCLUSION"), why);
    assertEquals(List.of(), log.exports);
  }

  @Test
  void an_export_is_kept_over_a_restart() {
    var id = batched().getFirst();
    var before = export(id).body();
    at.close();
    log.keys = FakeLedger.keys(2);
    at = LogFixture.head(data, log);

    assertEquals(before, export(id).body());
    assertEquals(1, log.exports.size());
  }
}
