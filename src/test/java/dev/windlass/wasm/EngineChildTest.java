package dev.windlass.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import dev.windlass.wasm.ffm.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would end or exhaust a process ends a child only. */
class EngineChildTest {
  @TempDir Path directory;

  private Probe probe() {
    var child = new Child(TestEngine.childCommand(), 1L << 30, Probe.PATIENCE);
    return new Probe(child, directory, Library.inUse().sha256());
  }

  private ModulesSettings settings(long memoryBytes, Duration time) {
    return new ModulesSettings(
        directory.resolve("code"), 1L << 30, 4, "_start", true, memoryBytes, time);
  }

  private Engine engine() {
    return Engine.open(TestEngine.settings(false, 1, TestEngine.childCommand(), directory));
  }

  /** Many functions with long bodies: seconds to compile. */
  private static byte[] large(int functions) {
    var body = "(local.set 0 (i64.rotl (i64.mul (local.get 0) (i64.const 7)) (local.get 0)))";
    var wat = new StringBuilder("(module (func (export \"_start\"))");
    for (int i = 0; i < functions; i++)
      wat.append("(func (param i64) ").append(body.repeat(400)).append(")");
    return TestEngine.wasm(wat.append(")").toString());
  }

  private static ModuleProblem refusal(Modules<Void> modules, byte[] wasm) throws Exception {
    var loading = modules.load(Digest.of(wasm), () -> wasm, CompileProgress.NONE);
    return assertInstanceOf(Loading.Refused.class, loading).problem();
  }

  private void assertNothingLeft() throws IOException {
    try (var files = Files.list(directory.resolve("code"))) {
      assertEquals(
          List.of(),
          files.map(f -> f.getFileName().toString()).filter(n -> !n.equals("key")).toList());
    }
  }

  @Test
  void a_preset_that_makes_the_library_abort_is_reported_and_we_live() throws Exception {
    var bad = Preset.DEMAND_WIDE.text(1).replace("max_wasm_stack=1048576", "max_wasm_stack=0");
    var rejected = assertInstanceOf(Probe.Finding.Rejected.class, probe().of(bad));
    assertTrue(rejected.why().startsWith("exit code 134"), rejected.why());
    assertInstanceOf(Probe.Finding.Rejected.class, probe().of(bad), "a no is not remembered");
  }

  @Test
  void an_accepted_preset_is_remembered_until_something_of_it_changes() throws Exception {
    var text = Preset.POOL_WIDE.text(2);
    assertInstanceOf(Probe.Finding.Accepted.class, probe().of(text));
    var dead = new Child(List.of("/bin/false"), 1L << 30, Probe.PATIENCE);
    var library = Library.inUse().sha256();
    assertInstanceOf(
        Probe.Finding.Accepted.class, new Probe(dead, directory, library).of(text), "remembered");
    assertInstanceOf(
        Probe.Finding.Rejected.class,
        new Probe(dead, directory, library).of(Preset.POOL_WIDE.text(3)),
        "another pool");
    assertInstanceOf(
        Probe.Finding.Rejected.class,
        new Probe(dead, directory, "another library").of(text),
        "another library");
  }

  @Test
  void a_pool_that_the_address_space_cannot_hold_falls_back() {
    // 47 bits hold 32,768 slots of 4 GiB; a child with little address space holds none
    var command =
        new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -v 12000000; exec \"$0\" \"$@\""));
    command.addAll(TestEngine.childCommand());
    try (var engine = Engine.open(TestEngine.settings(true, 8, command, directory))) {
      assertTrue(engine.pooled());
      assertTrue(engine.preset().contains("memory_reservation="), engine.preset());
    }
  }

  @Test
  void no_accepted_preset_says_what_the_children_said() {
    var settings = TestEngine.settings(true, 1, List.of("/bin/false"), directory);
    var e = assertThrows(EngineUnavailable.class, () -> Engine.open(settings));
    assertTrue(String.valueOf(e.getMessage()).contains("POOL_WIDE: exit code 1"), e.getMessage());
  }

  @Test
  void a_module_is_compiled_in_a_child_and_its_progress_is_told() throws Exception {
    var told = new ArrayList<Duration>();
    var wasm = large(60);
    try (var engine = engine();
        var modules =
            Modules.<Void>open(engine, List.of(), settings(3L << 30, Duration.ofMinutes(2)))) {
      var loading = modules.load(Digest.of(wasm), () -> wasm, told::add);
      try (var module = assertInstanceOf(Loading.Ready.class, loading).module()) {
        assertFalse(module.info().cached());
        assertTrue(module.info().compileMillis() > 0);
      }
    }
    assertFalse(told.isEmpty());
    assertTrue(told.getFirst().compareTo(told.getLast()) <= 0);
  }

  @Test
  void a_compilation_over_its_time_is_killed_and_reported() throws Exception {
    try (var engine = engine();
        var modules =
            Modules.<Void>open(engine, List.of(), settings(3L << 30, Duration.ofMillis(1)))) {
      assertEquals(new ModuleProblem.CompileOverTime(1), refusal(modules, large(100)));
    }
    assertNothingLeft();
  }

  @Test
  void a_compilation_over_its_memory_ends_and_is_reported() throws Exception {
    long limit = 110L << 20; // a small JVM takes 80 MiB of data
    try (var engine = engine();
        var modules =
            Modules.<Void>open(engine, List.of(), settings(limit, Duration.ofMinutes(2)))) {
      assertEquals(new ModuleProblem.CompileOverMemory(limit), refusal(modules, large(1500)));
    }
    assertNothingLeft();
  }

  @Test
  void what_the_library_refuses_in_a_child_is_refused_in_its_words() throws Exception {
    var wasm = TestEngine.wasm("(module (func (export \"_start\") i32.add drop))");
    try (var engine = engine();
        var modules =
            Modules.<Void>open(engine, List.of(), settings(3L << 30, Duration.ofMinutes(2)))) {
      var problem = assertInstanceOf(ModuleProblem.NotAccepted.class, refusal(modules, wasm));
      assertTrue(problem.reason().contains("type mismatch"), problem.reason());
    }
    assertNothingLeft();
  }

  @Test
  void fuel_is_the_same_in_code_compiled_by_two_processes() throws Exception {
    var wasm =
        TestEngine.wasm(
            "(module (memory (export \"memory\") 1) (func (export \"_start\") (local i32)"
                + " (loop (local.set 0 (i32.add (local.get 0) (i32.const 1)))"
                + " (memory.fill (i32.const 0) (i32.const 1) (i32.const 99))"
                + " (br_if 0 (i32.lt_s (local.get 0) (i32.const 500))))))");
    long here;
    try (var inProcess = new TestEngine<Void>(false, 1, List.of())) {
      here = inProcess.run(wasm, null, TestEngine.LIMITS).fuelUsed();
    }
    try (var engine = engine();
        var modules =
            Modules.<Void>open(engine, List.of(), settings(3L << 30, Duration.ofMinutes(2)));
        var lanes = Lanes.open(engine, 1, 0)) {
      var loading = modules.load(Digest.of(wasm), () -> wasm, CompileProgress.NONE);
      @SuppressWarnings("unchecked")
      Module<Void> module = assertInstanceOf(Loading.Ready.class, loading).module();
      var there = new CompletableFuture<Execution>();
      assertTrue(
          lanes.tryExecute(
              lane -> there.complete(lane.execute(new Run<>(module, null, TestEngine.LIMITS)))));
      assertEquals(here, there.join().fuelUsed());
      module.close();
    }
  }
}
