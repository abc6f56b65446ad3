package dev.windlass.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import dev.windlass.function.InvalidModule;
import dev.windlass.wasm.ModuleProblem.ImportProblem;
import dev.windlass.wasm.ffm.Owned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is refused and why; what is kept, where, and for how long. */
class ModulesTest {
  private static final long BEFORE = Owned.openHandles();
  private static final String SHARED = "(module (memory 1 1 shared) (func (export \"_start\")))";
  private static TestEngine<Void> engine;

  @BeforeAll
  static void open() {
    HostFunction<Void> known = new HostFunction<>("host", "known", "iI:i", (_, _) -> 0);
    engine = new TestEngine<>(false, 1, List.of(known));
  }

  @AfterAll
  static void close() {
    engine.close();
    assertEquals(BEFORE, Owned.openHandles(), "open handles");
  }

  private static byte[] start(String body) {
    return TestEngine.wasm("(module (func (export \"_start\") " + body + "))");
  }

  private static <R extends InvalidModule> R invalid(Class<R> reason, byte[] wasm) {
    var problem = assertInstanceOf(ModuleProblem.Invalid.class, engine.refusal(wasm));
    return assertInstanceOf(reason, problem.reason(), problem.text());
  }

  private static InvalidModule.Feature feature(String wat) {
    return invalid(InvalidModule.NeedsFeature.class, TestEngine.wasm(wat)).feature();
  }

  private static String notAccepted(String wat) {
    var problem = engine.refusal(TestEngine.wasm(wat));
    return assertInstanceOf(ModuleProblem.NotAccepted.class, problem, problem.text()).reason();
  }

  @Test
  void octets_of_another_digest_are_refused_with_both() throws Exception {
    var wanted = Digest.of(start("nop"));
    var other = start("nop nop");
    var loading = engine.modules.load(wanted, () -> other, CompileProgress.NONE);
    var problem = assertInstanceOf(Loading.Refused.class, loading).problem();
    assertEquals(new ModuleProblem.OtherDigest(wanted, Digest.of(other)), problem);
    assertTrue(problem.text().contains(wanted.hex()), problem.text());
  }

  @Test
  void what_is_no_wasm_truncated_or_a_component_is_refused() {
    invalid(InvalidModule.NotWasm.class, "#!/bin/sh\n".getBytes());
    invalid(InvalidModule.NotWasm.class, new byte[0]);
    var whole = start("(drop (i32.const 77777))");
    invalid(InvalidModule.Truncated.class, Arrays.copyOf(whole, whole.length - 3));
    invalid(InvalidModule.Component.class, TestEngine.wasm("(component)"));
  }

  @Test
  void proposals_that_are_off_are_refused_by_name() {
    assertEquals(InvalidModule.Feature.THREADS, feature(SHARED));
    assertEquals(
        InvalidModule.Feature.MEMORY64,
        feature("(module (memory i64 1) (func (export \"_start\")))"));
    assertEquals(
        InvalidModule.Feature.GC, feature("(module (type (struct)) (func (export \"_start\")))"));
    assertEquals(
        InvalidModule.Feature.EXCEPTIONS, feature("(module (tag) (func (export \"_start\")))"));
    assertEquals(
        InvalidModule.Feature.MULTI_MEMORY,
        feature("(module (memory 1) (memory 1) (func (export \"_start\")))"));
  }

  @Test
  void instructions_of_proposals_that_are_off_are_refused_by_the_library() {
    assertTrue(
        notAccepted(
                "(module (memory 1) (func (export \"_start\")"
                    + " (drop (i32.atomic.load (i32.const 0)))))")
            .contains("threads"));
    assertTrue(
        notAccepted("(module (func $f (export \"_start\") (return_call $f)))").contains("tail"));
    assertTrue(
        notAccepted(
                "(module (func (export \"_start\") (drop (i8x16.relaxed_swizzle"
                    + " (v128.const i64x2 0 0) (v128.const i64x2 0 0)))))")
            .contains("relaxed"));
  }

  @Test
  void a_body_that_does_not_type_check_is_refused_with_its_offset() {
    var reason = notAccepted("(module (func (export \"_start\") i32.add drop))");
    assertTrue(reason.contains("offset"), reason);
    assertFalse(reason.contains("\n") || reason.contains("Caused by"), reason);
  }

  @Test
  void what_is_imported_twice_is_told_once() throws Exception {
    var known = "(import \"host\" \"known\" (func (param i32 i64) (result i32)))";
    var wasm = TestEngine.wasm("(module " + known + known + "(func (export \"_start\")))");
    var loading = engine.modules.load(Digest.of(wasm), () -> wasm, CompileProgress.NONE);
    try (var module = assertInstanceOf(Loading.Ready.class, loading).module()) {
      assertEquals(List.of("host.known"), module.info().imports());
    }
  }

  @Test
  void all_unknown_imports_are_listed_with_what_was_wanted_and_offered() {
    var wat =
        "(module (import \"host\" \"known\" (func (param i32 i64) (result i32)))"
            + "(import \"host\" \"known\" (func (param i32)))"
            + "(import \"host\" \"other\" (func (param f64) (result v128)))"
            + "(import \"host\" \"other\" (func (param f64) (result v128)))"
            + "(import \"env\" \"memory\" (memory 1))"
            + "(func (export \"_start\")))";
    var problem = engine.refusal(TestEngine.wasm(wat));
    assertEquals(
        new ModuleProblem.UnknownImports(
            List.of(
                new ImportProblem("host", "known", "function (i32)", "function (i32 i64) -> i32"),
                new ImportProblem("host", "other", "function (f64) -> v128", ""),
                new ImportProblem("env", "memory", "memory", ""))),
        problem);
    assertTrue(
        problem
            .text()
            .endsWith(
                "host.known (function (i32); the host offers function (i32 i64) -> i32),"
                    + " host.other (function (f64) -> v128), env.memory (memory)"),
        problem.text());
  }

  @Test
  void a_module_without_its_entry_or_with_another_type_is_refused() {
    var missing =
        invalid(InvalidModule.NoEntry.class, TestEngine.wasm("(module (func (export \"main\")))"));
    assertEquals(List.of("main"), missing.exports());
    invalid(
        InvalidModule.WrongEntry.class,
        TestEngine.wasm("(module (func (export \"_start\") (param i32)))"));
    invalid(
        InvalidModule.WrongEntry.class, TestEngine.wasm("(module (memory (export \"_start\") 1))"));
  }

  @Test
  void a_hit_in_memory_asks_no_source_and_names_the_module() throws Exception {
    var wasm = start("(drop (i32.const 1))");
    var asked = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      var loading =
          engine.modules.load(
              Digest.of(wasm),
              () -> {
                asked.incrementAndGet();
                return wasm;
              },
              CompileProgress.NONE);
      try (var module = assertInstanceOf(Loading.Ready.class, loading).module()) {
        assertEquals(Digest.of(wasm), module.info().digest());
        assertEquals(wasm.length, module.info().wasmBytes());
      }
    }
    assertEquals(1, asked.get());
  }

  @Test
  void a_source_that_fails_is_the_callers_exception() {
    var digest = Digest.of(new byte[] {1});
    assertThrows(
        IOException.class,
        () ->
            engine.modules.load(
                digest,
                () -> {
                  throw new IOException("gone");
                },
                CompileProgress.NONE));
  }

  @Test
  void loaded_modules_are_bounded_and_the_least_recently_used_goes() throws Exception {
    var settings = bounded(2, 1L << 30);
    try (var modules = Modules.<Void>open(engine.engine, List.of(), settings)) {
      var a = load(modules, start("(drop (i32.const 11))"));
      var b = load(modules, start("(drop (i32.const 12))"));
      load(modules, start("(drop (i32.const 11))"));
      var c = load(modules, start("(drop (i32.const 13))"));
      assertEquals(Set.of(a, c), modules.warm());
      assertEquals(Set.of(a, b, c), modules.compiled());
      modules.evict(a);
      assertEquals(Set.of(c), modules.warm());
      assertEquals(Set.of(b, c), modules.compiled());
    } finally {
      TestEngine.delete(settings.cache());
    }
  }

  @Test
  void a_module_in_use_is_not_freed_before_its_lease_ends() throws Exception {
    var settings = bounded(1, 1L << 30);
    engine.onLane(Lane::hashCode); // the lane's own handle
    long before = Owned.openHandles();
    try (var modules = Modules.<Void>open(engine.engine, List.of(), settings)) {
      var wasm = start("(drop (i32.const 21))");
      var loading = modules.load(Digest.of(wasm), () -> wasm, CompileProgress.NONE);
      @SuppressWarnings("unchecked")
      Module<Void> used = assertInstanceOf(Loading.Ready.class, loading).module();
      load(modules, start("(drop (i32.const 22))"));
      modules.evict(Digest.of(wasm));
      var run = new Run<Void>(used, null, TestEngine.LIMITS);
      assertEquals(new Outcome.Returned(), engine.onLane(lane -> lane.execute(run)).outcome());
      assertEquals(before + 4, Owned.openHandles());
      used.close();
      used.close();
      assertEquals(before + 2, Owned.openHandles());
      assertThrows(
          AssertionError.class, () -> engine.onLane(lane -> lane.execute(run)), "a closed lease");
    } finally {
      TestEngine.delete(settings.cache());
    }
    assertEquals(before, Owned.openHandles());
  }

  @Test
  void code_on_disk_is_bounded_and_the_least_recently_used_goes() throws Exception {
    var first = bounded(8, 1L << 30);
    long size;
    try (var modules = Modules.<Void>open(engine.engine, List.of(), first)) {
      load(modules, start("(drop (i32.const 31))"));
      load(modules, start("(drop (i32.const 32))"));
      size = codeBytes(first.cache());
    }
    var second =
        new ModulesSettings(
            first.cache(), size, 8, "_start", false, 1 << 30, Duration.ofMinutes(1));
    try (var modules = Modules.<Void>open(engine.engine, List.of(), second)) {
      load(modules, start("(drop (i32.const 31))"));
      load(modules, start("(drop (i32.const 33))"));
      assertTrue(codeBytes(first.cache()) <= size, "over the bound");
    }
    try (var modules = Modules.<Void>open(engine.engine, List.of(), second)) {
      var kept =
          Set.of(
              Digest.of(start("(drop (i32.const 31))")), Digest.of(start("(drop (i32.const 33))")));
      assertEquals(kept, modules.compiled());
    } finally {
      TestEngine.delete(first.cache());
    }
  }

  @Test
  void code_from_disk_is_used_again_without_the_octets() throws Exception {
    var settings = bounded(8, 1L << 30);
    var wasm = start("(drop (i32.const 41))");
    try (var modules = Modules.<Void>open(engine.engine, List.of(), settings)) {
      load(modules, wasm);
    }
    try (var modules = Modules.<Void>open(engine.engine, List.of(), settings)) {
      var loading =
          modules.load(
              Digest.of(wasm),
              () -> {
                throw new IOException("nobody may ask");
              },
              CompileProgress.NONE);
      try (var module = assertInstanceOf(Loading.Ready.class, loading).module()) {
        assertTrue(module.info().cached());
        assertEquals(wasm.length, module.info().wasmBytes());
      }
    } finally {
      TestEngine.delete(settings.cache());
    }
  }

  private static ModulesSettings bounded(int loaded, long bytes) throws IOException {
    var directory = Files.createTempDirectory("windlass-code");
    return new ModulesSettings(
        directory, bytes, loaded, "_start", false, 1 << 30, Duration.ofMinutes(1));
  }

  private static Digest load(Modules<Void> modules, byte[] wasm) throws Exception {
    var digest = Digest.of(wasm);
    var loading = modules.load(digest, () -> wasm, CompileProgress.NONE);
    assertInstanceOf(Loading.Ready.class, loading).module().close();
    assertFalse(
        modules
            .loaded(digest)
            .map(
                m -> {
                  m.close();
                  return m;
                })
            .isEmpty());
    return digest;
  }

  private static long codeBytes(Path directory) throws IOException {
    long total = 0;
    try (var files = Files.list(directory)) {
      for (var f : files.filter(f -> f.toString().endsWith(".code")).toList())
        total += Files.size(f);
    }
    return total;
  }
}
