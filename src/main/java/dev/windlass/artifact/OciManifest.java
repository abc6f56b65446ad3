package dev.windlass.artifact;

import dev.windlass.artifact.FetchException.Kind;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A document of the OCI image specification (or Docker's, which has the same members), as far as it
 * leads to a module: a manifest with one layer of a Wasm type, or an index that names such a
 * manifest. A container image is refused in words.
 */
sealed interface OciManifest {
  /** Of a manifest or an index. */
  int MAX_BYTES = 1 << 20;

  /** What to ask a registry for. */
  String ACCEPT =
      "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json,"
          + " application/vnd.docker.distribution.manifest.v2+json,"
          + " application/vnd.docker.distribution.manifest.list.v2+json";

  /** Of the CNCF's specification, and of the tools before it. */
  Set<String> MODULES = Set.of("application/wasm", "application/vnd.wasm.content.layer.v1+wasm");

  Set<String> CONFIGS =
      Set.of(
          "application/vnd.wasm.config.v0+json",
          "application/vnd.wasm.config.v1+json",
          "application/vnd.oci.empty.v1+json");

  Set<String> INDEXES =
      Set.of(
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json");

  Set<String> IMAGES =
      Set.of(
          "application/vnd.oci.image.config.v1+json",
          "application/vnd.docker.container.image.v1+json");

  /** The layer that is the module. */
  record Module(Digest digest, long bytes) implements OciManifest {}

  /** The manifest that an index leads to. */
  record Elsewhere(Digest manifest) implements OciManifest {}

  /**
   * @param contentType as the registry named it, used where the document does not name its own
   */
  static OciManifest parse(Bytes document, String contentType) throws FetchException {
    try {
      var at = Json.parse(document.unsafeArray(), Bounds.ofBytes(MAX_BYTES)).at();
      var own = at.find("mediaType").map(Located::text).orElse("");
      var type = own.isEmpty() ? contentType.split(";", 2)[0].strip() : own;
      if (INDEXES.contains(type) || own.isEmpty() && at.find("manifests").isPresent())
        return ofIndex(at);
      return ofManifest(at, type);
    } catch (JsonException e) {
      throw new FetchException(Kind.MALFORMED, "its manifest is not one: " + e.getMessage(), e);
    }
  }

  private static OciManifest ofManifest(Located at, String type) throws FetchException {
    if (at.find("config").isEmpty() || at.find("layers").isEmpty())
      throw notWasm("it is of type " + (type.isEmpty() ? "unknown" : type) + " without layers");
    var config = at.get("config").get("mediaType").text();
    var layers = at.get("layers").elements();
    if (IMAGES.contains(config))
      throw notWasm(
          "it is a container image (config "
              + config
              + ") of "
              + layers.size()
              + " layers; push the module itself, as with wkg oci push or oras push");
    var modules = layers.stream().filter(OciManifest::isModule).toList();
    if (!CONFIGS.contains(config)) throw notWasm("its config is of type " + config);
    if (modules.size() != 1 || layers.size() != 1) throw notWasm("its layers are " + types(layers));
    var layer = modules.getFirst();
    return new Module(
        layer.get("digest").as(Digest::parse), layer.get("size").integer(0, Json.MAX_INTEGER));
  }

  private static OciManifest ofIndex(Located at) throws FetchException {
    var all = at.get("manifests").elements();
    var wasm = all.stream().filter(OciManifest::isForWasm).toList();
    var candidates = wasm.isEmpty() ? all : wasm;
    if (candidates.size() != 1)
      throw notWasm(
          "it is an index of "
              + all.size()
              + " manifests, "
              + wasm.size()
              + " of them for the architecture wasm; exactly one is needed, or the digest of one");
    return new Elsewhere(candidates.getFirst().get("digest").as(Digest::parse));
  }

  private static boolean isForWasm(Located manifest) {
    return manifest
        .find("platform")
        .flatMap(p -> p.find("architecture"))
        .filter(a -> a.text().equals("wasm"))
        .isPresent();
  }

  private static boolean isModule(Located layer) {
    return MODULES.contains(layer.get("mediaType").text());
  }

  private static String types(List<Located> layers) {
    return layers.isEmpty()
        ? "none"
        : layers.stream()
            .limit(5)
            .map(l -> l.get("mediaType").text())
            .collect(Collectors.joining(", "));
  }

  private static FetchException notWasm(String found) {
    return new FetchException(
        Kind.NOT_WASM,
        "not a Wasm artifact: "
            + found
            + "; expected config application/vnd.wasm.config.v0+json and one layer"
            + " application/wasm");
  }
}
