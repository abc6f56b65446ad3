package dev.windlass.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.Archive;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.receipt.TrustFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands against a head that would notice what no real one is asked. */
class CommandsTest {
  @TempDir Path directory;
  private final FakeHead head = new FakeHead();
  private final CommandLineOf line = CommandLineOf.calling(head);
  private Path module;

  @BeforeEach
  void aModule() throws IOException {
    module = Files.writeString(directory.resolve("hello.wasm"), "\0asm module");
  }

  @AfterEach
  void theHeadWasNotSurprised() {
    head.close();
  }

  private void deployed() {
    assertEquals(0, line.run("deploy", module.toString(), "--name", "hello"), () -> line.err);
  }

  private String saved(String name, byte[] octets) throws IOException {
    return Files.write(directory.resolve(name), octets).toString();
  }

  @Test
  void deploy_uploads_what_is_missing_and_says_what_was_deployed() throws IOException {
    Files.createDirectories(directory.resolve("files/sub"));
    Files.writeString(directory.resolve("files/sub/a.txt"), "a");
    var command =
        new String[] {
          "deploy",
          module.toString(),
          "--name",
          "acme/hello",
          "--world",
          "cgi",
          "--files",
          directory.resolve("files").toString(),
          "--env",
          "A=1",
          "--limit",
          "fuel=5G,memory=64Mi,timeout=3s",
          "--determinism",
          "none",
          "--retry",
          "never",
          "--route",
          "example.org/hi",
          "--method",
          "get,POST",
          "--hardware",
          "vcpus=2,memoryPerVcpu=1Gi",
          "--",
          "-v",
          "x"
        };

    assertEquals(0, line.run(command), () -> line.err);
    assertEquals(0, line.run(command), () -> line.err);

    var manifest = head.functions.get("acme/hello");
    assertEquals(5_000_000_000L, manifest.limits().fuel());
    assertEquals(64 << 20, manifest.limits().memoryBytes());
    assertEquals(3, manifest.limits().timeout().toSeconds());
    assertEquals(Map.of("A", "1"), manifest.env());
    assertEquals(List.of("-v", "x"), manifest.args());
    assertEquals("/hi", manifest.route().path());
    assertEquals(List.of("GET", "POST"), manifest.route().methods());
    assertEquals(2, manifest.hardware().vcpus());
    var archive = Archive.parse(head.artifacts.get(manifest.files().orElseThrow()));
    assertTrue(archive.entries().containsKey("sub/a.txt"));
    assertEquals(2, head.requests.stream().filter(r -> r.startsWith("PUT /api/v1/art")).count());
    assertTrue(line.out.contains("acme/hello is deployed"), line.out);
    assertTrue(line.out.contains("url       " + head.url() + "/fn/acme/hello"), line.out);
    assertTrue(line.out.contains("compiled  in 12 ms, 34 KiB of code"), line.out);
    assertTrue(line.out.contains("fuel 5,000,000,000, memory 64 MiB, timeout 3 s"), line.out);
    assertTrue(line.out.contains("imports   wasi_snapshot_preview1.fd_write"), line.out);
    assertTrue(line.err.contains("compiling by w1"), line.err);
  }

  @Test
  void deploy_assembles_a_text_module_first() throws IOException {
    var wat = Files.writeString(directory.resolve("a.wat"), "(module)");

    assertEquals(0, line.run("deploy", wat.toString(), "--name", "a"), () -> line.err);
    assertTrue(head.artifacts.containsValue(Bytes.utf8("assembled (module)")));

    Files.writeString(wat, "bad");
    assertEquals(126, line.run("deploy", wat.toString(), "--name", "a"));
    assertEquals("error: " + wat + ": expected `(`\n   --> 1:1\n", line.err);
  }

  @Test
  void a_problem_of_the_head_is_shown_with_its_reasons() {
    head.problem = Optional.of(FakeHead.problemOf("none-eligible", "None eligible", "why not"));

    assertEquals(5, line.run("deploy", module.toString(), "--name", "hello"));
    assertTrue(
        line.err.endsWith(
            """
            error: None eligible: why not
              reasons: w1: no room
              reasons: w2: draining
              | panic: first
              | second
            """),
        line.err);
  }

  @Test
  void a_wrong_option_is_refused_by_name_before_the_head_is_asked() {
    var wrong =
        Map.of(
            "--limit fule=1", "error: limits.fule: unknown member",
            "--limit fuel=lots", "error: limits.fuel: expected an integer with one of the units",
            "--limit fuel", "error: --limit takes NAME=VALUE, not fuel",
            "--env =1", "error: --env takes NAME=VALUE, not =1",
            "--route nowhere", "error: --route takes [HOST]/PATH, not nowhere",
            "--world moon", "error: Invalid value for option '--world'",
            "--hardware vcpus=x", "error: vcpus must be a number such as 2 or 0.5, not x",
            "--bogus", "error: Unknown option: '--bogus'");
    wrong.forEach(
        (words, message) -> {
          var command = ("deploy " + module + " --name hello " + words).split(" ");
          assertEquals(2, line.run(command), words);
          assertTrue(line.err.startsWith(message), words + ": " + line.err);
        });
    assertEquals(2, line.run("deploy", module.toString()));
    assertEquals(
        "error: Missing required option: '--name=[NAMESPACE/]NAME'\n"
            + "  `windlass help deploy` says how\n",
        line.err);
    assertEquals(2, line.run("deploy", module.toString(), "--name", "No Name"));
    assertEquals(2, line.run("frobnicate"));
    assertEquals(List.of(), head.requests);
  }

  @Test
  void invoke_prints_the_answer_and_chooses_the_method() throws IOException {
    deployed();

    assertEquals(0, line.run("invoke", "hello", "--data", "Ada"), () -> line.err);
    assertEquals("POST: Hello, Ada", line.out);
    assertEquals(0, line.run("invoke", "default/hello"));
    assertEquals("GET: Hello, ", line.out);
    var file = saved("in", "Bob".getBytes());
    assertEquals(0, line.run("invoke", "hello", "-d", "@" + file, "-X", "patch"));
    assertEquals("PATCH: Hello, Bob", line.out);
    line.in = "Eve";
    assertEquals(0, line.run("invoke", "hello", "-d", "-", "--path", "/x?y=1", "-H", "A: b"));
    assertEquals("POST: Hello, Eve", line.out);
    assertTrue(head.requests.contains("POST /fn/default/hello/x?y=1"));
    assertEquals(2, line.run("invoke", "hello", "-H", "A: b\nC: d"));
    assertEquals(2, line.run("invoke", "hello", "--path", "/a b"));
  }

  @Test
  void invoke_shows_and_verifies_the_signed_result() {
    deployed();

    assertEquals(0, line.run("invoke", "hello", "--data", "Ada", "--show"), () -> line.err);

    assertEquals("POST: Hello, Ada", line.out);
    assertTrue(line.err.contains("worker      " + FakeHead.WORKER), line.err);
    assertTrue(line.err.contains("fuel        7"), line.err);
    assertTrue(line.err.contains("times       run 1.250 ms, sign 0.042 ms"), line.err);
    assertTrue(
        line.err.contains(
            "verified    statement, signature, key, batch, manifest, function, environment, input,"
                + " output; by the keys the head gives"),
        line.err);
  }

  @Test
  void invoke_fails_when_the_head_gives_a_result_that_does_not_verify() throws IOException {
    deployed();
    head.forgedOutput = Optional.of(Bytes.utf8("forged"));

    assertEquals(4, line.run("invoke", "hello", "--data", "Ada", "--show"));
    assertTrue(line.err.contains("FAILED   output       is sha256:"), line.err);

    head.forgedOutput = Optional.empty();
    var strangers = saved("trust.json", new TrustFile("t", List.of()).toJson().canonical());
    assertEquals(4, line.run("invoke", "hello", "--data", "Ada", "--verify", strangers));
    assertTrue(line.err.contains("FAILED   key "), line.err);
    assertTrue(line.err.contains("does NOT verify by the keys of " + strangers), line.err);
  }

  @Test
  void invoke_tells_a_failed_function_from_a_head_that_refuses() {
    assertEquals(5, line.run("invoke", "hello"));
    assertTrue(line.err.startsWith("error: Refused: no function default/hello"), line.err);

    deployed();
    head.problem = Optional.of(FakeHead.problemOf("trap", "The function trapped", "unreachable"));
    assertEquals(1, line.run("invoke", "hello"));
    assertTrue(line.err.startsWith("error: The function trapped: unreachable"), line.err);
    assertEquals("", line.out);
  }

  @Test
  void a_problem_is_said_once_with_what_matters() {
    deployed();
    head.problem =
        Optional.of(
            FakeHead.problemOf(
                "out-of-fuel",
                "The function used up its fuel",
                "the function used up its fuel of 9"));
    assertEquals(1, line.run("invoke", "hello"));
    assertTrue(line.err.startsWith("error: the function used up its fuel of 9\n"), line.err);
  }

  @Test
  void every_command_has_help_by_word_and_by_option_and_no_command_is_usage() {
    for (var name : Windlass.names(line.ports())) {
      if (name.equals("help")) continue;
      assertEquals(0, line.run("help", name), name);
      var help = line.out;
      for (var option : List.of("--help", "-h")) {
        assertEquals(0, line.run(name, option), () -> name + line.err);
        assertEquals(help, line.out);
      }
    }
    assertEquals(2, line.run());
    assertTrue(line.err.startsWith("Usage: windlass"), line.err);
    assertEquals(2, line.run("frobnicate", "hello"));
    assertTrue(line.err.startsWith("error: there is no command frobnicate\n"), line.err);
  }

  @Test
  void a_head_that_is_not_there_has_an_exit_code_and_advice() {
    var nobody = new CommandLineOf(Map.of("WINDLASS_URL", "http://127.0.0.1:1"));

    assertEquals(3, nobody.run("get", "functions"));
    assertTrue(nobody.err.startsWith("error: no head answers at http://127.0.0.1:1: "), nobody.err);
    assertTrue(nobody.err.contains("`windlass up`"), nobody.err);
    assertEquals(2, nobody.run("get", "functions", "--url", "ftp://x"));
    assertEquals(2, nobody.run("get", "functions", "--url", "not a url"));
  }

  @Test
  void get_shows_tables_json_and_yaml() {
    deployed();
    line.run("invoke", "hello");

    assertEquals(0, line.run("get", "functions"), () -> line.err);
    assertTrue(line.out.startsWith("NAME           WORLD  VERSION       URL\n"), line.out);
    assertEquals(0, line.run("get", "workers", "-o", "wide"), () -> line.err);
    assertTrue(line.out.contains("w1    ready  2      1     1        3     100 MiB"), line.out);
    assertTrue(line.out.contains("2 amd64"), line.out);
    assertEquals(0, line.run("get", "results"), () -> line.err);
    assertTrue(line.out.contains("exit 3   1,234,567  1.3 ms"), line.out);
    head.resultEnds = "\"outcome\":\"ok\",\"exit\":0,\"fuel\":378";
    assertEquals(0, line.run("get", "results"), () -> line.err);
    assertTrue(line.out.matches("(?s).* ok +378 +1\\.3 ms.*"), line.out);
    head.resultEnds = "\"outcome\":\"trap\",\"exit\":null,\"fuel\":null";
    assertEquals(0, line.run("get", "results"), () -> line.err);
    assertTrue(line.out.matches("(?s).* trap +- +1\\.3 ms.*"), line.out);
    assertEquals(0, line.run("get", "workers", "-o", "json"));
    assertEquals(
        "w1",
        Json.parse(line.out, Bounds.DEFAULT)
            .at()
            .get("workers")
            .elements()
            .getFirst()
            .get("name")
            .text());
    assertEquals(0, line.run("get", "workers", "-o", "yaml"));
    assertTrue(line.out.startsWith("workers:\n- capacity: 4\n  engine: sha256:e\n"), line.out);
    assertEquals(0, line.run("get", "join-token"));
    assertEquals("t0ken\n", line.out);
    assertEquals(2, line.run("get", "moons"));
    assertEquals(2, line.run("get", "results", "../secret"));
  }

  @Test
  void revoke_withdraws_a_worker_once_and_says_who_it_was() {
    assertEquals(0, line.run("revoke", "worker", "w1"), () -> line.err);
    assertEquals(FakeHead.WORKER + " is revoked\n", line.out);
    head.revokedNow = false;
    assertEquals(0, line.run("revoke", "worker", "w1"));
    assertEquals(FakeHead.WORKER + " was revoked before\n", line.out);
    assertEquals(5, line.run("revoke", "worker", "w2"));
    assertTrue(line.err.contains("no w2"), line.err);
    assertEquals(2, line.run("revoke", "worker", "../functions"));
    assertEquals(2, line.run("revoke", "function", "w1"));
    assertEquals(3, head.requests.size(), head.requests::toString);
  }

  @Test
  void a_result_is_asked_for_with_a_direct_signature() {
    deployed();
    assertEquals(0, line.run("invoke", "hello", "-d", "Ada"), () -> line.err);
    var id = head.results.keySet().iterator().next();
    assertEquals(0, line.run("get", "results", id, "--direct", "-o", "json"), () -> line.err);
    assertEquals("GET /api/v1/results/" + id + "?signature=direct", head.requests.getLast());
    assertEquals(2, line.run("get", "results", "--direct"));
  }

  @Test
  void logs_are_one_line_each_and_cannot_steer_the_terminal() {
    deployed();

    assertEquals(0, line.run("logs", "hello"), () -> line.err);

    var who = "2026-11-23T05:00:00Z 0197f3a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b w1  ";
    assertEquals(
        who + "one\n" + who + "two\n" + who + "\ufffd[31mred\n" + who + "(ended: trap)\n",
        line.out);
  }

  @Test
  void delete_takes_a_function_away_once() {
    deployed();

    assertEquals(0, line.run("delete", "hello"));
    assertEquals("default/hello is deleted\n", line.out);
    assertEquals(5, line.run("delete", "hello"));
  }

  @Test
  void verify_checks_offline_and_its_exit_code_says_what_failed() throws IOException {
    deployed();
    var result = directory.resolve("result.json").toString();
    assertEquals(0, line.run("invoke", "hello", "-d", "Ada", "--result", result));
    var trust = saved("trust.json", head.trust().toJson().canonical());
    var in = saved("in", "Ada".getBytes());
    var out = saved("out", "POST: Hello, Ada".getBytes());
    var verify = new String[] {"verify", result, "--trust", trust};

    assertEquals(0, line.run(verify), () -> line.out);
    assertTrue(line.out.endsWith("verified\n"), line.out);
    assertTrue(line.out.startsWith("ok       statement    invocation "), line.out);
    var all =
        new String[] {
          "verify",
          result,
          "--trust",
          trust,
          "--function",
          module.toString(),
          "--input",
          in,
          "--output",
          out,
          "--reexecute",
          module.toString()
        };
    assertEquals(0, line.run(all), () -> line.out + line.err);
    assertTrue(line.out.contains("ok       re-execution same output, exit 0, fuel 7"), line.out);
    assertEquals(Bytes.utf8("Ada"), line.engines.jobs.getLast().input());

    all[all.length - 3] = in;
    assertEquals(18, line.run(all), () -> line.out);
    assertTrue(line.out.contains("FAILED   output       is sha256:"), line.out);
    assertTrue(line.out.endsWith("NOT verified: output\n"), line.out);
  }

  @Test
  void verify_refuses_a_result_with_one_byte_changed() throws IOException {
    deployed();
    var result = directory.resolve("result.json");
    line.run("invoke", "hello", "-d", "Ada", "--result", result.toString());
    var trust = saved("trust.json", head.trust().toJson().canonical());
    var octets = Files.readAllBytes(result);
    var exits = new java.util.TreeSet<Integer>();
    for (int i = 0; i < octets.length; i += 7) {
      var changed = octets.clone();
      changed[i] ^= 1;
      var tampered = saved("tampered.json", changed);
      int exit = line.run("verify", tampered, "--trust", trust);
      assertTrue(exit >= 10 && exit <= 19, "byte " + i + ": " + exit);
      exits.add(exit);
    }
    assertTrue(exits.containsAll(Set.of(10, 11, 14)), exits::toString);
  }

  @Test
  void verify_says_when_running_again_gives_something_else() throws IOException {
    deployed();
    var result = directory.resolve("result.json").toString();
    line.run("invoke", "hello", "-d", "Ada", "--result", result);
    var trust = saved("trust.json", head.trust().toJson().canonical());
    line.engines.outcome = new dev.windlass.protocol.Outcome.Trapped("unreachable");

    var rerun = new String[] {"verify", result, "--trust", trust, "--reexecute", module.toString()};
    assertEquals(19, line.run(rerun));
    assertTrue(line.out.contains("trap unreachable, signed is exit 0, fuel 7"), line.out);
    var other = saved("other.wasm", "other".getBytes());
    assertEquals(15, line.run("verify", result, "--trust", trust, "--reexecute", other));
    assertEquals(10, line.run("verify", trust, "--trust", trust));
    assertEquals(6, line.run("verify", "missing.json", "--trust", trust));
  }

  @Test
  void doctor_says_what_is_wrong_and_what_to_do() {
    assertEquals(0, line.run("doctor"), () -> line.out);
    assertTrue(line.out.contains("ok    engine   a fake"), line.out);
    assertTrue(line.out.contains("ok    head     " + head.url() + ", 1 worker"), line.out);

    line.engines.state = Engines.Finding.State.FAIL;
    assertEquals(6, line.run("doctor"));
    assertTrue(line.out.contains("FAIL  engine   a fake\n               make another"), line.out);
    assertFalse(line.out.contains("port"), line.out);
  }

  @Test
  void the_digest_of_a_module_names_its_upload() {
    deployed();

    assertTrue(head.artifacts.containsKey(Digest.of(Bytes.utf8("\0asm module"))));
  }
}
