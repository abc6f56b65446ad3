package dev.windlass.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.wasm.ffm.Owned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How each run ends, on the real library. */
class OutcomeTest {
  private static final long BEFORE = Owned.openHandles();

  /** What host functions of one run saw. */
  private static final class Seen {
    final List<Integer> values = new ArrayList<>();
    int depth;
  }

  private static TestEngine<Seen> engine;

  @BeforeAll
  static void open() {
    engine = new TestEngine<>(true, 4, host());
  }

  @AfterAll
  static void close() {
    engine.close();
    assertEquals(BEFORE, Owned.openHandles(), "open handles");
  }

  private static List<HostFunction<Seen>> host() {
    return List.of(
        new HostFunction<>("h", "see", "i:", (s, g) -> add(s, g.i32(0))),
        new HostFunction<>("h", "load", "i:i", (s, g) -> add(s, g.getInt(g.i32(0)))),
        new HostFunction<>("h", "end", "i:", (s, g) -> end(s, g.i32(0))),
        new HostFunction<>("h", "fail", ":i", (_, _) -> fail()),
        new HostFunction<>("h", "deep", ":i", (s, _) -> deep(s)),
        new HostFunction<>("h", "charge", "I:i", (_, g) -> charge(g)),
        new HostFunction<>("h", "sum", "iI:i", (_, g) -> (int) (g.i32(0) + g.i64(1))),
        new HostFunction<>("h", "echo", "iii:i", (_, g) -> echo(g)));
  }

  private static int add(Seen seen, int value) {
    seen.values.add(value);
    return 0;
  }

  private static int end(Seen seen, int value) {
    seen.values.add(value);
    throw GuestEnd.NOW;
  }

  private static int fail() {
    throw new IllegalStateException("the host is broken");
  }

  private static int deep(Seen seen) {
    seen.depth++;
    return deep(seen) + 1;
  }

  private static int charge(Guest guest) {
    guest.charge(guest.i64(0));
    return 0;
  }

  private static int echo(Guest guest) {
    guest.check(guest.i32(0), guest.i32(1));
    var octets = new byte[guest.i32(1)];
    guest.read(guest.i32(0), octets, 0, octets.length);
    guest.write(guest.i32(2), octets, 0, octets.length);
    return 0;
  }

  private static Execution run(String imports, String body) {
    return engine.run(module(imports, body), new Seen());
  }

  private static String module(String imports, String body) {
    return "(module "
        + imports
        + " (memory (export \"memory\") 1 16) (table 1 funcref)"
        + " (func $start (export \"_start\") "
        + body
        + "))";
  }

  private static void assertTrap(TrapCode code, String body) {
    assertEquals(new Outcome.Trapped(code), run("", body).outcome());
  }

  @Test
  void an_entry_that_returns_is_returned_with_its_fuel_and_memory() {
    var execution = run("", "(drop (memory.grow (i32.const 2)))");
    assertEquals(new Outcome.Returned(), execution.outcome());
    assertEquals(3 << 16, execution.memoryBytes());
    assertTrue(execution.fuelUsed() > 0 && execution.nanos() > 0, execution.toString());
  }

  @Test
  void each_trap_has_its_code() {
    assertTrap(TrapCode.UNREACHABLE, "unreachable");
    assertTrap(TrapCode.MEMORY_OUT_OF_BOUNDS, "(drop (i32.load (i32.const -4)))");
    assertTrap(
        TrapCode.INTEGER_DIVISION_BY_ZERO,
        "(drop (i32.div_s (i32.const 1) (i32.load (i32.const 0))))");
    assertTrap(
        TrapCode.INTEGER_OVERFLOW, "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))");
    assertTrap(TrapCode.BAD_CONVERSION_TO_INTEGER, "(drop (i32.trunc_f32_s (f32.const nan)))");
    assertTrap(TrapCode.INDIRECT_CALL_TO_NULL, "(call_indirect (i32.const 0))");
    assertTrap(TrapCode.TABLE_OUT_OF_BOUNDS, "(call_indirect (i32.const 7))");
    assertTrap(
        TrapCode.BAD_SIGNATURE,
        "(table.set (i32.const 0) (ref.func $start))"
            + " (drop (call_indirect (param i32) (result i32) (i32.const 1) (i32.const 0)))"
            + ") (elem declare func $start");
  }

  @Test
  void a_loop_ends_when_its_fuel_is_spent() {
    var wasm = TestEngine.wasm(module("", "(loop (br 0))"));
    var limits = new RunLimits(100_000, 1 << 20, 1_000, Duration.ofSeconds(20));
    assertEquals(new Outcome.OutOfFuel(), engine.run(wasm, new Seen(), limits).outcome());
  }

  @Test
  void a_loop_ends_at_its_time_limit() {
    var wasm = TestEngine.wasm(module("", "(loop (br 0))"));
    var limits = new RunLimits(Long.MAX_VALUE >> 1, 1 << 20, 1_000, Duration.ofMillis(30));
    var execution = engine.run(wasm, new Seen(), limits);
    assertEquals(new Outcome.Interrupted(), execution.outcome());
    assertTrue(execution.nanos() >= 30_000_000, execution.toString());
  }

  @Test
  void endless_recursion_is_a_stack_overflow() {
    assertEquals(new Outcome.StackOverflow(), run("", "(call $start)").outcome());
  }

  @Test
  void a_module_that_declares_more_memory_than_the_run_may_have_is_out_of_memory() {
    var wasm =
        TestEngine.wasm("(module (memory (export \"memory\") 17) (func (export \"_start\")))");
    assertEquals(
        new Outcome.OutOfMemory(1 << 20),
        engine.run(wasm, new Seen(), TestEngine.LIMITS).outcome());
  }

  @Test
  void growth_past_the_limit_gives_minus_one_and_unreachable_then_is_out_of_memory() {
    var grow = "(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    var wasm =
        TestEngine.wasm(
            "(module (memory (export \"memory\") 1) (func (export \"_start\") " + grow + "))");
    var execution = engine.run(wasm, new Seen(), TestEngine.LIMITS);
    assertEquals(new Outcome.OutOfMemory(1 << 20), execution.outcome());
    assertEquals(1 << 20, execution.memoryBytes());
  }

  @Test
  void table_growth_past_the_limit_gives_minus_one() {
    var seen = new Seen();
    var see = "(import \"h\" \"see\" (func $see (param i32)))";
    engine.run(
        module(
            see,
            "(call $see (table.grow (ref.null func) (i32.const 999)))"
                + "(call $see (table.grow (ref.null func) (i32.const 1)))"),
        seen);
    assertEquals(List.of(1, -1), seen.values);
  }

  @Test
  void a_host_function_gets_its_arguments_and_gives_its_result() {
    var seen = new Seen();
    var imports =
        "(import \"h\" \"see\" (func $see (param i32)))"
            + "(import \"h\" \"sum\" (func $sum (param i32 i64) (result i32)))";
    var execution =
        engine.run(module(imports, "(call $see (call $sum (i32.const -5) (i64.const 3)))"), seen);
    assertEquals(new Outcome.Returned(), execution.outcome());
    assertEquals(List.of(-2), seen.values);
  }

  @Test
  void a_host_function_ends_the_run_and_says_why_in_its_state() {
    var seen = new Seen();
    var imports = "(import \"h\" \"end\" (func $end (param i32)))";
    var execution = engine.run(module(imports, "(call $end (i32.const 0)) unreachable"), seen);
    assertEquals(new Outcome.EndedByHost(), execution.outcome());
    assertEquals(List.of(0), seen.values);
  }

  @Test
  void a_pointer_outside_memory_gives_the_guest_an_errno() {
    var seen = new Seen();
    var imports =
        "(import \"h\" \"see\" (func $see (param i32)))"
            + "(import \"h\" \"load\" (func $load (param i32) (result i32)))";
    var body = new StringBuilder();
    for (var pointer : List.of("0", "65532", "65533", "65536", "-1", "-4", "0x80000000"))
      body.append("(call $see (call $load (i32.const ").append(pointer).append(")))");
    assertEquals(
        new Outcome.Returned(), engine.run(module(imports, body.toString()), seen).outcome());
    assertEquals(List.of(0, 0, 0, 0, 21, 21, 21, 21, 21), seen.values);
  }

  @Test
  void lengths_are_unsigned_and_checked_before_anything_is_allocated() {
    var seen = new Seen();
    var imports =
        "(import \"h\" \"see\" (func $see (param i32)))"
            + "(import \"h\" \"echo\" (func $echo (param i32 i32 i32) (result i32)))"
            + "(data (i32.const 8) \"abcd\")";
    engine.run(
        module(
            imports,
            "(call $see (call $echo (i32.const 0) (i32.const -1) (i32.const 0)))"
                + "(call $see (call $echo (i32.const 65535) (i32.const 2) (i32.const 0)))"
                + "(call $see (call $echo (i32.const 8) (i32.const 4) (i32.const 100)))"
                + "(call $see (i32.load (i32.const 100)))"),
        seen);
    assertEquals(List.of(21, 21, 0, 0x64636261), seen.values);
  }

  @Test
  void an_exception_in_a_host_function_is_the_hosts_failure_not_the_guests() {
    var imports = "(import \"h\" \"fail\" (func $fail (result i32)))";
    var failed =
        assertInstanceOf(Outcome.HostFailed.class, run(imports, "(drop (call $fail))").outcome());
    assertTrue(failed.why().contains("the host is broken"), failed.why());
  }

  @Test
  void a_stack_overflow_in_a_host_function_survives() {
    var imports = "(import \"h\" \"deep\" (func $deep (result i32)))";
    var failed =
        assertInstanceOf(Outcome.HostFailed.class, run(imports, "(drop (call $deep))").outcome());
    assertTrue(failed.why().contains("StackOverflowError"), failed.why());
    assertEquals(new Outcome.Returned(), run("", "").outcome());
  }

  @Test
  void host_work_is_charged_as_fuel_and_ends_the_run_when_there_is_not_enough() {
    var imports = "(import \"h\" \"charge\" (func $charge (param i64) (result i32)))";
    long cheap = run(imports, "(drop (call $charge (i64.const 0)))").fuelUsed();
    long dear = run(imports, "(drop (call $charge (i64.const 1000)))").fuelUsed();
    assertEquals(1000, dear - cheap);
    assertEquals(
        new Outcome.OutOfFuel(),
        run(imports, "(drop (call $charge (i64.const 1000000000)))").outcome());
  }

  @Test
  void every_run_starts_from_a_fresh_instance() {
    var seen = new Seen();
    var imports = "(import \"h\" \"see\" (func $see (param i32)))";
    var body = "(call $see (i32.load (i32.const 0))) (i32.store (i32.const 0) (i32.const 7))";
    for (int i = 0; i < 3; i++) engine.run(module(imports, body), seen);
    assertEquals(List.of(0, 0, 0), seen.values);
  }

  @Test
  void a_start_function_that_traps_is_a_trap() {
    var wat = "(module (func $s unreachable) (start $s) (func (export \"_start\")))";
    assertEquals(new Outcome.Trapped(TrapCode.UNREACHABLE), engine.run(wat, new Seen()).outcome());
  }

  @Test
  void ten_thousand_runs_leave_no_handle_open() {
    var ok = TestEngine.wasm(module("", "nop"));
    var bad = TestEngine.wasm(module("", "unreachable"));
    try (var good = engine.load(ok);
        var trapping = engine.load(bad)) {
      long open = Owned.openHandles();
      int wrong =
          engine.onLane(
              lane -> {
                int n = 0;
                for (int i = 0; i < 10_000; i++) {
                  var module = i % 4 == 0 ? trapping : good;
                  var outcome =
                      lane.execute(new Run<>(module, new Seen(), TestEngine.LIMITS)).outcome();
                  if (outcome instanceof Outcome.Trapped != (i % 4 == 0)) n++;
                }
                return n;
              });
      assertEquals(0, wrong);
      assertEquals(open, Owned.openHandles());
    }
  }

  @Test
  void fuel_and_memory_are_the_same_in_the_pool_and_on_demand() {
    var body =
        "(local $i i32) (loop (local.set $i (i32.add (local.get $i) (i32.const 1)))"
            + " (memory.fill (i32.const 0) (i32.const 1) (i32.const 500))"
            + " (br_if 0 (i32.lt_s (local.get $i) (i32.const 1000))))"
            + " (drop (memory.grow (i32.const 3)))";
    var pooled = engine.run(module("", body), new Seen());
    try (var other = new TestEngine<>(false, 1, host())) {
      assertTrue(engine.engine.pooled() && !other.engine.pooled());
      var onDemand = other.run(module("", body), new Seen());
      assertEquals(pooled.fuelUsed(), onDemand.fuelUsed());
      assertEquals(pooled.memoryBytes(), onDemand.memoryBytes());
      assertEquals(engine.engine.fingerprint(), other.engine.fingerprint());
    }
    assertNotEquals(0, pooled.fuelUsed());
  }
}
