package dev.windlass.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeCacheTest {
  private static final Digest CONFIGURATION = Digest.of(new byte[] {1});
  private static final Digest MODULE = Digest.of(new byte[] {2});
  private static final Digest OTHER = Digest.of(new byte[] {3});
  private static final ModuleFacts FACTS = new ModuleFacts(7, 65_536, 1, List.of());
  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");

  @TempDir Path parent;

  private CodeCache open() throws IOException {
    return open(CONFIGURATION, NOW);
  }

  private CodeCache open(Digest configuration, Instant now) throws IOException {
    return CodeCache.open(parent.resolve("code"), 1 << 20, configuration, InstantSource.fixed(now));
  }

  private static Path keep(CodeCache cache, Digest module, int bytes) throws IOException {
    var temporary = cache.temporary();
    Files.write(temporary, new byte[bytes]);
    return cache.keep(module, temporary, FACTS).file();
  }

  @Test
  void what_was_kept_is_found_with_its_facts() throws IOException {
    var file = keep(open(), MODULE, 1000);
    assertEquals(Optional.of(new CodeCache.Entry(file, FACTS, 1000)), open().find(MODULE));
  }

  @Test
  void a_flipped_bit_anywhere_drops_the_code() throws IOException {
    var cache = open();
    int size = (int) Files.size(keep(cache, MODULE, 300));
    for (int at = 0; at < size; at++) {
      var file = keep(cache, MODULE, 300);
      var octets = Files.readAllBytes(file);
      octets[at] ^= (byte) (1 << at % 8);
      Files.write(file, octets);
      assertEquals(Optional.empty(), cache.find(MODULE), "octet " + at);
      assertTrue(Files.notExists(file), "octet " + at);
    }
  }

  @Test
  void truncated_and_empty_files_are_dropped() throws IOException {
    var cache = open();
    for (int size : new int[] {0, 1, 35, 36, 200}) {
      var file = keep(cache, MODULE, 300);
      Files.write(file, Arrays.copyOf(Files.readAllBytes(file), size));
      assertEquals(Optional.empty(), cache.find(MODULE));
    }
  }

  @Test
  void code_under_another_modules_name_is_dropped() throws IOException {
    var cache = open();
    var file = keep(cache, MODULE, 300);
    var name = file.getFileName().toString().replace(MODULE.hex(), OTHER.hex());
    Files.copy(file, file.resolveSibling(name));
    assertEquals(Optional.empty(), cache.find(OTHER));
    assertTrue(cache.find(MODULE).isPresent());
  }

  @Test
  void code_of_another_configuration_or_another_directorys_key_is_not_found() throws IOException {
    var file = keep(open(), MODULE, 300);
    assertEquals(Optional.empty(), open(OTHER, NOW).find(MODULE));
    Files.write(file.resolveSibling("key"), new byte[32]);
    assertEquals(Optional.empty(), open().find(MODULE));
  }

  @Test
  void the_directory_and_the_key_are_for_the_owner_only() throws IOException {
    Files.createDirectory(parent.resolve("code"));
    var file = keep(open(), MODULE, 300);
    assertEquals("rwx------", mode(parent.resolve("code")));
    assertEquals("rw-------", mode(parent.resolve("code/key")));
    assertEquals("rw-------", mode(file));
    assertEquals(32, Files.size(parent.resolve("code/key")));
  }

  @Test
  void abandoned_temporary_files_are_swept_and_fresh_ones_are_left() throws IOException {
    var cache = open();
    var old = cache.temporary();
    var fresh = cache.temporary();
    Files.setLastModifiedTime(old, FileTime.from(NOW.minus(Duration.ofHours(2))));
    Files.setLastModifiedTime(fresh, FileTime.from(NOW));
    open();
    assertTrue(Files.notExists(old) && Files.exists(fresh));
  }

  @Test
  void a_damaged_file_is_compiled_again_and_never_executed() throws Exception {
    var directory = parent.resolve("modules");
    var wasm = TestEngine.wasm("(module (func (export \"_start\") (drop (i32.const 99))))");
    try (var engine =
        Engine.open(TestEngine.settings(false, 1, List.of(), parent.resolve("engine")))) {
      for (int round = 0; round < 2; round++) {
        try (var modules =
            Modules.<Void>open(engine, List.of(), ModulesSettings.inProcess(directory))) {
          var loading = modules.load(Digest.of(wasm), () -> wasm, CompileProgress.NONE);
          try (var module = assertInstanceOf(Loading.Ready.class, loading).module()) {
            assertEquals(false, module.info().cached(), "round " + round);
          }
        }
        flip(directory);
      }
    }
  }

  private static void flip(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      var file = files.filter(f -> f.toString().endsWith(".code")).findFirst().orElseThrow();
      var octets = Files.readAllBytes(file);
      octets[octets.length / 2] ^= 4;
      Files.write(file, octets);
      assertNotEquals(0, octets.length);
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
