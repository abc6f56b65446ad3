package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
  private static final FunctionName NAME = new FunctionName("default", "f");

  @TempDir Path data;
  private long nowMillis = 1_000_000;
  private final InstantSource clock = () -> java.time.Instant.ofEpochMilli(nowMillis);
  private HeadConfig config;
  private ContentStore store;
  private Catalogue catalogue;

  @BeforeEach
  void open() throws IOException {
    config =
        HeadConfig.at(data, "test")
            .withStore(new HeadConfig.Store(3, 2, 1 << 20, 1 << 16, Duration.ofMinutes(10)));
    store = ContentStore.open(data.resolve("artifacts"), config.store().bytes());
    catalogue = Catalogue.open(config, store, clock);
  }

  private Manifest manifest(FunctionName name, String version) throws IOException {
    var module = store.put(Bytes.utf8("module " + version));
    return ManifestJson.parse(
        ("{\"name\":\"" + name + "\",\"module\":\"" + module + "\"}").getBytes());
  }

  private Digest publish(String version) throws IOException {
    var manifest = manifest(NAME, version);
    assertTrue(catalogue.publish(manifest, OptionalLong.empty()));
    return ManifestJson.digest(manifest);
  }

  private Path directory() {
    return data.resolve("functions/default/f");
  }

  @Test
  void the_newest_versions_stay_and_older_ones_go() throws IOException {
    publish("1");
    publish("2");
    var third = publish("3");
    try (var files = Files.list(directory().resolve("versions"))) {
      assertEquals(2, files.count());
    }
    assertEquals(third, catalogue.find(NAME).orElseThrow().current().manifest());
    assertEquals(third.toString(), Files.readString(directory().resolve("current")).strip());
  }

  @Test
  void the_same_version_again_changes_nothing() throws IOException {
    publish("1");
    assertFalse(catalogue.publish(manifest(NAME, "1"), OptionalLong.empty()));
  }

  @Test
  void artifacts_that_no_version_names_go_after_a_while_and_no_others() throws IOException {
    publish("1");
    publish("2");
    publish("3");
    var upload = store.put(Bytes.utf8("not yet deployed"));
    assertEquals(0, catalogue.sweep());
    nowMillis += Duration.ofMinutes(9).toMillis();
    assertEquals(0, catalogue.sweep());
    catalogue.touch(upload);
    nowMillis += Duration.ofMinutes(1).toMillis();
    assertEquals(2, catalogue.sweep(), "the first version's module and manifest");
    assertFalse(store.has(Digest.of(Bytes.utf8("module 1"))));
    assertTrue(store.has(Digest.of(Bytes.utf8("module 2"))));
    assertTrue(store.has(upload));
  }

  @Test
  void a_file_that_was_changed_on_disk_is_left_out_at_the_start_and_the_others_are_not()
      throws IOException {
    var digest = publish("1");
    catalogue.publish(manifest(new FunctionName("default", "g"), "2"), OptionalLong.empty());
    var file = directory().resolve("versions").resolve(digest.hex() + ".json");
    Files.writeString(file, Files.readString(file).replace("strict", "none"));
    var again = Catalogue.open(config, store, clock);
    assertEquals(
        List.of("default/g"), again.list().stream().map(e -> e.name().toString()).toList());
  }

  @Test
  void a_crash_before_the_switch_leaves_the_old_version_current() throws IOException {
    var first = publish("1");
    var files = new FunctionFiles(data.resolve("functions"));
    var second = Bytes.wrap(ManifestJson.write(manifest(NAME, "2")));
    files.write(NAME, Digest.of(second), second);
    Files.writeString(directory().resolve(".current.new"), "sha256:half");
    var again = Catalogue.open(config, store, clock);
    assertEquals(first, again.find(NAME).orElseThrow().current().manifest());
  }

  @Test
  void a_deletion_leaves_no_file_behind() throws IOException {
    publish("1");
    publish("2");
    assertEquals(2, catalogue.delete(NAME).size());
    assertFalse(Files.exists(directory()));
    assertEquals(List.of(), catalogue.delete(NAME));
    assertTrue(Catalogue.open(config, store, clock).find(NAME).isEmpty());
    publish("1");
  }

  @Test
  void there_are_at_most_so_many_functions() throws IOException {
    for (var name : List.of("a", "b", "c"))
      catalogue.publish(manifest(new FunctionName("default", name), name), OptionalLong.empty());
    var one = manifest(new FunctionName("default", "d"), "d");
    var thrown =
        assertThrows(Problem.Thrown.class, () -> catalogue.publish(one, OptionalLong.empty()));
    assertEquals(ProblemType.STORE_FULL, thrown.problem().type());
  }
}
