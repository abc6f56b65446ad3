package dev.windlass.head;

import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import java.io.IOException;
import java.util.Locale;
import java.util.TreeMap;

/** Artifacts and functions: upload, deploy, show, delete. */
final class FunctionApi {
  private final Catalogue catalogue;
  private final ContentStore store;
  private final Deployer deployer;
  private final FunctionRemoval removal;
  private final boolean changes;
  private final HeadConfig config;

  /**
   * What is given to {@link FunctionApi}.
   *
   * @param changes false where functions come from Function resources of a cluster
   */
  record Parts(
      Catalogue catalogue,
      ContentStore store,
      Deployer deployer,
      FunctionRemoval removal,
      boolean changes) {}

  FunctionApi(Parts parts, HeadConfig config) {
    this.catalogue = parts.catalogue();
    this.store = parts.store();
    this.deployer = parts.deployer();
    this.removal = parts.removal();
    this.changes = parts.changes();
    this.config = config;
  }

  private void requireChanges(String instead) {
    if (changes) return;
    throw Problem.of(
            ProblemType.MANAGED_ELSEWHERE,
            "functions of this head come from Function resources: " + instead)
        .thrown();
  }

  /** 201 when it is new, 200 when the store had it. */
  void putArtifact(ApiExchange api, BodyStream body) {
    requireChanges("kubectl apply one");
    var digest = digest(api);
    boolean known = store.has(digest);
    try (var incoming = store.receive(digest, config.store().artifactBytes())) {
      for (var octets = body.next(); octets != null; octets = body.next())
        incoming.write(octets, 0, octets.length);
      long size = incoming.commit();
      catalogue.touch(digest);
      api.json(
          known ? 200 : 201,
          Json.object().put("digest", digest.toString()).put("bytes", size).build());
    } catch (IOException e) {
      throw ManagementApi.failed(e);
    }
  }

  void hasArtifact(ApiExchange api) {
    var digest = digest(api);
    catalogue.touch(digest);
    api.empty(store.has(digest) ? 200 : 404);
  }

  void deploy(ApiExchange api, Bytes body) {
    requireChanges("kubectl apply one");
    var manifest = manifest(ManagementApi.name(api), body);
    if (!api.accepts(ApiExchange.NDJSON)) {
      var deployed = deployer.deploy(manifest, _ -> {});
      api.json(200, deployed.put("url", url(api, manifest.name())).build());
      return;
    }
    var lines = api.lines();
    try {
      var deployed = deployer.deploy(manifest, lines::line);
      var done = deployed.put("url", url(api, manifest.name())).build();
      lines.line(Json.object().put("done", done).build());
    } catch (Problem.Thrown refused) {
      lines.line(Json.object().put("problem", refused.problem().json()).build());
    } finally {
      lines.end();
    }
  }

  void show(ApiExchange api) {
    var name = ManagementApi.name(api);
    var entry = catalogue.find(name).orElseThrow(() -> ManagementApi.unknown(name));
    var loaded = catalogue.load(name, entry.current().manifest());
    api.json(
        200,
        summary(api, entry, loaded.manifest())
            .put("spec", ManifestJson.toJson(loaded.manifest()))
            .put("running", entry.running().get())
            .build());
  }

  void list(ApiExchange api) {
    var functions =
        catalogue.list().stream()
            .map(
                entry ->
                    summary(
                            api,
                            entry,
                            catalogue.load(entry.name(), entry.current().manifest()).manifest())
                        .build())
            .toList();
    api.json(200, Json.object().put("functions", Json.array(functions)).build());
  }

  void delete(ApiExchange api) {
    var name = ManagementApi.name(api);
    requireChanges("kubectl delete function " + name.name() + " -n " + name.namespace());
    try {
      if (!removal.remove(name)) throw ManagementApi.unknown(name);
      api.empty(204);
    } catch (IOException e) {
      throw ManagementApi.failed(e);
    }
  }

  private Json.Members summary(ApiExchange api, Catalogue.Entry entry, Manifest manifest) {
    return Json.object()
        .put("name", entry.name().toString())
        .put("manifest", entry.current().manifest().toString())
        .put("module", manifest.module().toString())
        .put("world", manifest.world().name().toLowerCase(Locale.ROOT))
        .put("route", manifest.route().host() + manifest.route().path())
        .put("url", url(api, entry.name()));
  }

  private String url(ApiExchange api, FunctionName name) {
    return api.baseUrl(config.baseUrl()) + "/fn/" + name;
  }

  /** The path says the name; a manifest may leave it out, but not say another. */
  private static Manifest manifest(FunctionName name, Bytes body) {
    try {
      var at = Json.parse(body.unsafeArray(), Bounds.ofBytes(ManifestJson.MAX_BYTES)).at();
      var members = new TreeMap<>(at.object().members());
      members.putIfAbsent("name", Json.of(name.toString()));
      var manifest = ManifestJson.parse(new Json.Obj(members).at());
      if (!manifest.name().equals(name))
        throw at.get("name").fail("is " + manifest.name() + ", the path says " + name);
      return manifest;
    } catch (JsonException e) {
      throw Problem.of(ProblemType.INVALID_MANIFEST, String.valueOf(e.getMessage())).thrown();
    }
  }

  private static Digest digest(ApiExchange api) {
    try {
      return new Digest(api.path("hex"));
    } catch (IllegalArgumentException e) {
      throw Problem.of(ProblemType.BAD_REQUEST, String.valueOf(e.getMessage())).thrown();
    }
  }
}
