package dev.windlass.wasm.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryTest {
  /** SHA-256 of "other". */
  private static final String OTHER =
      "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";

  @TempDir Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> properties = new HashMap<>(Map.of("os.arch", "amd64"));
  private final Properties pins = Library.pins();

  private Library find() {
    return Library.find(new Library.Surroundings(environment::get, properties::get, pins));
  }

  private String refusal() {
    return String.valueOf(assertThrows(LibraryException.class, this::find).getMessage());
  }

  private Path other() throws IOException {
    return Files.writeString(directory.resolve("libother.so"), "other");
  }

  @Test
  void the_pinned_library_is_in_use() {
    var library = Library.inUse();
    assertEquals(pins.getProperty("version"), library.version());
    assertEquals(64, library.sha256().length());
  }

  @Test
  void another_library_is_refused_with_both_digests() throws IOException {
    environment.put("WINDLASS_WASMTIME", other().toString());
    var message = refusal();
    assertTrue(message.contains(OTHER), message);
    assertTrue(message.contains(pins.getProperty("library.x86_64")), message);
  }

  @Test
  void another_library_is_accepted_when_its_digest_is_named() throws IOException {
    properties.put("windlass.wasmtime", other().toString());
    environment.put("WINDLASS_WASMTIME_DIGEST", OTHER);
    assertEquals(new Library(other(), "unpinned", OTHER), find());
  }

  @Test
  void a_denied_library_is_refused_even_when_its_digest_is_named() throws IOException {
    environment.put("WINDLASS_WASMTIME", other().toString());
    environment.put("WINDLASS_WASMTIME_DIGEST", OTHER);
    pins.setProperty("denied", "00," + OTHER);
    assertTrue(refusal().contains("denied"), refusal());
  }

  @Test
  void a_missing_library_names_the_place_and_the_command_that_fetches_it() {
    environment.put("WINDLASS_CACHE", directory.toString());
    var message = refusal();
    assertTrue(message.contains(directory + "/wasmtime-"), message);
    assertTrue(message.contains("tools/fetch-wasmtime"), message);
  }

  @Test
  void the_environment_wins_over_the_property_and_the_property_over_the_cache() {
    environment.put("WINDLASS_CACHE", directory.toString());
    properties.put("windlass.wasmtime", "/by/property.so");
    assertTrue(refusal().contains("/by/property.so"), refusal());
    environment.put("WINDLASS_WASMTIME", "/by/environment.so");
    assertTrue(refusal().contains("/by/environment.so"), refusal());
  }

  @Test
  void a_version_below_the_minimum_is_refused() {
    pins.setProperty("version", "50.0.0");
    assertTrue(refusal().contains("50.0.1"), refusal());
  }

  @Test
  void an_architecture_without_a_pin_is_refused_by_name() {
    properties.put("os.arch", "riscv64");
    assertTrue(refusal().contains("riscv64"), refusal());
  }

  @Test
  void every_architecture_has_a_wheel_and_a_library() {
    for (var arch : new String[] {"x86_64", "aarch64"}) {
      assertEquals(64, pins.getProperty("wheel." + arch).length());
      assertEquals(64, pins.getProperty("library." + arch).length());
    }
  }

  @Test
  void every_function_of_the_list_is_in_the_library() {
    for (var f : CFunction.values()) {
      assertTrue(C.exists(f), () -> Library.inUse().path() + " has no " + f);
    }
  }
}
