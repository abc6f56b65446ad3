package dev.windlass.receipt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.ManifestJson;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.Check.Subject;
import dev.windlass.receipt.ResultAudit.Evidence;
import dev.windlass.receipt.ResultAudit.Rerun;
import dev.windlass.receipt.ResultStatement.End;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ResultAuditTest {
  private static final Ed25519Key KEY = new Ed25519Key(Bytes.wrap(new byte[32]));
  private static final Bytes INPUT = Bytes.utf8("Ada");
  private static final Bytes OUTPUT = Bytes.utf8("Hello, Ada");
  private static final Digest ENGINE = Digest.of(Bytes.utf8("engine"));
  private static final Json.Obj MANIFEST =
      (Json.Obj)
          ManifestJson.toJson(
              ManifestJson.parse(
                  ("{\"name\":\"default/hello\",\"args\":[\"-x\"],\"env\":{\"A\":\"1\"},\"module\":\""
                          + Digest.of(Bytes.utf8("module"))
                          + "\"}")
                      .getBytes(java.nio.charset.StandardCharsets.UTF_8)));

  /** The UUIDv7 of 2026-11-23T05:00:00Z. */
  private static final Instant RUN = Instant.parse("2026-11-23T05:00:00Z");

  private static final String INVOCATION = uuid(RUN);

  private static final TrustFile.Worker WORKER =
      new TrustFile.Worker(
          "spiffe://test/ns/default/worker/w1",
          KEY.publicKey(),
          RUN.minusSeconds(60),
          RUN.plusSeconds(3600),
          Optional.empty());

  private static String uuid(Instant time) {
    var hex = String.format("%012x", time.toEpochMilli());
    return hex.substring(0, 8) + "-" + hex.substring(8) + "-7000-8000-000000000000";
  }

  private static ResultStatement statement(End end, String profile) {
    var manifest = ManifestJson.parse(MANIFEST.at());
    return new ResultStatement(
        INVOCATION,
        Bytes.wrap(new byte[16]),
        manifest.module(),
        Digest.of(MANIFEST.canonical()),
        Digest.of(INPUT),
        Environment.of(manifest, new TreeMap<>(Map.of("B", "2"))).digest(),
        profile,
        ENGINE,
        Digest.of(OUTPUT),
        end,
        Optional.empty());
  }

  private static ResultFile file(Dsse result) {
    return new ResultFile(
        result,
        MANIFEST,
        new TreeMap<>(Map.of("B", "2")),
        Optional.of(INPUT),
        Optional.of(OUTPUT),
        Optional.empty());
  }

  private static ResultFile file(ResultStatement statement) {
    var payload = statement.canonical();
    var signature = new BatchSigner(KEY).direct(payload);
    return file(new Dsse(Purpose.RESULT.payloadType(), payload, List.of(signature)));
  }

  private static ResultFile file() {
    return file(statement(new End.Exit(0, OptionalLong.of(7)), "det-1"));
  }

  private static ResultFile batchedFile() {
    var payload = statement(new End.Exit(0, OptionalLong.of(7)), "det-1").canonical();
    var others = List.of(Bytes.utf8("x"), payload, Bytes.utf8("y"));
    var signature = new BatchSigner(KEY).sign(others).get(1);
    return file(new Dsse(Purpose.RESULT.payloadType(), payload, List.of(signature)));
  }

  private static TrustFile trust(TrustFile.Worker... workers) {
    return new TrustFile("test", List.of(workers));
  }

  private static Map<Subject, Check> audit(ResultFile file, TrustFile trust, Evidence evidence) {
    return ResultAudit.of(file, trust, evidence).stream()
        .collect(Collectors.toMap(Check::subject, check -> check));
  }

  private static void assertFails(Map<Subject, Check> checks, Subject... subjects) {
    var failed =
        checks.values().stream()
            .filter(c -> c.state() == State.FAILED)
            .map(Check::subject)
            .collect(Collectors.toSet());
    assertEquals(java.util.Set.of(subjects), failed, checks::toString);
  }

  private static Evidence rerun(Digest engine, End end, Bytes output) {
    return new Evidence(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(new Rerun(engine, end, Digest.of(output))));
  }

  @Test
  void a_signed_result_passes_every_check_direct_and_in_a_batch() {
    for (var file : List.of(file(), batchedFile())) {
      var checks = ResultAudit.of(file, trust(WORKER), Evidence.NONE);

      assertTrue(checks.stream().allMatch(c -> c.state() == State.OK), checks::toString);
      assertEquals(9, checks.size());
      assertTrue(ResultAudit.isGood(checks));
    }
    var batch = audit(batchedFile(), trust(WORKER), Evidence.NONE).get(Subject.BATCH);
    assertEquals("result 2 of 3", batch.detail());
  }

  @Test
  void both_files_are_read_as_they_were_written() {
    var revoked =
        new TrustFile.Worker(
            WORKER.id(), WORKER.publicKey(), RUN, RUN.plusSeconds(1), Optional.of(RUN));
    for (var trust : List.of(trust(WORKER), trust(revoked), trust()))
      assertEquals(trust, TrustFile.parse(trust.toJson().canonical()));
    for (var file : List.of(file(), batchedFile()))
      assertEquals(file, ResultFile.parse(file.toJson().canonical()));
    var without =
        new ResultFile(
            file().result(),
            MANIFEST,
            new TreeMap<>(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertEquals(without, ResultFile.parse(without.toJson().canonical()));
  }

  @Test
  void one_changed_byte_of_the_result_file_is_refused() {
    for (var file : List.of(file(), batchedFile())) {
      var text = file.toJson().canonical();
      for (int i = 0; i < text.length; i++) {
        var changed = text.clone();
        changed[i] ^= 1;
        try {
          var checks = ResultAudit.of(ResultFile.parse(changed), trust(WORKER), Evidence.NONE);
          // The name of an optional member may change into another's only if nothing is lost by it.
          assertFalse(ResultAudit.isGood(checks), "byte " + i + " of " + new String(text));
        } catch (JsonException _) {
          // refused before any check
        }
      }
    }
  }

  @Test
  void a_key_that_is_not_registered_fails_signature_and_key() {
    assertFails(audit(file(), trust(), Evidence.NONE), Subject.SIGNATURE, Subject.KEY);
  }

  @Test
  void a_key_that_was_not_valid_at_the_time_of_the_run_fails() {
    var late =
        new TrustFile.Worker(
            WORKER.id(),
            WORKER.publicKey(),
            RUN.plusSeconds(31),
            RUN.plusSeconds(99),
            Optional.empty());
    var over =
        new TrustFile.Worker(
            WORKER.id(), WORKER.publicKey(), RUN.minusSeconds(99), RUN, Optional.empty());
    var revoked =
        new TrustFile.Worker(
            WORKER.id(),
            WORKER.publicKey(),
            RUN.minusSeconds(99),
            RUN.plusSeconds(99),
            Optional.of(RUN));
    for (var worker : List.of(late, over, revoked))
      assertFails(audit(file(), trust(worker), Evidence.NONE), Subject.KEY);
  }

  @Test
  void the_evidence_of_the_checker_is_compared_with_what_was_signed() {
    var other = Optional.of(Digest.of(Bytes.utf8("other")));
    var all = new Evidence(other, other, other, Optional.empty());

    var checks = audit(file(), trust(WORKER), all);

    assertFails(checks, Subject.FUNCTION, Subject.INPUT, Subject.OUTPUT);
    var input = checks.get(Subject.INPUT).detail();
    assertEquals("is " + other.get() + ", signed is " + Digest.of(INPUT), input);
  }

  @Test
  void a_file_that_holds_another_output_than_was_signed_fails_whatever_the_checker_brings() {
    var good = file();
    var forged =
        new ResultFile(
            good.result(),
            MANIFEST,
            good.env(),
            good.input(),
            Optional.of(Bytes.utf8("forged")),
            Optional.empty());
    var brought =
        new Evidence(
            Optional.empty(), Optional.empty(), Optional.of(Digest.of(OUTPUT)), Optional.empty());

    assertFails(audit(forged, trust(WORKER), brought), Subject.OUTPUT);
    assertFails(audit(forged, trust(WORKER), Evidence.NONE), Subject.OUTPUT);
  }

  @Test
  void another_manifest_or_environment_fails() {
    var good = file();
    var members = new TreeMap<>(MANIFEST.members());
    members.put("args", Json.texts(List.of("-y")));
    var otherManifest =
        new ResultFile(
            good.result(),
            new Json.Obj(members),
            good.env(),
            good.input(),
            good.output(),
            Optional.empty());
    var otherEnv =
        new ResultFile(
            good.result(),
            MANIFEST,
            new TreeMap<>(),
            good.input(),
            good.output(),
            Optional.empty());

    assertFails(
        audit(otherManifest, trust(WORKER), Evidence.NONE), Subject.MANIFEST, Subject.ENVIRONMENT);
    assertFails(audit(otherEnv, trust(WORKER), Evidence.NONE), Subject.ENVIRONMENT);
  }

  @Test
  void without_input_and_output_those_checks_are_skipped_not_passed() {
    var good = file();
    var bare =
        new ResultFile(
            good.result(),
            MANIFEST,
            good.env(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    var checks = audit(bare, trust(WORKER), Evidence.NONE);

    assertEquals(State.SKIPPED, checks.get(Subject.INPUT).state());
    assertEquals(State.SKIPPED, checks.get(Subject.OUTPUT).state());
  }

  @Test
  void a_payload_that_is_no_statement_fails_at_once() {
    var payload = Bytes.utf8("{}");
    var signature = new BatchSigner(KEY).direct(payload);
    var file = file(new Dsse(Purpose.RESULT.payloadType(), payload, List.of(signature)));

    assertFails(audit(file, trust(WORKER), Evidence.NONE), Subject.STATEMENT);
  }

  @Test
  void a_batch_path_that_does_not_fit_fails_alone() {
    var good = batchedFile();
    var signature = good.result().signatures().getFirst();
    var batch = signature.batch().orElseThrow();
    var moved =
        new Dsse.Signature(
            signature.keyId(),
            signature.sig(),
            Optional.of(new Dsse.Batch(batch.statement(), 0, batch.path())));
    var file = file(new Dsse(good.result().payloadType(), good.result().payload(), List.of(moved)));

    assertFails(audit(file, trust(WORKER), Evidence.NONE), Subject.BATCH);
  }

  @Test
  void running_again_compares_output_end_and_on_the_same_engine_fuel() {
    var other = Digest.of(Bytes.utf8("another engine"));
    var seven = new End.Exit(0, OptionalLong.of(7));
    var eight = new End.Exit(0, OptionalLong.of(8));

    var same = audit(file(), trust(WORKER), rerun(ENGINE, seven, OUTPUT));
    assertEquals("same output, exit 0, fuel 7", same.get(Subject.REEXECUTION).detail());
    assertFails(same);
    assertFails(audit(file(), trust(WORKER), rerun(other, eight, OUTPUT)));
    assertFails(audit(file(), trust(WORKER), rerun(ENGINE, eight, OUTPUT)), Subject.REEXECUTION);
    assertFails(audit(file(), trust(WORKER), rerun(ENGINE, seven, INPUT)), Subject.REEXECUTION);
    assertFails(
        audit(file(), trust(WORKER), rerun(ENGINE, new End.Trap("unreachable"), OUTPUT)),
        Subject.REEXECUTION);
  }

  @Test
  void what_need_not_repeat_is_never_held_against_a_worker() {
    var timed = file(statement(new End.Trap("out-of-time"), "det-1"));
    var loose = file(statement(new End.Exit(0, OptionalLong.of(7)), "nondet"));
    var other = rerun(ENGINE, new End.Exit(0, OptionalLong.of(7)), INPUT);

    for (var file : List.of(timed, loose)) {
      var checks = audit(file, trust(WORKER), other);
      assertEquals(State.SKIPPED, checks.get(Subject.REEXECUTION).state());
    }
  }

  @Test
  void a_trust_file_whose_key_id_is_not_its_keys_is_refused() {
    var text = trust(WORKER).toJson().canonicalText();
    var other = new Ed25519Key(Bytes.wrap(INVOCATION.substring(0, 32).getBytes())).publicKey();
    for (var bad :
        List.of(
            text.replace(KEY.publicKey().keyId(), other.keyId()),
            text.replace("\"v\":1", "\"v\":2"),
            text.replace("\"revokedAt\":null", "\"revokedAt\":\"soon\""),
            text.replace("\"trustDomain\"", "\"trustdomain\""),
            "{}"))
      assertThrows(
          JsonException.class,
          () -> TrustFile.parse(Json.parse(bad, Bounds.DEFAULT).canonical()),
          bad);
  }

  @Test
  void a_public_key_outside_the_prime_order_group_is_refused() {
    var identity = new byte[32];
    identity[0] = 1;
    var lowOrder = new byte[32];

    assertThrows(
        IllegalArgumentException.class, () -> Ed25519PublicKey.ofRaw(Bytes.wrap(identity)));
    assertThrows(
        IllegalArgumentException.class, () -> Ed25519PublicKey.ofRaw(Bytes.wrap(lowOrder)));
    var spki = KEY.publicKey().spki();
    assertEquals(KEY.publicKey(), Ed25519PublicKey.ofSpki(spki));
    var wrong = spki.toArray();
    wrong[8] = 0x6e;
    assertThrows(IllegalArgumentException.class, () -> Ed25519PublicKey.ofSpki(Bytes.wrap(wrong)));
  }
}
