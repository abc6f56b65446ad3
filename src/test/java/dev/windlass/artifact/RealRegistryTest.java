package dev.windlass.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.FetchException.Kind;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.kube.RealRegistry;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution project's registry, which is what most registries are made of. */
class RealRegistryTest {
  private static final Bytes MODULE = FakeServer.module(3 << 20);
  private static final Digest DIGEST = Digest.of(MODULE);

  @TempDir Path directory;

  @Test
  void a_module_that_was_pushed_by_tag_is_pulled_by_tag_and_by_digest() throws Exception {
    try (var registry = RealRegistry.start(directory.resolve("registry"), Optional.empty());
        var fetcher = new Fetcher(FetchSettings.DEFAULT)) {
      var manifest = registry.push("acme/hello", "1.0", MODULE);
      var name = registry.host() + "/acme/hello";

      var byTag = fetcher.fetch(oci(name + ":1.0"), PullSecret.NONE, store("a"));
      var byDigest = fetcher.fetch(oci(name + "@" + manifest), PullSecret.NONE, store("b"));
      var unknown =
          assertThrows(
              FetchException.class,
              () -> fetcher.fetch(oci(name + ":2.0"), PullSecret.NONE, store("c")));

      assertEquals(new Fetcher.Fetched(DIGEST, MODULE.size(), Optional.of(manifest)), byTag);
      assertEquals(byTag, byDigest);
      assertEquals(Kind.NOT_FOUND, unknown.kind());
    }
  }

  @Test
  void a_tag_that_moved_leaves_the_digest_where_it_was() throws Exception {
    try (var registry = RealRegistry.start(directory.resolve("registry"), Optional.empty());
        var fetcher = new Fetcher(FetchSettings.DEFAULT)) {
      registry.push("acme/hello", "1.0", MODULE);
      var source = oci(registry.host() + "/acme/hello:1.0");
      registry.push("acme/hello", "1.0", FakeServer.module(9));
      var store = store("a");

      assertEquals(9, fetcher.fetch(source, PullSecret.NONE, store).bytes());
      fetcher.fetch(source, DIGEST, PullSecret.NONE, store);

      assertEquals(Optional.of(MODULE), store.read(DIGEST));
    }
  }

  @Test
  void a_private_registry_gives_it_to_whom_the_pull_secret_names() throws Exception {
    try (var registry =
            RealRegistry.start(directory.resolve("registry"), Optional.of("ada:correct horse"));
        var fetcher = new Fetcher(FetchSettings.DEFAULT)) {
      registry.push("acme/hello", "1.0", MODULE);
      var source = oci(registry.host() + "/acme/hello:1.0");
      var store = store("a");

      var nobody =
          assertThrows(FetchException.class, () -> fetcher.fetch(source, PullSecret.NONE, store));
      var wrong = OciFetchTest.secret(registry.host(), "ada:battery staple");
      var refused = assertThrows(FetchException.class, () -> fetcher.fetch(source, wrong, store));
      var right = OciFetchTest.secret(registry.host(), "ada:correct horse");
      fetcher.fetch(source, right, store);

      assertEquals(Kind.DENIED, nobody.kind());
      assertEquals(Kind.DENIED, refused.kind());
      assertTrue(!refused.getMessage().contains("battery"), refused.getMessage());
      assertTrue(store.has(DIGEST));
    }
  }

  private ContentStore store(String name) throws Exception {
    return ContentStore.open(directory.resolve(name), ContentStore.UNBOUNDED);
  }

  private static ArtifactSource oci(String reference) {
    return new ArtifactSource.Oci(OciReference.parse(reference), Optional.empty());
  }
}
