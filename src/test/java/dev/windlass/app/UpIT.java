package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of it as processes: {@code bin/windlass up} on the application that was built. */
class UpIT {
  private static final String ECHO =
      """
      (module
        (import "wasi_snapshot_preview1" "fd_read"
          (func $fd_read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write"
          (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start")
          (i32.store (i32.const 0) (i32.const 1024))
          (i32.store (i32.const 4) (i32.const 4096))
          (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
          (i32.store (i32.const 4) (i32.load (i32.const 8)))
          (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
      """;

  /** Counts to 2^31, about two seconds, then says so. */
  private static final String SLOW =
      """
      (module
        (import "wasi_snapshot_preview1" "fd_write"
          (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 64) "done")
        (func (export "_start") (local $i i32)
          (loop $l
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $i) (i32.const 0x40000000))))
          (i32.store (i32.const 0) (i32.const 64))
          (i32.store (i32.const 4) (i32.const 4))
          (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
      """;

  private static final String SLOW_LIMITS = ",\"limits\":{\"timeout\":60000}";

  @TempDir Path directory;

  @Test
  void functions_survive_the_death_of_workers_and_of_the_head() throws Exception {
    try (var up = UpRun.up(directory, 2)) {
      up.deploy("echo", ECHO, ",\"route\":{\"path\":\"/own\"}");
      assertEquals("Ada", up.call("echo", "Ada"));
      assertEquals("Bob", new String(up.post("/own/route", "Bob").body()), "by its route");
      killAWorkerUnderLoad(up);

      var workers = up.workers();
      assertEquals(2, workers.size());
      ProcessHandle.of(up.pid()).orElseThrow().destroyForcibly();
      up.await("left by its workers", () -> workers.stream().noneMatch(ProcessHandle::isAlive));
    }

    try (var up = UpRun.up(directory, 1)) {
      assertEquals("Grace", up.call("echo", "Grace"), "the head was killed, and came back");
    }
  }

  @Test
  void a_bit_flipped_in_a_workers_store_or_in_its_compiled_code_is_never_run() throws Exception {
    try (var up = UpRun.up(directory, 1)) {
      up.deploy("echo", ECHO);
      assertEquals("Ada", up.call("echo", "Ada"));
      assertEquals(0, up.stop(), up::output);
    }
    assertEquals(3, flipEveryFile("artifacts/sha256") + flipEveryFile("code"));

    try (var up = UpRun.up(directory, 1)) {
      assertEquals("Grace", up.call("echo", "Grace"), "deployed before the restart");
    }
    var log = Files.readString(directory.resolve("data/workers.log"));
    assertTrue(log.contains("artifact corrupt, fetching it again: kind=manifest"), log);
    assertTrue(log.contains("artifact corrupt, fetching it again: kind=module"), log);
    assertEquals(2, log.split("module compiled: ", -1).length - 1, log);
  }

  private void killAWorkerUnderLoad(UpRun up) throws Exception {
    var stop = new AtomicBoolean();
    var wrong = new ConcurrentLinkedQueue<String>();
    var answered = new AtomicInteger();
    var clients = new ArrayList<Thread>();
    for (int c = 0; c < 4; c++) {
      int client = c;
      clients.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; !stop.get(); i++) {
                      var body = "client " + client + " request " + i;
                      try {
                        var answer = up.post("/fn/default/echo", body);
                        var text = new String(answer.body());
                        if (answer.statusCode() != 200 || !text.equals(body))
                          wrong.add(answer.statusCode() + " " + text + " for " + body);
                        answered.incrementAndGet();
                      } catch (Exception e) {
                        wrong.add(body + ": " + e);
                      }
                    }
                  }));
    }
    up.await("answering", () -> answered.get() > 200);
    up.workers().getFirst().destroyForcibly();
    int before = answered.get();
    up.await("answering after a worker died", () -> answered.get() > before + 200);
    up.await("back to two workers", () -> up.joined() == 2);
    stop.set(true);
    for (var client : clients) client.join();
    assertEquals(List.of(), List.copyOf(wrong), "every request was answered, and rightly");
    assertTrue(up.output().contains("ended: signal 9; starting it again"), up::output);
  }

  /** One bit in the middle of each artifact, or each compiled module, of the worker. */
  private int flipEveryFile(String part) throws IOException {
    int flipped = 0;
    try (var files = Files.walk(directory.resolve("data/workers/1").resolve(part))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        if (file.getFileName().toString().contains("key")) continue;
        var octets = Files.readAllBytes(file);
        octets[octets.length / 2] ^= 1;
        Files.write(file, octets);
        flipped++;
      }
    }
    return flipped;
  }

  @Test
  void what_runs_when_it_is_told_to_stop_is_answered() throws Exception {
    try (var up = UpRun.up(directory, 2)) {
      up.deploy("slow", SLOW, SLOW_LIMITS);
      var first = callAside(up, "slow");
      up.await("running it", () -> running(up) == 1);
      var busy = up.workers();
      busy.forEach(ProcessHandle::destroy);
      assertEquals("done", first.get(90, TimeUnit.SECONDS), "a worker that leaves drains first");
      up.await("back with new workers", () -> up.joined() == 2);

      var second = callAside(up, "slow");
      up.await("running it", () -> running(up) == 1);
      assertEquals(0, up.stop(), up::output);
      assertEquals("done", second.get(90, TimeUnit.SECONDS), "the head drains before its workers");
    }
  }

  private static CompletableFuture<String> callAside(UpRun up, String name) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return up.call(name, "");
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  private static int running(UpRun up) {
    try {
      return up.get("/api/v1/workers").get("workers").elements().stream()
          .mapToInt(w -> w.get("inFlight").int32(0, 1000))
          .sum();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_worker_joins_once_by_a_token_and_what_cannot_start_says_why() throws Exception {
    try (var up = UpRun.up(directory, 2)) {
      var answer = up.post("/api/v1/join-tokens", "");
      assertEquals(2, answer.statusCode() / 100, () -> new String(answer.body()));
      var token =
          dev.windlass.json.Json.parse(answer.body(), dev.windlass.json.Bounds.DEFAULT)
              .at()
              .get("token")
              .text();
      var link = Files.readString(directory.resolve("data/link-port")).strip();
      try (var third = worker(token, link, "third")) {
        up.await("joined by a third worker", () -> up.joined() == 3);
        try (var fourth = worker(token, link, "fourth")) {
          assertNotEquals(0, fourth.exitCode());
          assertTrue(fourth.output().contains("the registrar refused this worker"), fourth::output);
        }
        assertEquals(0, third.stop(), third::output);
        assertTrue(third.output().contains("drained: "), third::output);
      }
      up.await("two again", () -> up.joined() == 2);

      try (var second = UpRun.start(directory, Map.of(), "up", "--port", "0", "--data", data())) {
        assertEquals(6, second.exitCode());
        assertTrue(
            second.output().contains(data() + " is in use by process " + up.pid()), second::output);
      }
    }
  }

  private UpRun worker(String token, String link, String name) throws IOException {
    return UpRun.start(
        directory,
        Map.of("WINDLASS_JOIN_TOKEN", token),
        "worker",
        "--head",
        "127.0.0.1:" + link,
        "--data",
        directory.resolve(name).toString());
  }

  @Test
  void a_port_in_use_is_named() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        var up =
            UpRun.start(
                directory, Map.of(), "up", "--data", data(), "--port", "" + taken.getLocalPort())) {
      assertEquals(6, up.exitCode());
      assertTrue(
          up.output().contains("port " + taken.getLocalPort() + " on 127.0.0.1 cannot be used"),
          up::output);
      assertFalse(Files.exists(Path.of(data())), "nothing was left behind");
    }
  }

  @Test
  void a_head_that_is_no_address_is_refused_in_one_line() throws Exception {
    var token = Map.of("WINDLASS_JOIN_TOKEN", "wj1." + "A".repeat(88));
    try (var worker = UpRun.start(directory, token, "worker", "--head", "nowhere")) {
      assertEquals(6, worker.exitCode());
      assertEquals("error: windlass worker: --head: not host:port: nowhere\n", worker.output());
    }
  }

  @Test
  void a_missing_library_is_named_with_what_fetches_it() throws Exception {
    var nowhere = Map.of("WINDLASS_WASMTIME", "/no/such/libwasmtime.so");
    try (var up = UpRun.start(directory, nowhere, "up", "--data", data(), "--port", "0")) {
      assertEquals(6, up.exitCode());
      assertTrue(up.output().contains("/no/such/libwasmtime.so"), up::output);
      assertTrue(up.output().contains("tools/fetch-wasmtime fetches it"), up::output);
    }
  }

  @Test
  void another_java_is_refused_with_both_versions() throws Exception {
    var old = Files.createDirectories(directory.resolve("jdk/bin"));
    Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"17.0.9\"\n");
    Files.writeString(old.resolve("java"), "#!/bin/sh\nexit 1\n");
    assertTrue(old.resolve("java").toFile().setExecutable(true));
    var only = Map.of("JAVA_HOME", directory.resolve("jdk").toString(), "WINDLASS_JVM_DIRS", "");
    try (var up = UpRun.start(directory, only, "up")) {
      assertEquals(69, up.exitCode());
      assertTrue(up.output().contains("needs Java 25 or later"), up::output);
      assertTrue(up.output().contains("Java 17 in " + directory.resolve("jdk")), up::output);
    }
  }

  private String data() {
    return directory.resolve("data").toString();
  }
}
