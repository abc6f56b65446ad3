package dev.windlass.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.Archive;
import dev.windlass.function.Bytes;
import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;
import dev.windlass.function.Limits;
import dev.windlass.function.ManifestJson;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Reply.Why;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Environment;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.ResultVerifier;
import dev.windlass.receipt.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrdersTest {
  /** Writes its input back. */
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

  private static final String SPIN =
      "(module (memory (export \"memory\") 1) (func (export \"_start\") (loop $l (br $l))))";

  private static final String TRAP =
      "(module (memory (export \"memory\") 1) (func (export \"_start\") unreachable))";

  @TempDir Path directory;
  private TestOrders worker;

  @BeforeEach
  void open() throws IOException {
    worker = new TestOrders(directory, 2);
  }

  @AfterEach
  void close() {
    worker.close();
  }

  @Test
  void a_function_runs_and_its_result_is_signed() throws Exception {
    var manifest = worker.deploy(ECHO, Limits.DEFAULT);
    var order = worker.invoke(manifest, "Ada");
    var done = worker.done(order);

    assertEquals("Ada", done.output().utf8());
    assertEquals(new Outcome.Exited(0), done.outcome());
    var statement = ResultStatement.parse(done.statement());
    assertEquals(order.invocation().toString(), statement.invocation());
    assertEquals(ManifestJson.digest(manifest), statement.manifest());
    assertEquals(manifest.module(), statement.module());
    assertEquals(Digest.of(order.body()), statement.input());
    assertEquals(Digest.of(done.output()), statement.output());
    assertEquals(worker.engine.fingerprint(), statement.engine());
    assertEquals("det-1", statement.profile());
    var seen = Environment.of(manifest, new TreeMap<>());
    assertEquals("[test, one]", seen.args().toString());
    assertEquals(seen.digest(), statement.env());
    var entry =
        new Dsse.Signature(done.signature().keyId(), done.signature().octets(), Optional.empty());
    assertInstanceOf(
        Verdict.Counts.class,
        new ResultVerifier(1).verify(worker.key.publicKey(), done.statement(), entry));
    assertEquals(256L << 20, worker.memory.free(), "memory is given back");
  }

  @Test
  void a_worker_signs_again_what_it_signed_in_a_batch_and_nothing_else() throws Exception {
    var statement = worker.done(worker.invoke(worker.deploy(ECHO, Limits.DEFAULT), "")).statement();
    var other = Bytes.utf8("another");
    var batched = new BatchSigner(worker.key).sign(List.of(other, statement)).getLast();
    var at = batched.batch().orElseThrow();
    var place = new Reply.Batch(at.statement(), at.index(), at.path());

    var reply = worker.reply(new Order.Resign(statement, batched.sig(), place));

    var resigned = assertInstanceOf(Reply.Resigned.class, reply);
    assertEquals(new BatchSigner(worker.key).direct(statement).sig(), resigned.signature());
    var refused = worker.refused(new Order.Resign(other, batched.sig(), place));
    assertEquals(Why.NOT_SIGNED_HERE, refused.why());
    worker.orders.drain();
    assertEquals(
        Why.DRAINING, worker.refused(new Order.Resign(statement, batched.sig(), place)).why());
  }

  @Test
  void a_requests_own_variables_are_part_of_what_is_signed() throws Exception {
    var manifest = worker.deploy(ECHO, Limits.DEFAULT);
    var plain = worker.invoke(manifest, "");
    var env = new TreeMap<>(Map.of("REQUEST_METHOD", "GET", "COLOUR", "blue"));
    var order =
        new Order.Invoke(
            plain.invocation(), plain.nonce(), plain.manifest(), env, plain.body(), 20_000);

    var statement = ResultStatement.parse(worker.done(order).statement());

    assertEquals(Environment.of(manifest, env).digest(), statement.env());
  }

  @Test
  void an_invocation_runs_at_most_once() throws Exception {
    var order = worker.invoke(worker.deploy(ECHO, Limits.DEFAULT), "Ada");
    worker.done(order);

    var refused = worker.refused(order);

    assertEquals(Why.DUPLICATE, refused.why());
    assertEquals("invocation " + order.invocation() + " ran here before", refused.detail());
  }

  @Test
  void the_same_invocation_twice_while_it_is_fetched_runs_once() throws Exception {
    var order = worker.invoke(worker.deploy(ECHO, Limits.DEFAULT), "Ada");
    var first = worker.take(order);
    var second = worker.take(order);

    var replies = new ArrayList<Reply>();
    replies.add(first.get(30, TimeUnit.SECONDS));
    replies.add(second.get(30, TimeUnit.SECONDS));

    assertEquals(
        1, replies.stream().filter(Reply.Done.class::isInstance).count(), replies::toString);
    assertEquals(2, worker.fetches.get(), "manifest and module, once each");
  }

  @Test
  void a_deadline_that_passed_is_too_late() throws Exception {
    var manifest = ManifestJson.digest(worker.deploy(ECHO, Limits.DEFAULT));

    assertEquals(Why.TOO_LATE, worker.refused(worker.invoke(manifest, "", 0)).why());
    assertEquals(0, worker.fetches.get());
  }

  @Test
  void a_deadline_nearer_than_the_time_limit_ends_the_run() throws Exception {
    var manifest = ManifestJson.digest(worker.deploy(SPIN, fuel(1L << 52)));
    worker.reply(new Order.Prepare(manifest, 20_000));

    assertInstanceOf(
        Outcome.OutOfTime.class, worker.done(worker.invoke(manifest, "", 50)).outcome());
  }

  @Test
  void no_free_lane_is_busy_and_the_invocation_may_come_again() throws Exception {
    var spin = worker.deploy(SPIN, fuel(300_000_000L));
    worker.reply(new Order.Prepare(ManifestJson.digest(spin), 20_000));
    var running = new ArrayList<CompletableFuture<Reply>>();
    for (int i = 0; i < 2; i++) running.add(worker.take(worker.invoke(spin, "")));
    var third = worker.invoke(spin, "");

    assertEquals(new Reply.Busy(2), worker.reply(third));

    for (var run : running) {
      var done = assertInstanceOf(Reply.Done.class, run.get(30, TimeUnit.SECONDS));
      assertEquals(new Outcome.OutOfFuel(300_000_000L), done.outcome());
    }
    assertInstanceOf(Reply.Done.class, worker.reply(third));
  }

  @Test
  void memory_limits_of_running_guests_never_exceed_the_budget() throws Exception {
    var manifest = worker.deploy(ECHO, Limits.DEFAULT);
    assertTrue(worker.memory.tryTake(200L << 20));

    assertEquals(new Reply.Busy(2), worker.reply(worker.invoke(manifest, "")));

    worker.memory.give(200L << 20);
    worker.done(worker.invoke(manifest, ""));
  }

  @Test
  void a_trap_is_signed_without_fuel() throws Exception {
    var done = worker.done(worker.invoke(worker.deploy(TRAP, Limits.DEFAULT), ""));

    assertEquals(new Outcome.Trapped("unreachable"), done.outcome());
    assertEquals(
        new ResultStatement.End.Trap("unreachable"), ResultStatement.parse(done.statement()).end());
    assertEquals(0, done.fuel());
  }

  @Test
  void nondeterministic_functions_run_and_their_statement_says_so() throws Exception {
    var manifest =
        worker.deploy(TestOrders.wasm(ECHO), Limits.DEFAULT, Optional.empty(), Determinism.NONE);

    var done = worker.done(worker.invoke(manifest, "x"));

    assertEquals("nondet", ResultStatement.parse(done.statement()).profile());
  }

  @Test
  void bytes_that_are_not_what_was_asked_for_are_refused() throws Exception {
    var manifest = worker.deploy(ECHO, Limits.DEFAULT);
    worker.head.put(manifest.module(), TestOrders.wasm(TRAP));

    var refused = worker.refused(worker.invoke(manifest, ""));

    assertEquals(Why.DIGEST_MISMATCH, refused.why());
    assertTrue(
        refused
            .detail()
            .contains(Digest.of(TestOrders.wasm(TRAP)) + " for module " + manifest.module()),
        refused::detail);
  }

  @Test
  void an_artifact_the_head_does_not_have_is_named() throws Exception {
    var unknown = Digest.of(Bytes.utf8("nothing"));
    var refused = worker.refused(worker.invoke(unknown, "", 20_000));
    assertEquals(
        new Reply.Refused(Why.ARTIFACT_UNAVAILABLE, "the head has no manifest " + unknown),
        refused);

    var manifest = worker.deploy(ECHO, Limits.DEFAULT);
    worker.head.remove(manifest.module());
    refused = worker.refused(worker.invoke(manifest, ""));
    assertEquals("the head has no module " + manifest.module(), refused.detail());
  }

  @Test
  void what_is_no_module_is_invalid_with_the_reason() throws Exception {
    var manifest =
        worker.deploy(Bytes.utf8("not wasm"), Limits.DEFAULT, Optional.empty(), Determinism.STRICT);

    assertEquals(Why.INVALID_MODULE, worker.refused(worker.invoke(manifest, "")).why());
  }

  @Test
  void preparing_says_what_the_module_is_and_makes_it_warm() throws Exception {
    var manifest = worker.deploy(ECHO, Limits.DEFAULT);

    var prepared =
        assertInstanceOf(
            Reply.Prepared.class,
            worker.reply(new Order.Prepare(ManifestJson.digest(manifest), 20_000)));

    assertEquals(manifest.module(), prepared.module());
    assertEquals(TestOrders.wasm(ECHO).size(), prepared.moduleBytes());
    assertEquals(2, prepared.imports().size());
    assertTrue(
        worker
            .modules
            .loaded(manifest.module())
            .map(
                m -> {
                  m.close();
                  return true;
                })
            .orElse(false));
  }

  @Test
  void an_evicted_version_is_fetched_again() throws Exception {
    var manifest = worker.deploy(ECHO, Limits.DEFAULT);
    worker.done(worker.invoke(manifest, "a"));
    assertEquals(2, worker.fetches.get());

    var evict = new Order.Evict(manifest.name(), ManifestJson.digest(manifest));
    assertEquals(new Reply.Evicted(), worker.reply(evict));
    assertEquals(java.util.Set.of(), worker.store.digests());
    worker.done(worker.invoke(manifest, "b"));

    assertEquals(4, worker.fetches.get());
  }

  @Test
  void what_another_version_still_uses_survives_an_eviction() throws Exception {
    var files = Optional.of(Archive.write(Map.of("a", Bytes.utf8("a"))));
    var module = TestOrders.wasm(ECHO);
    var old = worker.deploy(module, Limits.DEFAULT, files, Determinism.STRICT);
    var current = worker.deploy(module, fuel(1_000_000), files, Determinism.STRICT);
    worker.done(worker.invoke(old, ""));
    worker.done(worker.invoke(current, ""));
    int before = worker.fetches.get();

    worker.reply(new Order.Evict(old.name(), ManifestJson.digest(old)));

    assertTrue(worker.store.has(current.module()) && worker.store.has(current.files().get()));
    worker.done(worker.invoke(current, ""));
    assertEquals(before, worker.fetches.get());
    worker.reply(new Order.Evict(current.name(), ManifestJson.digest(current)));
    assertEquals(java.util.Set.of(), worker.store.digests());
  }

  @Test
  void a_bit_flipped_in_the_store_is_found_and_fetched_again() throws Exception {
    var manifest = worker.deploy(ECHO, Limits.DEFAULT);
    worker.done(worker.invoke(manifest, "a"));
    close();
    flip(fileOf("artifacts/sha256", ManifestJson.digest(manifest)));
    flip(fileOf("artifacts/sha256", manifest.module()));
    open();
    worker.deploy(ECHO, Limits.DEFAULT);
    try (var code = Files.walk(directory.resolve("code"))) {
      for (var file : code.filter(Files::isRegularFile).toList()) Files.delete(file);
    }

    assertEquals("b", worker.done(worker.invoke(manifest, "b")).output().utf8());

    assertEquals(2, worker.fetches.get(), "manifest and module came from the head again");
  }

  @Test
  void draining_refuses_and_lets_what_runs_end() throws Exception {
    var spin = worker.deploy(SPIN, fuel(500_000_000L));
    worker.reply(new Order.Prepare(ManifestJson.digest(spin), 20_000));
    var running = worker.take(worker.invoke(spin, ""));
    worker.onLoop(worker.orders::drain);

    assertEquals(Why.DRAINING, worker.refused(worker.invoke(spin, "")).why());
    assertInstanceOf(Reply.Done.class, running.get(30, TimeUnit.SECONDS));
  }

  @Test
  void packaged_files_are_refused_when_they_are_no_archive() throws Exception {
    var manifest =
        worker.deploy(
            TestOrders.wasm(ECHO),
            Limits.DEFAULT,
            Optional.of(Bytes.utf8("no tar")),
            Determinism.STRICT);
    assertEquals(Why.INVALID_MODULE, worker.refused(worker.invoke(manifest, "")).why());

    var files = Archive.write(Map.of("data/words", Bytes.utf8("a b")));
    manifest =
        worker.deploy(
            TestOrders.wasm(ECHO), Limits.DEFAULT, Optional.of(files), Determinism.STRICT);
    worker.done(worker.invoke(manifest, "x"));
  }

  private static Limits fuel(long fuel) {
    var d = Limits.DEFAULT;
    return new Limits(
        fuel,
        d.memoryBytes(),
        d.tableElements(),
        Duration.ofSeconds(20),
        d.inputBytes(),
        d.outputBytes(),
        d.stderrBytes(),
        d.scratchBytes(),
        d.concurrency());
  }

  private Path fileOf(String store, Digest digest) {
    return directory
        .resolve(store)
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex().substring(2));
  }

  private static void flip(Path file) throws IOException {
    var octets = Files.readAllBytes(file);
    octets[octets.length / 2] ^= 1;
    Files.write(file, octets);
  }
}
