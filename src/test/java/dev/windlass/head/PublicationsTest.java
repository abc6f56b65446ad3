package dev.windlass.head;

import static dev.windlass.head.HeadFixture.await;
import static dev.windlass.head.HeadFixture.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicationsTest {
  @TempDir Path data;
  private final FakeLedger log = new FakeLedger();

  @Test
  void a_version_is_in_the_log_before_it_is_current_and_entered_once() {
    try (var at = LogFixture.head(data, log)) {
      at.worker("w1");
      var answer = at.tryDeploy("echo", HeadFixture.MODULE, "\"args\":[\"1\"]");
      assertEquals(
          log.tree.indexOf(log.publications().getFirst()),
          HeadFixture.json(answer).get("publishIndex").integer(0, Long.MAX_VALUE));
      at.deploy("echo", "\"args\":[\"2\"]");
      at.deploy("echo", "\"args\":[\"1\"]");
      at.deploy("echo", "\"args\":[\"1\"]");
    }

    var entered = log.publications();
    assertEquals(2, entered.size());
    var first = entered.getFirst();
    assertEquals("default/echo", first.name().toString());
    assertEquals(Digest.of(HeadFixture.MODULE), first.module());
    assertEquals(first.manifest().toString(), first.version());
    assertEquals("single", first.policy().mode());
  }

  @Test
  void a_deployment_without_the_log_changes_nothing_and_says_so() {
    try (var at =
        LogFixture.head(data, log, b -> LogFixture.bounds(b, 100, 10, Duration.ofMillis(300), 3))) {
      at.worker("w1");
      at.deploy("echo", "\"args\":[\"1\"]");
      var before = at.get("/api/v1/namespaces/default/functions/echo").body();
      log.down = true;

      var refused = at.tryDeploy("echo", HeadFixture.MODULE, "\"args\":[\"2\"]");

      problem(ProblemType.LOG_UNREACHABLE, refused);
      assertEquals(before, at.get("/api/v1/namespaces/default/functions/echo").body());
      log.down = false;
      at.deploy("echo", "\"args\":[\"2\"]");
    }
  }

  @Test
  void the_index_survives_a_restart() {
    try (var at = LogFixture.head(data, log)) {
      at.worker("w1");
      at.deploy("echo", "");
    }
    log.keys = FakeLedger.keys(2);
    try (var at = LogFixture.head(data, log)) {
      at.worker("w1");
      assertEquals(200, at.post("/fn/default/echo", "Ada").statusCode());
      await("the log has it", () -> log.count() == 1);
    }

    assertEquals(1, log.publications().size());
    var statement = log.receipts.values().iterator().next();
    assertEquals(
        log.tree.indexOf(log.publications().getFirst()),
        statement.draft().function().publishIndex());
  }

  @Test
  void what_was_deployed_without_a_log_is_entered_when_there_is_one_and_runs_then() {
    try (var at = new HeadFixture(data)) {
      at.worker("w1");
      at.deploy("echo", "");
    }
    log.down = true;
    try (var at = LogFixture.head(data, log)) {
      at.worker("w1");
      var refused = at.post("/fn/default/echo", "Ada");
      problem(ProblemType.LOG_UNREACHABLE, refused);
      assertTrue(refused.headers().firstValue("Retry-After").isPresent());

      log.down = false;

      await("it runs", () -> at.post("/fn/default/echo", "Ada").statusCode() == 200);
    }
    assertEquals(1, log.publications().size());
  }
}
