package dev.windlass.head;

import static dev.windlass.head.HeadFixture.MODULE;
import static dev.windlass.head.HeadFixture.json;
import static dev.windlass.head.HeadFixture.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.head.FakeWorker.Ended;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployTest {
  private static final String FUNCTIONS = "/api/v1/namespaces/default/functions/";

  @TempDir Path data;
  private HeadFixture at;

  @BeforeEach
  void open() {
    at = new HeadFixture(data);
  }

  @AfterEach
  void close() {
    at.close();
  }

  @Test
  void a_deployment_says_what_was_deployed_and_where_it_answers() {
    at.worker("w1");
    var done = json(at.tryDeploy("hello", MODULE, "\"limits\":{\"fuel\":1000}"));
    assertEquals("default/hello", done.get("name").text());
    assertEquals(Digest.of(MODULE).toString(), done.get("module").text());
    assertEquals(MODULE.size(), done.get("moduleBytes").integer(0, 1_000));
    assertEquals(3, done.get("compiledMillis").integer(0, 1_000));
    assertEquals(4_096, done.get("codeBytes").integer(0, 10_000));
    assertEquals(List.of("wasi.fd_write i"), done.get("imports").texts());
    assertEquals(1_000, done.get("limits").get("fuel").integer(0, 10_000));
    assertEquals("http://127.0.0.1:" + at.port + "/fn/default/hello", done.get("url").text());
    assertTrue(done.get("changed").bool());
    var again = json(at.tryDeploy("hello", MODULE, "\"limits\":{\"fuel\":1000}"));
    assertFalse(again.get("changed").bool());
    assertEquals(done.get("manifest").text(), again.get("manifest").text());
  }

  @Test
  void progress_is_told_line_by_line_and_the_end_is_the_last_line() {
    at.worker("w1");
    at.upload(MODULE);
    var lines = streamed("{\"module\":\"" + Digest.of(MODULE) + "\"}");
    assertEquals("checking", lines.getFirst().at().get("event").text());
    assertEquals("preparing", lines.get(1).at().get("event").text());
    assertEquals("default/hello", lines.getLast().at().get("done").get("name").text());
  }

  @Test
  void a_refused_deployment_ends_its_lines_with_the_problem() {
    at.worker("w1");
    var lines = streamed("{\"module\":\"" + Digest.of(MODULE) + "\"}");
    assertEquals(
        ProblemType.UNKNOWN_ARTIFACT.uri(), lines.getLast().at().get("problem").get("type").text());
  }

  private List<Json> streamed(String manifest) {
    var response =
        at.send(
            at.request(FUNCTIONS + "hello")
                .header("Accept", "application/x-ndjson")
                .PUT(BodyPublishers.ofString(manifest)));
    assertEquals(
        Optional.of("application/x-ndjson"), response.headers().firstValue("Content-Type"));
    var lines = new ArrayList<Json>();
    response.body().lines().forEach(line -> lines.add(Json.parse(line, Bounds.DEFAULT)));
    return lines;
  }

  @Test
  void what_is_no_module_is_refused_by_what_it_begins_with() {
    assertInvalid("not-wasm", "it begins with 68656c6c", Bytes.utf8("hello world"), "");
  }

  @Test
  void an_empty_file_is_refused() {
    assertInvalid("not-wasm", "the file is empty", Bytes.EMPTY, "");
  }

  @Test
  void a_truncated_module_is_refused_with_where_it_ends() {
    var cut = java.util.Arrays.copyOf(MODULE.toArray(), MODULE.size() - 3);
    assertInvalid("truncated", "it has " + cut.length, Bytes.wrap(cut), "");
  }

  @Test
  void a_component_is_refused_with_what_is_expected() {
    assertInvalid("component", "expected a core module", hex("0061736d0d000100"), "");
  }

  @Test
  void shared_memory_is_refused_by_the_name_of_its_proposal() {
    assertInvalid("needs-feature", "threads", hex("0061736d01000000" + "0504" + "01030101"), "");
  }

  @Test
  void a_64_bit_memory_is_refused_by_the_name_of_its_proposal() {
    assertInvalid("needs-feature", "memory64", hex("0061736d01000000" + "0503" + "010401"), "");
  }

  @Test
  void gc_types_are_refused_by_the_name_of_their_proposal() {
    assertInvalid(
        "needs-feature", "garbage collection", hex("0061736d01000000" + "0103" + "015f00"), "");
  }

  @Test
  void exceptions_are_refused_by_the_name_of_their_proposal() {
    assertInvalid(
        "needs-feature",
        "exception handling",
        hex("0061736d01000000" + "0104" + "01600000" + "0d03" + "010000"),
        "");
  }

  @Test
  void a_module_without_start_is_refused_with_its_exports() {
    assertInvalid("no-entry", "no exported function _start", hex("0061736d01000000"), "");
    assertInvalid("no-entry", "its exported functions are _start", MODULE, ",\"entry\":\"main\"");
  }

  @Test
  void declared_memory_over_the_limit_is_refused_with_both_numbers() {
    assertInvalid(
        "memory-over-limit",
        "declares a memory of 131072 bytes",
        hex("0061736d01000000" + "0503" + "010002"),
        ",\"limits\":{\"memory\":65536}");
  }

  private void assertInvalid(String reason, String contains, Bytes module, String members) {
    at.worker("w" + at.workers.size());
    at.upload(module);
    var response =
        at.send(
            "PUT", FUNCTIONS + "bad", "{\"module\":\"" + Digest.of(module) + "\"" + members + "}");
    var problem = problem(ProblemType.INVALID_MODULE, response);
    assertEquals(reason, problem.get("reason").text());
    assertTrue(problem.get("detail").text().contains(contains), response::body);
    problem(ProblemType.UNKNOWN_FUNCTION, at.get("/fn/default/bad"));
    for (var worker : at.workers.values()) assertEquals(List.of(), worker.orders);
  }

  @Test
  void unknown_imports_are_refused_with_all_that_the_worker_lists() {
    var worker = at.worker("w1");
    worker.prepares =
        Optional.of(
            new Reply.Refused(Reply.Why.INVALID_MODULE, "unknown imports: env.a (i), env.b ()"));
    var problem = problem(ProblemType.INVALID_MODULE, at.tryDeploy("bad", MODULE, ""));
    assertEquals("unknown imports: env.a (i), env.b ()", problem.get("detail").text());
    problem(ProblemType.UNKNOWN_FUNCTION, at.get("/fn/default/bad"));
  }

  @Test
  void bytes_that_are_not_what_their_digest_says_are_not_kept() {
    var wrong = Digest.of(Bytes.utf8("something else"));
    var response =
        at.send(
            at.request("/api/v1/artifacts/" + wrong.hex())
                .PUT(BodyPublishers.ofByteArray(MODULE.toArray())));
    var problem = problem(ProblemType.DIGEST_MISMATCH, response);
    assertTrue(problem.get("detail").text().contains(wrong.toString()));
    assertTrue(problem.get("detail").text().contains(Digest.of(MODULE).toString()));
    assertEquals(404, at.send("HEAD", "/api/v1/artifacts/" + wrong.hex(), "").statusCode());
  }

  @Test
  void an_artifact_that_was_not_sent_is_named() {
    at.worker("w1");
    var response = at.send("PUT", FUNCTIONS + "x", "{\"module\":\"" + Digest.of(MODULE) + "\"}");
    var problem = problem(ProblemType.UNKNOWN_ARTIFACT, response);
    assertEquals(Digest.of(MODULE).toString(), problem.get("artifact").text());
  }

  @Test
  void a_bit_that_flipped_in_the_store_is_found_before_anything_runs() throws IOException {
    at.worker("w1");
    at.upload(MODULE);
    var hex = Digest.of(MODULE).hex();
    var file =
        data.resolve("artifacts/sha256").resolve(hex.substring(0, 2)).resolve(hex.substring(2));
    var octets = Files.readAllBytes(file);
    octets[9] ^= 1;
    Files.write(file, octets);
    var response = at.send("PUT", FUNCTIONS + "x", "{\"module\":\"sha256:" + hex + "\"}");
    problem(ProblemType.DIGEST_MISMATCH, response);
    at.deploy("x", "");
    assertEquals("ok", at.post("/fn/default/x", "ok").body());
  }

  @Test
  void an_artifact_over_the_limit_is_refused_while_it_comes() {
    at.close();
    at =
        new HeadFixture(
            data,
            config ->
                config.withStore(
                    new HeadConfig.Store(10, 3, 1 << 20, 1_000, config.store().unusedFor())));
    var big = new byte[100_000];
    var response =
        at.send(
            at.request("/api/v1/artifacts/" + Digest.of(big).hex())
                .PUT(BodyPublishers.ofByteArray(big)));
    problem(ProblemType.BODY_TOO_LARGE, response);
  }

  @Test
  void a_manifest_with_an_unknown_member_is_refused_by_its_path() {
    var response = at.send("PUT", FUNCTIONS + "x", "{\"modul\":\"sha256:00\"}");
    var problem = problem(ProblemType.INVALID_MANIFEST, response);
    assertTrue(problem.get("detail").text().startsWith("$.modul: unknown member"));
    problem(ProblemType.INVALID_MANIFEST, at.send("PUT", FUNCTIONS + "x", "{"));
    problem(
        ProblemType.INVALID_MANIFEST,
        at.send(
            "PUT",
            FUNCTIONS + "x",
            "{\"name\":\"default/y\",\"module\":\"" + Digest.of(MODULE) + "\"}"));
    problem(ProblemType.BAD_REQUEST, at.send("PUT", FUNCTIONS + "UPPER", "{}"));
  }

  @Test
  void files_that_are_no_archive_are_refused() {
    at.worker("w1");
    var files = Bytes.utf8("no tar");
    at.upload(files);
    var response = at.tryDeploy("x", MODULE, "\"files\":\"" + Digest.of(files) + "\"");
    assertTrue(
        problem(ProblemType.INVALID_MANIFEST, response).get("detail").text().startsWith("$.files"));
  }

  @Test
  void without_a_worker_nothing_is_switched() {
    var worker = at.worker("w1");
    at.deploy("hello", "\"env\":{\"V\":\"1\"}");
    worker.die();
    problem(ProblemType.NO_WORKER, at.tryDeploy("hello", MODULE, "\"env\":{\"V\":\"2\"}"));
    worker.join();
    worker.guest = (_, manifest) -> Ended.ok(manifest.env().get("V"));
    assertEquals("1", at.get("/fn/default/hello").body());
  }

  @Test
  void a_worker_lost_while_it_compiles_is_replaced_by_another() {
    var one = at.worker("w1");
    one.tamper =
        reply -> {
          one.faults.clear();
          throw new IllegalStateException("dies");
        };
    var two = at.worker("w2");
    at.deploy("hello", "");
    one.faults.clear();
    assertTrue(two.orders.stream().anyMatch(o -> o instanceof Order.Prepare));
  }

  @Test
  void a_redeployment_under_load_fails_no_request_and_mixes_no_versions() throws Exception {
    var worker = at.worker("w1");
    worker.guest = (_, manifest) -> Ended.ok(manifest.env().get("V"));
    at.deploy("hello", "\"env\":{\"V\":\"0\"}");
    var stop = new AtomicBoolean();
    var wrong = java.util.Collections.synchronizedList(new ArrayList<String>());
    var clients = new ArrayList<Thread>();
    for (int i = 0; i < 4; i++)
      clients.add(
          Thread.startVirtualThread(
              () -> {
                int last = 0;
                while (!stop.get()) {
                  var response = at.get("/fn/default/hello");
                  if (response.statusCode() != 200) {
                    wrong.add(response.body());
                    return;
                  }
                  int version = Integer.parseInt(response.body());
                  if (version < last) wrong.add(version + " after " + last);
                  last = version;
                }
              }));
    for (int v = 1; v <= 10; v++) at.deploy("hello", "\"env\":{\"V\":\"" + v + "\"}");
    assertEquals("10", at.get("/fn/default/hello").body());
    stop.set(true);
    for (var client : clients) client.join();
    assertEquals(List.of(), wrong);
  }

  @Test
  void functions_survive_a_restart_of_the_head() {
    at.worker("w1");
    at.deploy("hello", "\"env\":{\"V\":\"1\"}");
    at.deploy("other", "\"route\":{\"path\":\"/other\"}");
    at.close();
    at = new HeadFixture(data);
    at.worker("w1").guest = (_, manifest) -> Ended.ok(manifest.env().getOrDefault("V", "none"));
    assertEquals("1", at.get("/fn/default/hello").body());
    assertEquals("none", at.get("/other").body());
    assertEquals(2, json(at.get("/api/v1/functions")).get("functions").elements().size());
  }

  @Test
  void a_deleted_function_is_gone_for_good_and_workers_hear_of_it() {
    var worker = at.worker("w1");
    at.deploy("hello", "");
    assertEquals(204, at.send("DELETE", FUNCTIONS + "hello", "").statusCode());
    problem(ProblemType.UNKNOWN_FUNCTION, at.get("/fn/default/hello"));
    problem(ProblemType.UNKNOWN_FUNCTION, at.send("DELETE", FUNCTIONS + "hello", ""));
    assertTrue(worker.orders.stream().anyMatch(o -> o instanceof Order.Evict));
    at.close();
    at = new HeadFixture(data);
    problem(ProblemType.UNKNOWN_FUNCTION, at.get("/fn/default/hello"));
  }

  private static Bytes hex(String text) {
    return Bytes.wrap(HexFormat.of().parseHex(text));
  }
}
