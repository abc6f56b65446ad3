package dev.windlass.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.FetchException.Kind;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wasm artifacts pulled from a registry that keeps to the specification, and from others. */
class OciFetchTest {
  private static final Bytes MODULE = FakeServer.module(100_000);
  private static final Digest DIGEST = Digest.of(MODULE);

  @TempDir Path directory;
  private final Fetcher fetcher = new Fetcher(FetchSettings.DEFAULT);
  private ContentStore store;

  @BeforeEach
  void open() throws IOException {
    store = ContentStore.open(directory.resolve("store"), ContentStore.UNBOUNDED);
  }

  @Test
  void a_tag_leads_to_a_manifest_and_to_the_module() throws Exception {
    try (var registry = FakeRegistry.open()) {
      var manifest = registry.push("1.0", MODULE);

      var fetched = fetch(registry.reference(":1.0"));

      assertEquals(new Fetcher.Fetched(DIGEST, 100_000, Optional.of(manifest)), fetched);
      assertEquals(Optional.of(MODULE), store.read(DIGEST));
      assertEquals(
          List.of("/v2/acme/hello/manifests/1.0", "/v2/acme/hello/blobs/" + DIGEST),
          registry.server.asked());
    }
  }

  @Test
  void the_layer_type_of_older_tools_is_taken_too() throws Exception {
    try (var registry = FakeRegistry.open()) {
      registry.blob(MODULE);
      var layer = FakeRegistry.descriptor("application/vnd.wasm.content.layer.v1+wasm", MODULE);
      registry.document(
          "1",
          FakeRegistry.MANIFEST,
          FakeRegistry.manifest("application/vnd.wasm.config.v1+json", layer));

      assertEquals(DIGEST, fetch(registry.reference(":1")).module());
    }
  }

  @Test
  void a_digest_decides_whatever_the_tag_says() throws Exception {
    try (var registry = FakeRegistry.open()) {
      var first = registry.push("1", MODULE);
      registry.push("1", FakeServer.module(5_000));

      assertEquals(DIGEST, fetch(registry.reference(":1@" + first)).module());
      assertEquals(5_000, fetch(registry.reference(":1")).bytes());
    }
  }

  @Test
  void a_module_found_before_is_fetched_without_asking_the_tag_again() throws Exception {
    try (var registry = FakeRegistry.open()) {
      registry.push("1", MODULE);
      registry.push("1", FakeServer.module(5_000));
      var source = new ArtifactSource.Oci(registry.reference(":1"), Optional.empty());

      fetcher.fetch(source, DIGEST, PullSecret.NONE, store);

      assertTrue(store.has(DIGEST));
      assertEquals(List.of("/v2/acme/hello/blobs/" + DIGEST), registry.server.asked());
    }
  }

  @Test
  void an_index_leads_to_its_manifest_for_wasm() throws Exception {
    try (var registry = FakeRegistry.open()) {
      registry.blob(MODULE);
      var wasm =
          FakeRegistry.manifest(
              FakeRegistry.WASM_CONFIG, FakeRegistry.descriptor(FakeRegistry.WASM, MODULE));
      registry.document("unused", FakeRegistry.MANIFEST, wasm);
      registry.document("1", INDEX, index(entry(wasm, "wasm"), entry(Bytes.utf8("x"), "amd64")));
      registry.document("2", INDEX, index(entry(wasm, "wasm"), entry(Bytes.utf8("x"), "wasm")));
      registry.document("3", INDEX, index());

      var fetched = fetch(registry.reference(":1"));

      assertEquals(DIGEST, fetched.module());
      assertEquals(Optional.of(Digest.of(wasm)), fetched.manifest());
      assertSays(refused(registry.reference(":2")), "2 of them for the architecture wasm");
      assertSays(refused(registry.reference(":3")), "an index of 0 manifests");
    }
  }

  @Test
  void an_index_in_an_index_is_not_followed() throws Exception {
    try (var registry = FakeRegistry.open()) {
      var inner = index();
      registry.document("inner", INDEX, inner);
      var outer = index(entry(index(entry(inner, "wasm")), "wasm"));
      registry.document("middle", INDEX, index(entry(inner, "wasm")));
      registry.document("1", INDEX, outer);

      var refused = refused(registry.reference(":1"));

      assertEquals(Kind.NOT_WASM, refused.kind());
      assertSays(refused, "an index in an index");
    }
  }

  @Test
  void container_images_and_other_artifacts_are_refused_in_words() throws Exception {
    try (var registry = FakeRegistry.open()) {
      var layer = FakeRegistry.descriptor(FakeRegistry.WASM, MODULE);
      var image = FakeRegistry.manifest("application/vnd.oci.image.config.v1+json", layer);
      registry.document("image", FakeRegistry.MANIFEST, image);
      registry.document(
          "two",
          FakeRegistry.MANIFEST,
          FakeRegistry.manifest(FakeRegistry.WASM_CONFIG, layer, layer));
      registry.document(
          "none", FakeRegistry.MANIFEST, FakeRegistry.manifest(FakeRegistry.WASM_CONFIG));
      registry.document(
          "helm",
          FakeRegistry.MANIFEST,
          FakeRegistry.manifest("application/vnd.cncf.helm.config.v1+json", layer));

      var refused = refused(registry.reference(":image"));

      assertEquals(Kind.NOT_WASM, refused.kind());
      assertTrue(refused.kind().lasting());
      assertSays(refused, "container image", "oras push", "one layer application/wasm");
      assertSays(refused(registry.reference(":two")), "its layers are application/wasm, app");
      assertSays(refused(registry.reference(":none")), "its layers are none");
      assertSays(refused(registry.reference(":helm")), "application/vnd.cncf.helm.config.v1+json");
    }
  }

  @Test
  void documents_that_are_no_manifests_are_refused_with_the_place() throws Exception {
    try (var registry = FakeRegistry.open()) {
      int i = 0;
      for (var text :
          List.of(
              "",
              "[]",
              "not json",
              "{\"config\":{\"mediaType\":\"" + FakeRegistry.WASM_CONFIG + "\"},\"layers\":1}",
              "{\"config\":{},\"layers\":[]}",
              "{\"config\":{\"mediaType\":\"application/vnd.wasm.config.v0+json\"},\"layers\":["
                  + "{\"mediaType\":\"application/wasm\",\"digest\":\"sha512:00\",\"size\":1}]}",
              "{\"config\":{\"mediaType\":\"application/vnd.wasm.config.v0+json\"},\"layers\":["
                  + "{\"mediaType\":\"application/wasm\",\"digest\":\""
                  + DIGEST
                  + "\",\"size\":-1}]}")) {
        registry.document("v" + i, FakeRegistry.MANIFEST, Bytes.utf8(text));
        assertEquals(Kind.MALFORMED, refused(registry.reference(":v" + i)).kind(), text);
        i++;
      }
      registry.document("big", FakeRegistry.MANIFEST, Bytes.wrap(new byte[(1 << 20) + 1]));
      assertEquals(Kind.TOO_LARGE, refused(registry.reference(":big")).kind());
    }
  }

  @Test
  void a_manifest_or_a_blob_that_is_not_its_digest_is_refused_and_not_kept() throws Exception {
    try (var registry = FakeRegistry.open()) {
      var first = registry.push("1", MODULE);
      registry.blobAt(DIGEST, FakeServer.module(99_999));
      var blob = refused(registry.reference(":1"));
      registry.server.page(
          "/v2/acme/hello/manifests/" + first, 200, Map.of(), FakeServer.text("{}"));
      var manifest = refused(registry.reference("@" + first));
      registry.server.page(
          "/v2/acme/hello/manifests/2",
          200,
          Map.of("Docker-Content-Digest", first.toString()),
          FakeServer.text("{}"));
      var header = refused(registry.reference(":2"));

      assertEquals(Kind.DIGEST_MISMATCH, blob.kind());
      assertSays(blob, DIGEST.toString(), Digest.of(FakeServer.module(99_999)).toString());
      assertEquals(Kind.DIGEST_MISMATCH, manifest.kind());
      assertEquals(Kind.DIGEST_MISMATCH, header.kind());
      assertTrue(store.digests().isEmpty());
    }
  }

  @Test
  void a_layer_that_is_not_what_the_function_says_is_refused_before_it_is_fetched()
      throws Exception {
    try (var registry = FakeRegistry.open()) {
      registry.push("1", MODULE);
      var other = Digest.of(Bytes.utf8("other"));
      var source = new ArtifactSource.Oci(registry.reference(":1"), Optional.of(other));

      var refused =
          assertThrows(FetchException.class, () -> fetcher.fetch(source, PullSecret.NONE, store));

      assertSays(refused, "expected " + other, DIGEST.toString());
      assertEquals(1, registry.server.asked().size());
    }
  }

  @Test
  void a_layer_over_the_bound_is_refused_by_its_descriptor() throws Exception {
    try (var registry = FakeRegistry.open()) {
      var layer =
          Json.object()
              .put("mediaType", FakeRegistry.WASM)
              .put("digest", DIGEST.toString())
              .put("size", 1L << 40)
              .build();
      registry.document(
          "1", FakeRegistry.MANIFEST, FakeRegistry.manifest(FakeRegistry.WASM_CONFIG, layer));

      var refused = refused(registry.reference(":1"));

      assertEquals(Kind.TOO_LARGE, refused.kind());
      assertSays(refused, "1099511627776 bytes", "67108864");
    }
  }

  @Test
  void a_public_registry_gives_a_token_to_anyone() throws Exception {
    try (var registry = FakeRegistry.closed("")) {
      registry.push("1", MODULE);

      assertEquals(DIGEST, fetch(registry.reference(":1")).module());

      assertEquals(1, registry.server.asked().stream().filter(p -> p.startsWith("/token")).count());
    }
  }

  @Test
  void a_private_registry_gives_it_to_whom_the_pull_secret_names() throws Exception {
    try (var registry = FakeRegistry.closed("ada:pass:word")) {
      registry.push("1", MODULE);
      var source = new ArtifactSource.Oci(registry.reference(":1"), Optional.empty());

      var nobody = refused(registry.reference(":1"));
      var wrong =
          assertThrows(
              FetchException.class,
              () -> fetcher.fetch(source, secret(registry.host(), "ada:wrong"), store));
      fetcher.fetch(source, secret(registry.host(), "ada:pass:word"), store);

      assertEquals(Kind.DENIED, nobody.kind());
      assertEquals(Kind.DENIED, wrong.kind());
      assertTrue(!wrong.getMessage().contains("ada:"), wrong.getMessage());
      assertTrue(store.has(DIGEST));
    }
  }

  @Test
  void a_login_for_another_registry_is_not_shown() throws Exception {
    try (var registry = FakeRegistry.open()) {
      registry.push("1", MODULE);
      var source = new ArtifactSource.Oci(registry.reference(":1"), Optional.empty());

      fetcher.fetch(source, secret("example.com", "ada:secret"), store);

      assertTrue(store.has(DIGEST));
    }
  }

  @Test
  void storage_behind_a_redirect_does_not_see_the_token() throws Exception {
    try (var registry = FakeRegistry.closed("ada:password")) {
      registry.push("1", MODULE);
      registry.blobElsewhere(MODULE);
      var source = new ArtifactSource.Oci(registry.reference(":1"), Optional.empty());

      fetcher.fetch(source, secret(registry.host(), "ada:password"), store);

      assertTrue(store.has(DIGEST));
      assertEquals(1, registry.storage.asked().size());
    }
  }

  @Test
  void a_token_service_without_tls_is_not_asked() throws Exception {
    try (var registry = FakeRegistry.open()) {
      registry.server.page(
          "/v2/acme/hello/manifests/1",
          401,
          Map.of("WWW-Authenticate", "Bearer realm=\"http://10.0.0.1/token\",service=\"s\""),
          new byte[0]);

      var refused = refused(registry.reference(":1"));

      assertEquals(Kind.MALFORMED, refused.kind());
      assertSays(refused, "a token service that is no https URL");
    }
  }

  @Test
  void a_basic_challenge_gets_the_login_or_is_a_denial() throws Exception {
    try (var registry = FakeRegistry.open()) {
      var wanted = "Basic " + base64("ada:password");
      var manifest =
          FakeRegistry.manifest(
              FakeRegistry.WASM_CONFIG, FakeRegistry.descriptor(FakeRegistry.WASM, MODULE));
      registry.server.page(
          "/v2/acme/hello/manifests/1",
          exchange -> {
            if (wanted.equals(exchange.getRequestHeaders().getFirst("Authorization")))
              FakeServer.send(
                  exchange, 200, Map.of("Content-Type", FakeRegistry.MANIFEST), manifest.toArray());
            else
              FakeServer.send(
                  exchange, 401, Map.of("WWW-Authenticate", "Basic realm=\"r\""), new byte[0]);
          });
      registry.server.page("/v2/acme/hello/blobs/" + DIGEST, 200, Map.of(), MODULE.toArray());
      var source = new ArtifactSource.Oci(registry.reference(":1"), Optional.empty());

      var nobody = refused(registry.reference(":1"));
      fetcher.fetch(source, secret(registry.host(), "ada:password"), store);

      assertEquals(Kind.DENIED, nobody.kind());
      assertTrue(store.has(DIGEST));
    }
  }

  private static final String INDEX = "application/vnd.oci.image.index.v1+json";

  private static Json entry(Bytes manifest, String architecture) {
    var members = Json.object();
    FakeRegistry.descriptor(FakeRegistry.MANIFEST, manifest).members().forEach(members::put);
    return members
        .put(
            "platform", Json.object().put("architecture", architecture).put("os", "wasip1").build())
        .build();
  }

  private static Bytes index(Json... manifests) {
    return Bytes.wrap(
        Json.object()
            .put("schemaVersion", 2)
            .put("mediaType", INDEX)
            .put("manifests", Json.array(List.of(manifests)))
            .build()
            .canonical());
  }

  static PullSecret secret(String registry, String login) {
    return PullSecret.parse(
        Bytes.utf8("{\"auths\":{\"" + registry + "\":{\"auth\":\"" + base64(login) + "\"}}}"));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private Fetcher.Fetched fetch(OciReference reference) throws IOException {
    var source = new ArtifactSource.Oci(reference, Optional.empty());
    return fetcher.fetch(source, PullSecret.NONE, store);
  }

  private FetchException refused(OciReference reference) {
    return assertThrows(FetchException.class, () -> fetch(reference));
  }

  private static void assertSays(Exception e, String... words) {
    for (var word : words)
      assertTrue(e.getMessage().contains(word), () -> word + " is not in: " + e.getMessage());
  }
}
