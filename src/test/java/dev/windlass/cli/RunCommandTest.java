package dev.windlass.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.Archive;
import dev.windlass.function.Bytes;
import dev.windlass.protocol.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
  @TempDir Path directory;
  private final CommandLineOf line = new CommandLineOf(Map.of());
  private String module = "";

  @BeforeEach
  void aModule() throws IOException {
    module = Files.writeString(directory.resolve("My Hello.wasm"), "\0asm module").toString();
    line.in = "Ada";
  }

  @Test
  void stdin_stdout_stderr_and_the_exit_code_are_the_guests() {
    line.engines.outcome = new Outcome.Exited(42);
    line.engines.stderr = Bytes.utf8("a log line\n");

    assertEquals(42, line.run("run", module, "--env", "A=b", "--", "-x", "y"));

    assertEquals("POST: Hello, Ada", line.out);
    assertEquals("a log line\n", line.err);
    var manifest = line.engines.jobs.getFirst().manifest();
    assertEquals("local/my-hello", manifest.name().toString());
    assertEquals(List.of("-x", "y"), manifest.args());
    assertEquals(Map.of("A", "b"), manifest.env());
  }

  @Test
  void each_way_of_being_stopped_has_its_exit_code_and_names_its_limit() {
    var ends =
        Map.of(
            new Outcome.Trapped("unreachable"), "134 error: the guest trapped: unreachable",
            new Outcome.OutOfFuel(10_000), "152 error: the guest used up its fuel of 10,000",
            new Outcome.OutOfMemory(64 << 20), "137 error: the guest needs more memory than 64 MiB",
            new Outcome.OutOfTime(250), "124 error: the guest ran longer than 250 ms",
            new Outcome.OutputTooLarge(1 << 20), "153 error: the guest wrote more than 1 MiB",
            new Outcome.StackOverflow(), "139 error: the guest used up its stack",
            new Outcome.Exited(256), "1 error: the guest's exit code 256 does not fit a process's");
    ends.forEach(
        (outcome, expected) -> {
          line.engines.outcome = outcome;
          int exit = line.run("run", module);
          assertEquals(expected, exit + " " + line.err.lines().findFirst().orElse(""));
        });
  }

  @Test
  void limits_are_read_with_their_units_and_checked() {
    assertEquals(
        0, line.run("run", module, "--limit", "fuel=1M,timeout=250ms", "--limit=output=1Ki"));
    var limits = line.engines.jobs.getFirst().manifest().limits();
    assertEquals(1_000_000, limits.fuel());
    assertEquals(250, limits.timeout().toMillis());
    assertEquals(1024, limits.outputBytes());

    assertEquals(2, line.run("run", module, "--limit", "memory=1Ti"));
    assertTrue(line.err.startsWith("error: limits: limit memory must be 65536 to"), line.err);
    assertEquals(6, line.run("run", module, "--limit", "input=2"));
    assertTrue(line.err.startsWith("error: stdin has more than 2 bytes"), line.err);
  }

  @Test
  void the_world_cgi_adds_the_variables_of_a_request_which_env_may_replace() {
    assertEquals(0, line.run("run", module, "--world", "cgi", "--env", "PATH_INFO=/x"));

    var job = line.engines.jobs.getFirst();
    assertEquals("POST", job.env().get("REQUEST_METHOD"));
    assertEquals("3", job.env().get("CONTENT_LENGTH"));
    assertEquals("/x", job.manifest().env().get("PATH_INFO"));
    assertTrue(!job.env().containsKey("PATH_INFO"));
  }

  @Test
  void a_directory_is_copied_to_where_the_guest_should_see_it() throws IOException {
    var files = Files.createDirectories(directory.resolve("d/sub")).getParent();
    Files.writeString(files.resolve("sub/a"), "a");
    Files.createSymbolicLink(files.resolve("b"), Path.of("sub/a"));

    assertEquals(0, line.run("run", module, "--dir", files + "::/data"), () -> line.err);

    var archive = Archive.parse(line.engines.jobs.getFirst().files().orElseThrow());
    assertEquals(List.of("data/b", "data/sub/a"), List.copyOf(archive.entries().keySet()));
    assertEquals(List.of("/data", "/"), line.engines.jobs.getFirst().preopens());
  }

  @Test
  void a_relative_guest_directory_and_an_empty_one_are_opened_under_their_own_names()
      throws IOException {
    var files = Files.createDirectories(directory.resolve("e/empty/deep")).getParent().getParent();
    Files.writeString(files.resolve("f"), "f");

    assertEquals(
        0,
        line.run("run", module, "--dir", files + "::fs.dir", "--dir", files + "/empty::."),
        () -> line.err);

    var job = line.engines.jobs.getFirst();
    assertEquals(List.of("fs.dir", ".", "/"), job.preopens());
    var entries = Archive.parse(job.files().orElseThrow()).entries();
    assertEquals(List.of("deep", "fs.dir/empty/deep", "fs.dir/f"), List.copyOf(entries.keySet()));
  }

  @Test
  void a_guest_directory_that_climbs_is_refused_with_its_word() {
    assertEquals(2, line.run("run", module, "--dir", directory + "::a/../.."));
    assertTrue(line.err.contains("::a/../.."), line.err);
  }

  @Test
  void equal_directories_are_packed_to_equal_octets() throws IOException {
    for (var name : List.of("one", "two")) {
      var at = Files.createDirectories(directory.resolve(name));
      for (var file : name.equals("one") ? List.of("a", "b", "c") : List.of("c", "a", "b"))
        Files.writeString(at.resolve(file), file);
      at.resolve("a").toFile().setLastModified(name.equals("one") ? 1_000 : 2_000_000);
    }

    assertEquals(
        HostFiles.pack(directory.resolve("one")), HostFiles.pack(directory.resolve("two")));
  }

  @Test
  void a_link_that_leads_out_of_the_directory_is_refused() throws IOException {
    var files = Files.createDirectories(directory.resolve("d"));
    Files.writeString(directory.resolve("secret"), "s");
    Files.createSymbolicLink(files.resolve("link"), Path.of("../secret"));

    assertEquals(6, line.run("run", module, "--dir", files + "::/"));
    assertTrue(line.err.contains("leads out of it, to "), line.err);
    Files.delete(files.resolve("link"));
    Files.createSymbolicLink(files.resolve("folder"), Path.of("."));
    assertEquals(6, line.run("run", module, "--dir", files + "::/"));
    assertTrue(line.err.contains("is neither a file nor a directory"), line.err);
    assertEquals(6, line.run("run", module, "--dir", directory.resolve("none") + "::/"));
    assertEquals(2, line.run("run", module, "--dir", "nowhere"));
  }

  @Test
  void a_socket_in_the_directory_is_refused() throws IOException {
    var files = Files.createDirectories(directory.resolve("d"));
    var address = java.net.UnixDomainSocketAddress.of(files.resolve("socket"));
    try (var socket =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      socket.bind(address);
      assertEquals(6, line.run("run", module, "--dir", files + "::/"));
      assertTrue(line.err.contains("socket is neither a file nor a directory"), line.err);
    }
  }

  @Test
  void a_file_that_is_no_module_or_not_there_is_said_in_one_line() throws IOException {
    var bad = Files.writeString(directory.resolve("bad.wasm"), "bad").toString();

    assertEquals(126, line.run("run", bad));
    assertEquals("error: " + bad + ": not a module\n  at offset 0\n", line.err);
    assertEquals(6, line.run("run", "missing.wasm"));
    assertEquals("error: there is no file missing.wasm\n", line.err);
    assertEquals(6, line.run("run", directory.toString()));
  }

  @Test
  void roles_get_the_words_that_were_typed_once_they_are_known_to_be_right() {
    assertEquals(0, line.run("up", "--port", "0", "--workers=3"));
    assertEquals(List.of("--port", "0", "--workers=3"), line.started);
    assertEquals(69, line.run("worker", "--head", "a:1", "--head", "b:2"));
    assertEquals(List.of("--head", "a:1", "--head", "b:2"), line.started);
    assertEquals(2, line.run("up", "--port", "many"));
    assertEquals(2, line.run("worker"));
  }

  @Test
  void version_and_help_need_nothing() {
    assertEquals(0, line.run("version"));
    assertTrue(line.out.startsWith("windlass 1.2.3\njava 25"), line.out);
    assertEquals(0, line.run("--version"));
    assertEquals("1.2.3\n", line.out);
    assertEquals(0, line.run("help", "up"));
    assertTrue(line.out.startsWith("Usage: windlass up "), line.out);
  }
}
