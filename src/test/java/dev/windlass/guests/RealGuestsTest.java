package dev.windlass.guests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Limits;
import dev.windlass.guests.RealGuests.Result;
import dev.windlass.wasm.Outcome;
import dev.windlass.wasm.ffm.Refusal;
import dev.windlass.wasm.ffm.Wat;
import dev.windlass.wasm.wasi.FileTree;
import dev.windlass.wasm.wasi.WasiRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Programs as people write them, on the real engine with our WASI. */
class RealGuestsTest {
  private static final FileTree FILES =
      FileTree.of(
          Map.of(
              "data/a.txt", Bytes.utf8("packaged"),
              "data/sub/b.txt", Bytes.utf8("below"),
              "data/empty/", Bytes.EMPTY));

  private static RealGuests guests;

  @BeforeAll
  static void open() throws IOException {
    guests = new RealGuests();
  }

  @AfterAll
  static void close() {
    if (guests != null) guests.close();
  }

  private static Result run(String program, String stdin, String... args) {
    return guests.run(program, RealGuests.request(List.of(args), stdin, FILES, RealGuests.LIMITS));
  }

  private static void ended(int code, Result result) {
    assertEquals(code, result.wasi().exitCode(), result + result.out() + result.log());
    if (!(result.execution().outcome() instanceof Outcome.Returned)) {
      assertInstanceOf(Outcome.EndedByHost.class, result.execution().outcome());
      assertTrue(result.wasi().exited());
    }
  }

  private static void same(String program, WasiRequest request) {
    var one = guests.run(program, request);
    var other = guests.run(program, request);
    assertEquals(one.wasi().stdout(), other.wasi().stdout());
    assertEquals(one.wasi().stderr(), other.wasi().stderr());
    assertEquals(one.execution().fuelUsed(), other.execution().fuelUsed());
  }

  @Test
  void a_go_program_greets_stdin_and_its_exit_code_arrives() {
    var result = run("go-hello", "Ada\n", "hello");
    ended(0, result);
    assertEquals("Hello, Ada!\n", result.out());
    assertEquals("greeting Ada\n", result.log());
    ended(7, run("go-hello", "", "hello", "fail"));
  }

  @Test
  void a_go_program_run_twice_gives_the_same_bytes_for_the_same_fuel() {
    same("go-hello", RealGuests.request(List.of("x"), "Ada", FILES, RealGuests.LIMITS));
    same("go-files", RealGuests.request(List.of("x"), "", FILES, RealGuests.LIMITS));
  }

  @Test
  void a_go_http_handler_serves_requests_through_net_http_cgi() {
    var result = cgi("POST", "/some/path", "b=2&a=one%20more", "the body");
    ended(0, result);
    var parts = result.out().split("\r\n\r\n", 2);
    assertTrue(parts[0].startsWith("Status: 200 OK\r\n"), result.out());
    assertTrue(parts[0].contains("X-Method: POST"), result.out());
    assertEquals(
        "POST /fn/default/page/some/path from example.org\na = one more\nb = 2\n"
            + "body of 8 bytes: the body\n",
        parts[1]);
  }

  private static Result cgi(String method, String path, String query, String body) {
    var env =
        List.of(
            "GATEWAY_INTERFACE=CGI/1.1",
            "SERVER_PROTOCOL=HTTP/1.1",
            "SERVER_NAME=example.org",
            "SERVER_PORT=443",
            "REMOTE_ADDR=192.0.2.1",
            "HTTP_HOST=example.org",
            "REQUEST_METHOD=" + method,
            "SCRIPT_NAME=/fn/default/page",
            "PATH_INFO=" + path,
            "QUERY_STRING=" + query,
            "CONTENT_TYPE=text/plain",
            "CONTENT_LENGTH=" + body.length());
    return guests.run(
        "go-cgi", RealGuests.request(List.of("page"), env, body, FILES, RealGuests.LIMITS));
  }

  @Test
  void a_go_program_reads_its_packaged_files_and_uses_scratch() {
    var result = run("go-files", "", "files");
    ended(0, result);
    assertEquals(
        """
        //
        /data/
        /data/a.txt: 8 bytes: packaged
        /data/empty/
        /data/sub/
        /data/sub/b.txt: 5 bytes: below
        /tmp/
        scratch: first second
        entry: link L---------
        entry: note.txt.moved ----------
        gone: true
        read-only: true
        """,
        result.out().substring(0, result.out().indexOf("outside:")));
    assertTrue(result.out().contains("time: 2026-11-23, slept: true"), result.out());
    assertFalse(result.out().contains("root:"), "a host file was read");
    assertTrue(result.execution().nanos() < 3_000_000_000L, "nobody slept");
  }

  @Test
  void a_c_program_finds_what_posix_promises() {
    var result = run("c-conformance", "input", "conformance", "one");
    ended(0, result);
    assertTrue(result.out().endsWith(" claims, 0 failures\n"), result.out());
    same(
        "c-conformance",
        RealGuests.request(List.of("c", "one"), "input", FILES, RealGuests.LIMITS));
  }

  @Test
  void a_c_program_counts_a_megabyte_of_stdin() {
    var result = run("c-wordcount", "five words and a newline\n".repeat(40_000), "wordcount");
    ended(0, result);
    assertEquals("40000 lines, 200000 words, 1000000 bytes\n", result.out());
  }

  @Test
  void every_end_of_a_c_program_is_told_apart() {
    ended(3, run("c-exits", "", "exits", "return"));
    ended(200, run("c-exits", "", "exits", "exit"));
    var abort = run("c-exits", "", "exits", "abort");
    assertInstanceOf(Outcome.Trapped.class, abort.execution().outcome());
    assertEquals("ending by abort\n", abort.log());
    // a C stack lies in linear memory and may run out before the engine's
    var deep = run("c-exits", "", "exits", "deep").execution().outcome();
    assertTrue(deep instanceof Outcome.StackOverflow || deep instanceof Outcome.Trapped, deep + "");
    assertInstanceOf(Outcome.OutOfFuel.class, limited("loop", 1_000_000).execution().outcome());
  }

  private static Result limited(String how, long fuel) {
    var limits = limits(fuel, 4 << 20, 1 << 20);
    return guests.run(
        "c-exits", RealGuests.request(List.of("exits", how), "", FileTree.EMPTY, limits));
  }

  private static Limits limits(long fuel, long memory, int output) {
    var all = RealGuests.LIMITS;
    return new Limits(
        fuel, memory, 10_000, all.timeout(), 1 << 20, output, 4096, all.scratchBytes(), 0);
  }

  @Test
  void output_log_and_memory_are_bounded() {
    var output = limited("output", 10_000_000_000L);
    assertInstanceOf(Outcome.EndedByHost.class, output.execution().outcome());
    assertTrue(output.wasi().outputOverflowed());
    assertFalse(output.wasi().exited());

    var log = limited("stderr", 10_000_000_000L);
    ended(0, log);
    assertEquals(4096, log.wasi().stderr().size());
    assertEquals("ending by stderr\n".length() + 160_000 - 4096, log.wasi().stderrDropped());

    var memory = limited("memory", 10_000_000_000L);
    ended(9, memory);
    assertEquals("no more memory\n", memory.out());
    assertTrue(memory.execution().memoryBytes() <= 4 << 20);
  }

  @Test
  void a_hand_written_module_copies_stdin_to_stdout() throws IOException, Refusal {
    var wasm = Wat.assemble(Files.readString(Path.of("src/test/guests/wat/echo.wat")));
    var text = "0123456789abcdef".repeat(50_000);
    var result =
        guests.run(wasm, RealGuests.request(List.of("echo"), text, FILES, RealGuests.LIMITS));
    ended(0, result);
    assertEquals(text, result.out());
  }

  @Test
  void python_prints_its_version() {
    var result = run("python", "", "python", "-c", "import sys; print(sys.version)");
    ended(0, result);
    assertTrue(result.out().startsWith("3.12.0 "), result.out());
  }

  @Test
  void python_runs_a_script_of_a_thousand_lines_with_packaged_modules() {
    var request =
        RealGuests.request(
            List.of("python", "/app/main.py"),
            List.of("PYTHONPATH=/app/lib", "PYTHONDONTWRITEBYTECODE=1"),
            "7\n",
            scripts(),
            RealGuests.LIMITS);
    var result = guests.run("python", request);
    ended(0, result);
    assertEquals("998 functions, total 498501, scaled 3489507\nrow 3: three\n", result.out());
    same("python", request);
  }

  /** 998 generated functions in a main program that imports a module and reads a table. */
  private static FileTree scripts() {
    var main = new StringBuilder("import sys, json, scale\nfunctions = []\n");
    for (int i = 0; i < 998; i++)
      main.append("functions.append(lambda: ").append(i).append(" + 1)\n");
    main.append("total = sum(f() for f in functions)\n")
        .append("factor = int(sys.stdin.readline())\n")
        .append("print(f'{len(functions)} functions, total {total}, ")
        .append("scaled {scale.by(factor, total)}')\n")
        .append("open('/tmp/copy', 'w').write(open('/app/table.json').read())\n")
        .append("print('row 3:', json.load(open('/tmp/copy'))['3'])\n");
    assertTrue(main.toString().lines().count() > 1000);
    var files = new TreeMap<String, Bytes>();
    files.put("app/main.py", Bytes.utf8(main.toString()));
    files.put(
        "app/lib/scale.py", Bytes.utf8("def by(factor, value):\n    return factor * value\n"));
    files.put("app/table.json", Bytes.utf8("{\"3\": \"three\"}"));
    return FileTree.of(files);
  }

  @Test
  void python_meets_its_memory_limit_as_a_memory_error_and_nothing_else_breaks() {
    var request =
        RealGuests.request(
            List.of("python", "-c", "x = bytearray(60 << 20); print('not reached')"),
            List.of(),
            "",
            FileTree.EMPTY,
            limits(20_000_000_000L, 64 << 20, 1 << 20));
    var result = guests.run("python", request);
    ended(1, result);
    assertEquals("", result.out());
    assertTrue(result.log().contains("MemoryError"), result.log());
    assertTrue(result.execution().memoryBytes() <= 64 << 20);
  }
}
