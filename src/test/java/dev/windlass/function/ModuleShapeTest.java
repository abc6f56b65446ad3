package dev.windlass.function;

import static dev.windlass.function.WasmBytes.body;
import static dev.windlass.function.WasmBytes.module;
import static dev.windlass.function.WasmBytes.tiny;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.InvalidModule.Component;
import dev.windlass.function.InvalidModule.Feature;
import dev.windlass.function.InvalidModule.Malformed;
import dev.windlass.function.InvalidModule.MemoryOverLimit;
import dev.windlass.function.InvalidModule.NeedsFeature;
import dev.windlass.function.InvalidModule.NoEntry;
import dev.windlass.function.InvalidModule.NotWasm;
import dev.windlass.function.InvalidModule.TablesOverLimit;
import dev.windlass.function.InvalidModule.TooLarge;
import dev.windlass.function.InvalidModule.TooMany;
import dev.windlass.function.InvalidModule.Truncated;
import dev.windlass.function.InvalidModule.UnknownVersion;
import dev.windlass.function.InvalidModule.WrongEntry;
import dev.windlass.function.ModuleShape.Import;
import dev.windlass.function.ModuleShape.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ModuleShapeTest {
  @Test
  void a_module_says_its_imports_exports_memory_and_counts() {
    var whole =
        module()
            .section(0, body().name("producers").octets(1, 2, 3))
            .section(1, 2, 0x60, 0, 0, 0x60, 3, 0x7f, 0x7e, 0x7d, 1, 0x7c)
            .section(
                2,
                body()
                    .octets(2)
                    .name("wasi_snapshot_preview1")
                    .name("fd_write")
                    .octets(0, 1)
                    .name("env")
                    .name("table")
                    .octets(1, 0x70, 0, 7))
            .section(3, 2, 0, 1)
            .section(4, 1, 0x70, 1, 3, 9)
            .section(5, 1, 1, 2, 16)
            .section(6, 1, 0x7f, 1, 0x41, 0x80, 0x80, 0x04, 0x0b)
            .section(7, body().octets(2).name("_start").octets(0, 1).name("memory").octets(2, 0))
            .section(8, 1)
            .section(9, 1, 0, 0x41, 0, 0x0b, 1, 1)
            .section(12, 1)
            .section(10, 2, 2, 0, 0x0b, 6, 1, 2, 0x7f, 0x01, 0x01, 0x0b)
            .section(11, 1, 0, 0x41, 0, 0x0b, 1, 'x')
            .section(0, body().name("name"))
            .done();

    var shape = ModuleShape.parse(whole, ModuleBounds.DEFAULT);

    assertEquals(
        List.of(
            new Import("wasi_snapshot_preview1", "fd_write", Kind.FUNCTION, "iIf:F"),
            new Import("env", "table", Kind.TABLE, "")),
        shape.imports());
    assertEquals(new ModuleShape.Counts(2, 2, 2, 2, 1, 2, 1, 1), shape.counts());
    assertEquals(new ModuleShape.Memory(2, Optional.of(16L)), shape.memory().orElseThrow());
    assertEquals(131_072, shape.memory().orElseThrow().minBytes());
    assertEquals(10, shape.tableElements());
    assertEquals(8, shape.codeBytes());
    assertEquals(6, shape.largestBodyBytes());
    assertEquals(whole.length, shape.bytes());
    assertTrue(shape.start());
    assertTrue(shape.exportsMemory());
    assertEquals(List.of("producers", "name"), shape.customSections());
    assertEquals(shape, shape.requireEntry("_start"));
  }

  @Test
  void what_is_not_wasm_is_refused_with_its_first_bytes() {
    var elf = new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 9};
    assertEquals(
        "not WebAssembly: it begins with 7f454c4602010100, expected 0061736d",
        refused(elf).message());
    assertTrue(refused("(module)".getBytes(StandardCharsets.UTF_8)).message().contains(".wat"));
    assertEquals(
        "not WebAssembly: the file is empty, expected 0061736d", refused(new byte[0]).message());
    assertReason(NotWasm.class, new byte[] {0, 'a', 's', 'x'});
  }

  @Test
  void a_truncated_module_is_refused_with_its_size() {
    var whole = tiny().done();
    for (int size = 1; size < whole.length; size++) {
      var cut = Arrays.copyOf(whole, size);
      var reason =
          assertThrows(
                  InvalidModuleException.class,
                  () -> ModuleShape.parse(cut, ModuleBounds.DEFAULT).requireEntry("_start"))
              .reason();
      switch (reason) {
        case Truncated truncated -> {
          assertEquals(size, truncated.actualBytes());
          assertTrue(truncated.expectedBytes() > size, truncated.message());
        }
        case Malformed missing -> // cut between two sections: the code is what is missing
            assertTrue(missing.expected().startsWith("a code section"), missing.message());
        case NoEntry _ -> assertTrue(size <= 14, "the header, or the header and the types");
        case InvalidModule other -> throw new AssertionError(size + ": " + other);
      }
    }
  }

  @Test
  void a_module_cut_where_a_section_ends_misses_its_function_bodies() {
    var bodiless = module().section(1, 1, 0x60, 0, 0).section(3, 1, 0).done();
    assertEquals(
        "malformed at offset 18: expected a code section with 1 function bodies, found the end",
        refused(bodiless).message());
  }

  @Test
  void a_component_is_named_as_one() {
    var component = body().octets(0, 'a', 's', 'm', 0x0d, 0, 1, 0).done();
    assertReason(Component.class, component);
    assertTrue(refused(component).message().contains("expected a core module"));
  }

  @Test
  void another_version_is_refused() {
    assertReason(UnknownVersion.class, body().octets(0, 'a', 's', 'm', 2, 0, 0, 0).done());
  }

  @Test
  void a_module_over_the_size_limit_is_refused_with_both_sizes() {
    var octets = tiny().done();
    var e =
        assertThrows(
            InvalidModuleException.class,
            () -> ModuleShape.parse(octets, ModuleBounds.DEFAULT.withBytes(octets.length - 1)));
    assertEquals(new TooLarge(octets.length, octets.length - 1), e.reason());
  }

  @Test
  void shared_memory_needs_threads() {
    assertNeeds(Feature.THREADS, module().section(5, 1, 3, 1, 2));
    assertNeeds(
        Feature.THREADS,
        module().section(2, body().octets(1).name("env").name("memory").octets(2, 3, 1, 2)));
  }

  @Test
  void memory_with_64_bit_indices_needs_memory64() {
    assertNeeds(Feature.MEMORY64, module().section(5, 1, 4, 1));
  }

  @Test
  void a_second_memory_needs_multi_memory() {
    assertNeeds(Feature.MULTI_MEMORY, module().section(5, 2, 0, 1, 0, 1));
    assertNeeds(
        Feature.MULTI_MEMORY,
        module()
            .section(2, body().octets(1).name("env").name("memory").octets(2, 0, 1))
            .section(5, 1, 0, 1));
  }

  @Test
  void struct_array_and_recursive_types_need_gc() {
    for (int type : new int[] {0x5f, 0x5e, 0x50, 0x4f, 0x4e})
      assertNeeds(Feature.GC, module().section(1, 1, type, 0));
    assertNeeds(Feature.GC, module().section(1, 1, 0x60, 1, 0x6e, 0));
    assertNeeds(Feature.EXTERNREF, module().section(1, 1, 0x60, 1, 0x6f, 0));
    assertNeeds(Feature.FUNCTION_REFERENCES, module().section(1, 1, 0x60, 1, 0x64, 0, 0));
    assertNeeds(Feature.STACK_SWITCHING, module().section(1, 1, 0x5d, 0));
  }

  @Test
  void tags_need_exceptions() {
    assertNeeds(Feature.EXCEPTIONS, module().section(1, 1, 0x60, 0, 0).section(13, 1, 0, 0));
    assertNeeds(
        Feature.EXCEPTIONS,
        module().section(2, body().octets(1).name("env").name("tag").octets(4, 0, 0)));
    assertNeeds(Feature.EXCEPTIONS, module().section(1, 1, 0x60, 1, 0x69, 0));
  }

  @Test
  void pages_of_another_size_need_custom_page_sizes() {
    assertNeeds(Feature.CUSTOM_PAGE_SIZES, module().section(5, 1, 8, 1, 0));
  }

  @Test
  void a_declared_memory_over_the_limit_is_refused_with_both_sizes() {
    var limits = ModuleBounds.DEFAULT.withStart(1 << 20, 100);
    var octets = module().section(5, 1, 0, 17).done();
    var e = assertThrows(InvalidModuleException.class, () -> ModuleShape.parse(octets, limits));
    assertEquals(new MemoryOverLimit(17 << 16, 1 << 20, 11), e.reason());
  }

  @Test
  void tables_over_the_limit_are_refused_together() {
    var limits = ModuleBounds.DEFAULT.withStart(1 << 20, 100);
    var octets = module().section(4, 2, 0x70, 0, 60, 0x70, 0, 41).done();
    var e = assertThrows(InvalidModuleException.class, () -> ModuleShape.parse(octets, limits));
    assertEquals(new TablesOverLimit(101, 100, 14), e.reason());
  }

  @Test
  void a_module_without_an_entry_is_refused_with_its_exports() {
    var shape =
        ModuleShape.parse(
            module()
                .section(1, 1, 0x60, 0, 0)
                .section(3, 1, 0)
                .section(7, body().octets(2).name("main").octets(0, 0).name("add").octets(0, 0))
                .section(10, 1, 2, 0, 0x0b)
                .done(),
            ModuleBounds.DEFAULT);

    var e = assertThrows(InvalidModuleException.class, () -> shape.requireEntry("_start"));

    assertEquals(new NoEntry("_start", List.of("main", "add"), 2), e.reason());
    assertEquals(
        "no exported function _start to start with: its exported functions are main, add",
        e.getMessage());
  }

  @Test
  void an_entry_that_takes_arguments_or_is_no_function_is_refused() {
    var shape =
        ModuleShape.parse(
            module()
                .section(1, 1, 0x60, 1, 0x7f, 1, 0x7e)
                .section(3, 1, 0)
                .section(5, 1, 0, 1)
                .section(7, body().octets(2).name("run").octets(0, 0).name("_start").octets(2, 0))
                .section(10, 1, 2, 0, 0x0b)
                .done(),
            ModuleBounds.DEFAULT);
    assertEquals(
        new WrongEntry("run", "a function of type i:I"),
        assertThrows(InvalidModuleException.class, () -> shape.requireEntry("run")).reason());
    assertEquals(
        new WrongEntry("_start", "a memory"),
        assertThrows(InvalidModuleException.class, () -> shape.requireEntry("_start")).reason());
  }

  @Test
  void sections_stand_once_and_in_order() {
    assertReason(Malformed.class, module().section(3, 0).section(1, 0).done());
    assertReason(Malformed.class, module().section(1, 0).section(1, 0).done());
    assertReason(Malformed.class, module().section(10, 0).section(12, 0).done());
    assertReason(Malformed.class, module().section(14, 0).done());
    assertReason(Malformed.class, module().section(1, 0, 0).done());
  }

  @Test
  void numbers_longer_than_32_bits_are_malformed() {
    var tooWide = module().octets(1, 0x80, 0x80, 0x80, 0x80, 0x10).done();
    var tooLong = module().octets(1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00).done();
    assertReason(Malformed.class, tooWide);
    assertReason(Malformed.class, tooLong);
    // five octets for a zero are legal: linkers write them
    ModuleShape.parse(
        module().octets(1, 0x81, 0x80, 0x80, 0x80, 0x00, 0).done(), ModuleBounds.DEFAULT);
  }

  @Test
  void names_are_utf_8_and_bounded() {
    assertReason(Malformed.class, module().section(0, 2, 0xc3, 0x28).done());
    var most = ModuleBounds.DEFAULT.nameBytes();
    assertReason(TooMany.class, module().section(0, body().name("x".repeat(most + 1))).done());
  }

  @Test
  void a_claimed_count_is_refused_before_anything_is_allocated_for_it() {
    for (int section : new int[] {1, 2, 3, 4, 5, 6, 7, 9, 10, 11}) {
      assertReason(TooMany.class, module().section(section, body().u32(0xffff_ffffL)).done());
      var withinTheLimit = refused(module().section(section, body().u32(4)).done());
      assertTrue(withinTheLimit instanceof Malformed, section + ": " + withinTheLimit);
    }
  }

  @Test
  void four_thousand_million_locals_in_six_bytes_are_refused() {
    var octets =
        module()
            .section(1, 1, 0x60, 0, 0)
            .section(3, 1, 0)
            .section(10, body().octets(1, 8, 1).u32(0xffff_ffffL).octets(0x7f, 0x0b))
            .done();
    assertEquals(new TooMany("locals in a function", 0xffff_ffffL, 50_000, 21), refused(octets));
  }

  @Test
  void two_exports_of_one_name_are_malformed() {
    assertReason(
        Malformed.class,
        module()
            .section(5, 1, 0, 1)
            .section(7, body().octets(2).name("m").octets(2, 0).name("m").octets(2, 0))
            .done());
  }

  @Test
  void indices_past_the_end_are_malformed() {
    assertReason(Malformed.class, module().section(3, 1, 0).done());
    assertReason(Malformed.class, module().section(8, 0).done());
    assertReason(
        Malformed.class, module().section(7, body().octets(1).name("f").octets(0, 0)).done());
    assertReason(Malformed.class, module().section(5, 1, 1, 2, 1).done());
    assertReason(Malformed.class, module().section(5, 1, 0, 0x81, 0x80, 0x04).done());
  }

  @Test
  void the_data_count_and_the_number_of_bodies_must_agree() {
    assertReason(Malformed.class, module().section(12, 2).section(11, 0).done());
    assertReason(
        Malformed.class, module().section(1, 1, 0x60, 0, 0).section(3, 1, 0).section(10, 0).done());
  }

  @Test
  void any_bytes_whatever_end_in_a_shape_or_the_declared_exception() {
    var seeds = List.of(tiny().done(), everySection());
    int parsed = 0;
    for (long seed = 0; seed < 200_000; seed++) {
      var chance = new SplittableRandom(seed);
      var octets = seeds.get(chance.nextInt(2)).clone();
      mutate(octets, chance);
      if (chance.nextInt(4) == 0) octets = Arrays.copyOf(octets, chance.nextInt(octets.length));
      try {
        ModuleShape.parse(octets, ModuleBounds.DEFAULT);
        parsed++;
      } catch (InvalidModuleException e) {
        assertFalse(e.getMessage().isEmpty());
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertTrue(parsed > 1_000, "mutations that stay valid show that the fuzzer reaches the end");
  }

  private static void mutate(byte[] octets, SplittableRandom chance) {
    int changes = 1 + chance.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at =
          chance.nextInt(8) == 0
              ? chance.nextInt(octets.length)
              : 8 + chance.nextInt(octets.length - 8);
      octets[at] =
          switch (chance.nextInt(4)) {
            case 0 -> (byte) chance.nextInt(256);
            case 1 -> (byte) 0xff;
            case 2 -> (byte) (octets[at] + 1);
            default -> (byte) (octets[at] ^ 1 << chance.nextInt(8));
          };
    }
  }

  private static byte[] everySection() {
    return module()
        .section(0, body().name("producers").octets(1))
        .section(1, 2, 0x60, 0, 0, 0x60, 2, 0x7f, 0x7e, 1, 0x7f)
        .section(2, body().octets(1).name("w").name("f").octets(0, 1))
        .section(3, 2, 0, 1)
        .section(4, 1, 0x70, 0, 1)
        .section(5, 1, 1, 1, 2)
        .section(6, 2, 0x7f, 0, 0x41, 0, 0x0b, 0x7c, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b)
        .section(7, body().octets(2).name("_start").octets(0, 1).name("memory").octets(2, 0))
        .section(8, 1)
        .section(9, 1, 0, 0x41, 0, 0x0b, 1, 1)
        .section(12, 1)
        .section(10, 2, 4, 1, 3, 0x7f, 0x0b, 2, 0, 0x0b)
        .section(11, 1, 0, 0x41, 0, 0x0b, 1, 'x')
        .done();
  }

  private static InvalidModule refused(byte[] octets) {
    return assertThrows(
            InvalidModuleException.class, () -> ModuleShape.parse(octets, ModuleBounds.DEFAULT))
        .reason();
  }

  private static void assertReason(Class<? extends InvalidModule> expected, byte[] octets) {
    var reason = refused(octets);
    assertEquals(expected, reason.getClass(), reason.message());
  }

  private static void assertNeeds(Feature feature, WasmBytes octets) {
    if (refused(octets.done()) instanceof NeedsFeature needs)
      assertEquals(feature, needs.feature());
    else throw new AssertionError("expected " + feature + ": " + refused(octets.done()));
  }
}
