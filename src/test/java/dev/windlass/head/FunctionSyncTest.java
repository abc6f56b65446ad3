package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.function.Route;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionSpec;
import dev.windlass.operator.api.FunctionStatus;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionSyncTest {
  private static final FunctionName HELLO = new FunctionName("tenant", "hello");
  private static final FunctionName OTHER = new FunctionName("tenant", "other");

  @TempDir Path data;
  private final Map<FunctionName, Function> resources = new ConcurrentHashMap<>();
  private final List<Digest> asked = new CopyOnWriteArrayList<>();
  private final Map<Digest, Bytes> elsewhere = new ConcurrentHashMap<>();
  private final List<FunctionSync> begun = new ArrayList<>();
  private ContentStore store;
  private Catalogue catalogue;

  @BeforeEach
  void open() throws IOException {
    var config = HeadConfig.at(data, "test");
    store = ContentStore.open(data.resolve("artifacts"), 1 << 20);
    catalogue = Catalogue.open(config, store, InstantSource.system());
  }

  @AfterEach
  void close() {
    begun.forEach(FunctionSync::close);
  }

  @Test
  void a_resolved_function_is_served_with_its_artifacts() {
    put(HELLO, resolved(HELLO, 1, module(1)));
    begin(false);

    awaitVersion(HELLO, module(1));
    assertTrue(store.has(module(1)));
    assertEquals("", catalogue.find(HELLO).orElseThrow().profile());
  }

  @Test
  void the_version_before_is_served_until_the_new_one_is_resolved() {
    put(HELLO, resolved(HELLO, 1, module(1)));
    var sync = begin(false);
    awaitVersion(HELLO, module(1));

    var edited = resolved(HELLO, 1, module(1));
    edited.getMetadata().setGeneration(2L);
    edited.setSpec(spec(module(2)));
    put(HELLO, edited);
    sync.changed(HELLO);
    put(OTHER, resolved(OTHER, 1, module(3)));
    sync.changed(OTHER);
    awaitVersion(OTHER, module(3));
    assertEquals(module(1), served(HELLO));

    put(HELLO, resolved(HELLO, 2, module(2)));
    sync.changed(HELLO);
    awaitVersion(HELLO, module(2));
  }

  @Test
  void what_is_gone_when_the_head_begins_is_removed() throws IOException {
    put(HELLO, resolved(HELLO, 1, module(1)));
    begin(false);
    awaitVersion(HELLO, module(1));
    begun.getFirst().close();
    resources.clear();

    open();
    assertTrue(catalogue.find(HELLO).isPresent(), "served from the disk until the cluster speaks");
    begin(false);

    HeadFixture.await("it is removed", () -> catalogue.find(HELLO).isEmpty());
  }

  @Test
  void after_a_restart_nothing_is_asked_of_anybody() throws IOException {
    put(HELLO, resolved(HELLO, 1, module(1)));
    begin(false);
    awaitVersion(HELLO, module(1));
    begun.getFirst().close();
    elsewhere.clear();
    asked.clear();

    open();
    var sync = begin(false);

    HeadFixture.await("it looked", sync::isCaughtUp);
    assertEquals(module(1), served(HELLO));
    assertEquals(List.of(), asked);
  }

  @Test
  void one_bad_resource_holds_up_no_other() {
    put(HELLO, resolved(HELLO, 1, module(1)));
    elsewhere.remove(module(1));
    var unlike = resolved(OTHER, 1, module(2));
    var said = unlike.status();
    unlike.setStatus(
        new FunctionStatus(
            1L,
            null,
            1L,
            said.resolvedDigest(),
            module(9).toString(),
            said.manifest(),
            null,
            null,
            null,
            List.of(),
            said.conditions()));
    put(OTHER, unlike);
    var third = new FunctionName("tenant", "third");
    put(third, resolved(third, 1, module(3)));
    var sync = begin(false);

    awaitVersion(third, module(3));
    HeadFixture.await("all were tried", sync::isCaughtUp);
    assertEquals(2, sync.failing());
    assertTrue(catalogue.find(HELLO).isEmpty());
    assertTrue(catalogue.find(OTHER).isEmpty());
  }

  @Test
  void a_place_that_gives_other_octets_is_not_believed() {
    put(HELLO, resolved(HELLO, 1, module(1)));
    elsewhere.put(module(1), octets(2));
    var sync = begin(false);

    HeadFixture.await("it was tried", sync::isCaughtUp);
    assertEquals(1, sync.failing());
    assertFalse(store.has(module(1)));

    elsewhere.put(module(1), octets(1));
    awaitVersion(HELLO, module(1));
    HeadFixture.await("nothing fails any more", () -> sync.failing() == 0);
  }

  @Test
  void where_there_is_a_log_a_version_waits_for_its_entry() {
    put(HELLO, resolved(HELLO, 1, module(1)));
    var sync = begin(true);
    HeadFixture.await("it looked", sync::isCaughtUp);
    assertTrue(catalogue.find(HELLO).isEmpty());

    var logged = resolved(HELLO, 1, module(1));
    logged.setStatus(
        ClusterResources.resolved(1, manifest(logged, module(1)), 42L, Condition.TRUE));
    put(HELLO, logged);
    sync.changed(HELLO);

    awaitVersion(HELLO, module(1));
    assertEquals(42, catalogue.find(HELLO).orElseThrow().current().publishIndex().getAsLong());
  }

  @Test
  void profile_and_route_follow_the_resource_without_a_new_version() {
    put(HELLO, routed(HELLO, "/hello", "fast", Condition.TRUE));
    var sync = begin(false);
    awaitVersion(HELLO, module(1));
    assertEquals("fast", catalogue.find(HELLO).orElseThrow().profile());
    assertEquals("/hello", catalogue.find(HELLO).orElseThrow().current().route().path());

    put(HELLO, routed(HELLO, "/hello", "small", Condition.FALSE));
    sync.changed(HELLO);

    HeadFixture.await(
        "the new profile", () -> catalogue.find(HELLO).orElseThrow().profile().equals("small"));
    assertEquals(Route.NONE, catalogue.find(HELLO).orElseThrow().current().route());
  }

  @Test
  void a_deleted_function_is_gone_for_requests() {
    put(HELLO, resolved(HELLO, 1, module(1)));
    var sync = begin(false);
    awaitVersion(HELLO, module(1));

    var leaving = resolved(HELLO, 1, module(1));
    leaving.getMetadata().setDeletionTimestamp("2026-11-23T09:00:00Z");
    put(HELLO, leaving);
    sync.changed(HELLO);

    HeadFixture.await("it is gone", () -> catalogue.find(HELLO).isEmpty());
  }

  private FunctionSync begin(boolean logged) {
    var link =
        new Link() {
          @Override
          public Future<dev.windlass.protocol.Reply> order(
              String address, dev.windlass.protocol.Order order) {
            throw new AssertionError("there is no worker");
          }

          @Override
          public void disconnect(dev.windlass.identity.SpiffeId worker, String why) {
            throw new AssertionError("there is no worker");
          }
        };
    var fleet = new Fleet(InstantSource.system(), () -> 0, Fleet.Standings.NONE, () -> {});
    var logs = new Logs(HeadConfig.at(data, "test").memory());
    var sync =
        new FunctionSync(
            new FunctionSync.Parts(
                catalogue,
                new FunctionRemoval(catalogue, logs, fleet, link),
                new ArtifactFinder(store, List.of(place())),
                new FunctionSync.Resources() {
                  @Override
                  public Optional<Function> find(FunctionName name) {
                    return Optional.ofNullable(resources.get(name));
                  }

                  @Override
                  public Set<FunctionName> names() {
                    return resources.keySet();
                  }
                },
                logged));
    begun.add(sync);
    sync.begin();
    return sync;
  }

  private ArtifactFinder.Place place() {
    return new ArtifactFinder.Place() {
      @Override
      public String name() {
        return "elsewhere";
      }

      @Override
      public void bring(Function function, Digest artifact, ContentStore into) throws IOException {
        asked.add(artifact);
        var octets = elsewhere.get(artifact);
        if (octets == null) return;
        try (var incoming = into.receive(artifact, 1 << 10)) {
          incoming.write(octets.toArray(), 0, octets.size());
          incoming.commit();
        }
      }
    };
  }

  private void put(FunctionName name, Function function) {
    resources.put(name, function);
  }

  private Function resolved(FunctionName name, long generation, Digest module) {
    var function = ClusterResources.function(name.namespace(), name.name(), spec(module));
    function.getMetadata().setGeneration(generation);
    function.setStatus(
        ClusterResources.resolved(generation, manifest(function, module), null, Condition.TRUE));
    return function;
  }

  private Function routed(FunctionName name, String path, String profile, String routed) {
    var source = new FunctionSpec.Source(null, null, null, null);
    var route = new FunctionSpec.Route(null, path, List.of(), null);
    var spec =
        new FunctionSpec(
            source, null, null, null, List.of(), Map.of(), List.of(), null, null, null, null, null,
            profile, null, route);
    var function = ClusterResources.function(name.namespace(), name.name(), spec);
    function.setStatus(ClusterResources.resolved(1, manifest(function, module(1)), null, routed));
    return function;
  }

  private static FunctionSpec spec(Digest module) {
    var https = new FunctionSpec.Https("https://example.com/" + module.hex());
    return ClusterResources.spec(new FunctionSpec.Source(null, null, https, null), null);
  }

  private static Manifest manifest(Function function, Digest module) {
    var meta = function.getMetadata();
    var path = path(function.spec().route());
    return ManifestJson.parse(
        Bytes.utf8(
                "{\"name\":\"%s/%s\",\"module\":\"%s\"%s}"
                    .formatted(meta.getNamespace(), meta.getName(), module, path))
            .toArray());
  }

  private static String path(FunctionSpec.@Nullable Route route) {
    return route == null ? "" : ",\"route\":{\"path\":\"" + route.path() + "\"}";
  }

  private void awaitVersion(FunctionName name, Digest module) {
    HeadFixture.await(
        name + " is served as " + module,
        () -> catalogue.find(name).isPresent() && served(name).equals(module));
  }

  private Digest served(FunctionName name) {
    var current = catalogue.find(name).orElseThrow().current();
    return catalogue.load(name, current.manifest()).manifest().module();
  }

  private Digest module(int seed) {
    var octets = octets(seed);
    elsewhere.putIfAbsent(Digest.of(octets), octets);
    return Digest.of(octets);
  }

  private static Bytes octets(int seed) {
    return Bytes.utf8("module " + seed);
  }
}
