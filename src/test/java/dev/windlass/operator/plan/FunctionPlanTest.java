package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.ManifestJson;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionStatus;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.plan.FunctionDecision.Step;
import dev.windlass.operator.plan.FunctionObserved.Entry;
import dev.windlass.operator.plan.FunctionObserved.Fetch;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a Function's status says and what is begun, for everything that can be seen. */
class FunctionPlanTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  private static final Digest MODULE = Digest.of(Bytes.utf8("module"));
  private static final Digest OTHER = Digest.of(Bytes.utf8("other"));
  private static final String BASE = "https://fn.example.com";

  private static final FunctionRoom ROOM =
      new FunctionRoom(Condition.TRUE, FunctionReason.WORKERS_READY, "there are ready workers");

  private static final String HELLO = "source: {oci: {reference: r.io/hello:1}}";

  @Test
  void every_condition_is_there_from_the_first_look() {
    var decision = decide(function(1, HELLO), new Fetch.NotBegun(), new Entry.NoLog());

    assertEquals(
        ConditionTypes.OF_FUNCTION,
        decision.status().conditions().stream().map(Condition::type).toList());
    assertEquals(List.of(new Step.Fetch()), begun(decision));
    assertSays(decision, ConditionTypes.ARTIFACT_VERIFIED, "Unknown", FunctionReason.FETCHING);
    assertSays(decision, ConditionTypes.LOGGED, "Unknown", FunctionReason.NOT_DECIDED);
    assertSays(decision, ConditionTypes.SCHEDULABLE, "True", FunctionReason.WORKERS_READY);
    assertSays(decision, ConditionTypes.ROUTED, "True", FunctionReason.NO_ROUTE);
    assertSays(decision, ConditionTypes.READY, "Unknown", FunctionReason.FETCHING);
    assertNull(decision.status().url());
    assertNull(decision.status().resolvedDigest());
    for (var condition : decision.status().conditions())
      assertEquals(1L, condition.observedGeneration());
  }

  @Test
  void without_a_log_what_was_found_is_served_at_once() {
    var decision = decide(function(1, HELLO), found(MODULE), new Entry.NoLog());
    var status = decision.status();

    assertSays(decision, ConditionTypes.LOGGED, "True", FunctionReason.NO_LOG);
    assertSays(decision, ConditionTypes.READY, "True", FunctionReason.READY);
    assertEquals(MODULE.toString(), status.resolvedDigest());
    assertEquals(1L, status.resolvedGeneration());
    assertEquals(BASE + "/fn/default/hello", status.url());
    assertTrue(status.cid().startsWith("bafkrei"));
    assertNull(status.logIndex());
  }

  @Test
  void the_manifest_in_the_status_is_what_its_digest_names() {
    var status =
        decide(function(1, HELLO + "\nargs: [a, b]"), found(MODULE), new Entry.NoLog()).status();
    var octets = status.manifest().getBytes(StandardCharsets.UTF_8);

    assertEquals(status.manifestDigest(), Digest.of(octets).toString());
    var manifest = ManifestJson.parse(octets);
    assertEquals(MODULE, manifest.module());
    assertEquals(List.of("a", "b"), manifest.args());
  }

  @Test
  void a_version_is_served_only_when_the_log_has_it() {
    var function = function(1, HELLO);
    var entering = decide(function, found(MODULE), new Entry.NotBegun());
    var enter = assertInstanceOf(Step.Enter.class, begun(entering).getFirst());

    assertSays(entering, ConditionTypes.ARTIFACT_VERIFIED, "True", FunctionReason.VERIFIED);
    assertSays(entering, ConditionTypes.LOGGED, "Unknown", FunctionReason.ENTERING);
    assertNull(entering.status().resolvedDigest());

    var later = after(function, entering);
    var waiting = decide(later, found(MODULE), new Entry.UnderWay(enter.version()));
    assertEquals(List.of(), begun(waiting));

    var entered = decide(later, found(MODULE), new Entry.Entered(enter.version(), 7));
    assertSays(entered, ConditionTypes.LOGGED, "True", FunctionReason.ENTERED);
    assertSays(entered, ConditionTypes.READY, "True", FunctionReason.READY);
    assertEquals(7L, entered.status().logIndex());
    assertEquals(enter.version().toString(), entered.status().manifestDigest());
  }

  @Test
  void nothing_changes_when_nothing_happened() {
    var function = served(1, HELLO, MODULE, 7);

    var decision = decide(function, new Fetch.NotBegun(), new Entry.NotBegun());

    assertEquals(function.status(), decision.status());
    assertEquals(List.of(new Step.Keep(MODULE, Optional.empty())), decision.steps());
    assertEquals(Optional.empty(), decision.lookAgain());
  }

  @Test
  void a_tag_that_moved_changes_nothing_until_the_spec_changes() {
    var function = served(1, HELLO, MODULE, 7);

    var same = decide(function, found(OTHER), new Entry.NotBegun());
    assertEquals(MODULE.toString(), same.status().resolvedDigest());

    function.getMetadata().setGeneration(2L);
    var next = decide(function, new Fetch.NotBegun(), new Entry.NotBegun());
    assertTrue(begun(next).contains(new Step.Fetch()));
    assertEquals(MODULE.toString(), next.status().resolvedDigest());
    assertEquals(1L, next.status().resolvedGeneration());
  }

  @Test
  void a_new_generation_that_fails_leaves_what_is_served() {
    var function = served(1, HELLO, MODULE, 7);
    function.getMetadata().setGeneration(2L);
    var again = NOW.plusSeconds(30);

    var decision =
        decide(
            function,
            new Fetch.Failed(FunctionReason.DIGEST_MISMATCH, "expected x, found y", again),
            new Entry.NotBegun());
    var status = decision.status();

    assertSays(decision, ConditionTypes.READY, "False", FunctionReason.DIGEST_MISMATCH);
    var message = condition(status, ConditionTypes.READY).message();
    assertTrue(message.contains("until then " + MODULE + " is served"), message);
    assertTrue(message.contains("tried again at 2026-11-23T10:00:30Z"), message);
    assertEquals(function.status().manifest(), status.manifest());
    assertEquals(function.status().manifestDigest(), status.manifestDigest());
    assertEquals(MODULE.toString(), status.resolvedDigest());
    assertEquals(7L, status.logIndex());
    assertEquals(function.status().url(), status.url());
    assertTrue(decision.steps().contains(new Step.Keep(MODULE, Optional.empty())));
    assertFalse(decision.steps().contains(new Step.Fetch()));
    assertEquals(Optional.of(Duration.ofSeconds(30)), decision.lookAgain());
  }

  @Test
  void a_failure_is_tried_again_when_its_time_has_come_and_says_the_same_meanwhile() {
    var failed = new Fetch.Failed(FunctionReason.SOURCE_UNREACHABLE, "no such host", NOW);
    var function = after(function(1, HELLO), decide(function(1, HELLO), failed, new Entry.NoLog()));

    var decision = decide(function, failed, new Entry.NoLog());

    assertTrue(decision.steps().contains(new Step.Fetch()));
    assertEquals(function.status(), decision.status());
  }

  @Test
  void a_log_that_is_away_is_asked_again_and_the_version_before_it_is_served() {
    var function = served(1, HELLO, MODULE, 7);
    function.getMetadata().setGeneration(2L);
    var entering = decide(function, found(OTHER), new Entry.NotBegun());
    var version = assertInstanceOf(Step.Enter.class, begun(entering).getFirst()).version();
    var again = NOW.plusSeconds(4);

    var decision =
        decide(
            after(function, entering),
            found(OTHER),
            new Entry.Failed(version, FunctionReason.LOG_UNREACHABLE, "refused", again));

    assertSays(decision, ConditionTypes.LOGGED, "False", FunctionReason.LOG_UNREACHABLE);
    assertSays(decision, ConditionTypes.READY, "False", FunctionReason.LOG_UNREACHABLE);
    assertEquals(MODULE.toString(), decision.status().resolvedDigest());
    assertEquals(Optional.of(Duration.ofSeconds(4)), decision.lookAgain());
  }

  @Test
  void a_log_that_comes_later_gets_what_is_served_already_and_the_source_is_not_asked() {
    var function = function(1, HELLO);
    function = after(function, decide(function, found(MODULE), new Entry.NoLog()));

    var entering = decide(function, new Fetch.NotBegun(), new Entry.NotBegun());
    var enter = assertInstanceOf(Step.Enter.class, begun(entering).getFirst());
    assertEquals(MODULE.toString(), entering.status().resolvedDigest());
    assertFalse(entering.steps().contains(new Step.Fetch()));

    var later = after(function, entering);
    var entered = decide(later, new Fetch.NotBegun(), new Entry.Entered(enter.version(), 3));
    assertEquals(3L, entered.status().logIndex());
    assertSays(entered, ConditionTypes.READY, "True", FunctionReason.READY);
  }

  static Stream<Arguments> unsupported() {
    return Stream.of(
        Arguments.of("source: {ipfs: {cid: x}}", "spec.source.ipfs"),
        Arguments.of(HELLO + "\nworld: blockless", "spec.world"),
        Arguments.of(HELLO + "\nsecrets: [{name: a, key: b}]", "spec.secrets"),
        Arguments.of(HELLO + "\npermissions: {http: [{url: https://a}]}", "spec.permissions.http"),
        Arguments.of(HELLO + "\npolicy: {mode: quorum}", "spec.policy.mode"),
        Arguments.of(HELLO + "\nroute: {path: /a, auth: jwt}", "spec.route.auth"));
  }

  @ParameterizedTest
  @MethodSource("unsupported")
  void a_field_that_is_not_built_yet_is_refused_by_its_name_and_nothing_is_fetched(
      String spec, String field) {
    var decision = decide(function(1, spec), new Fetch.NotBegun(), new Entry.NoLog());

    assertSays(decision, ConditionTypes.ARTIFACT_VERIFIED, "False", FunctionReason.NOT_SUPPORTED);
    var message = condition(decision.status(), ConditionTypes.READY).message();
    assertTrue(message.startsWith(field), message);
    assertEquals(List.of(), begun(decision));
  }

  @Test
  void a_spec_that_makes_no_manifest_is_refused_with_the_field() {
    var function = function(1, HELLO + "\nlimits: {memory: 1Ti}");

    var decision = decide(function, found(MODULE), new Entry.NoLog());

    assertSays(decision, ConditionTypes.ARTIFACT_VERIFIED, "False", FunctionReason.INVALID_SPEC);
    assertTrue(condition(decision.status(), "Ready").message().contains("spec.limits.memory"));
    assertNull(decision.status().resolvedDigest());
  }

  @Test
  void the_oldest_of_two_has_the_route_and_the_other_says_who() {
    var older = function(1, HELLO + "\nroute: {host: a.example, path: /shop}");
    var younger = named(function(1, HELLO + "\nroute: {host: a.example, path: /shop}"), "b", 60);
    var claims = RouteClaims.of(List.of(younger, older));

    var has = decide(older, found(MODULE), new Entry.NoLog(), claims);
    var waits = decide(younger, found(MODULE), new Entry.NoLog(), claims);
    var alone = decide(younger, found(MODULE), new Entry.NoLog(), RouteClaims.of(List.of(younger)));

    assertSays(has, ConditionTypes.ROUTED, "True", FunctionReason.ROUTED);
    assertEquals("https://a.example/shop", has.status().url());
    assertSays(waits, ConditionTypes.ROUTED, "False", FunctionReason.ROUTE_CONFLICT);
    assertTrue(condition(waits.status(), "Routed").message().contains("default/hello"));
    assertEquals(BASE + "/fn/default/b", waits.status().url());
    assertSays(alone, ConditionTypes.ROUTED, "True", FunctionReason.ROUTED);
  }

  @Test
  void of_equally_old_functions_the_first_by_name_has_the_route_whatever_their_order() {
    var a = named(function(1, HELLO + "\nroute: {path: /shop}"), "a", 0);
    var b = named(function(1, HELLO + "\nroute: {path: /shop}"), "b", 0);

    for (var order : List.of(List.of(a, b), List.of(b, a))) {
      var claims = RouteClaims.of(order);
      assertSays(
          decide(a, found(MODULE), new Entry.NoLog(), claims),
          "Routed",
          "True",
          FunctionReason.ROUTED);
      assertSays(
          decide(b, found(MODULE), new Entry.NoLog(), claims),
          "Routed",
          "False",
          FunctionReason.ROUTE_CONFLICT);
    }
  }

  @Test
  void a_function_that_goes_gives_its_route_away() {
    var going = function(1, HELLO + "\nroute: {path: /shop}");
    going.getMetadata().setDeletionTimestamp("2026-11-23T09:59:00Z");
    var other = named(function(1, HELLO + "\nroute: {path: /shop}"), "b", 60);

    var decision =
        decide(other, found(MODULE), new Entry.NoLog(), RouteClaims.of(List.of(going, other)));

    assertSays(decision, ConditionTypes.ROUTED, "True", FunctionReason.ROUTED);
  }

  @Test
  void a_path_of_the_heads_is_not_given_away() {
    for (var path : List.of("/fn", "/api/x", "/q")) {
      var function = function(1, HELLO + "\nroute: {path: " + path + "}");
      var decision = decide(function, found(MODULE), new Entry.NoLog());

      assertSays(decision, ConditionTypes.ROUTED, "False", FunctionReason.ROUTE_RESERVED);
      assertEquals(BASE + "/fn/default/hello", decision.status().url());
    }
  }

  @Test
  void a_route_that_cannot_be_read_claims_nothing() {
    var strange = function(1, HELLO + "\nroute: {path: 'a b'}");
    var claims = RouteClaims.of(List.of(strange));
    var decision = decide(strange, found(MODULE), new Entry.NoLog(), claims);

    assertSays(decision, ConditionTypes.ROUTED, "False", FunctionReason.INVALID_SPEC);
  }

  @Test
  void a_condition_keeps_its_time_until_its_status_changes() {
    var function = function(1, HELLO);
    function = after(function, decide(function, new Fetch.NotBegun(), new Entry.NoLog()));
    var later = NOW.plusSeconds(60);

    var decision =
        FunctionPlan.decide(
            new FunctionObserved(
                function, found(MODULE), new Entry.NoLog(), ROOM, RouteClaims.NONE, BASE),
            later);

    assertEquals(NOW.toString(), condition(decision.status(), "Schedulable").lastTransitionTime());
    assertEquals(later.toString(), condition(decision.status(), "Ready").lastTransitionTime());
  }

  @Test
  void events_have_the_reasons_of_the_conditions_and_come_once() {
    var function = function(1, HELLO);
    var failed =
        new Fetch.Failed(FunctionReason.NOT_A_WASM_ARTIFACT, "an image", NOW.plusSeconds(9));
    var first = decide(function, failed, new Entry.NoLog());
    var second = decide(after(function, first), failed, new Entry.NoLog());

    assertEquals(
        List.of(
            FunctionReason.NOT_A_WASM_ARTIFACT,
            FunctionReason.WORKERS_READY,
            FunctionReason.NO_ROUTE),
        events(first).map(Step.Emit::reason).toList());
    assertTrue(events(first).findFirst().orElseThrow().warning());
    assertEquals(List.of(), events(second).toList());
  }

  @Test
  void long_and_strange_texts_are_cut_to_one_line() {
    var text = "a\u0000b\n" + "x".repeat(5_000);
    var failed = new Fetch.Failed(FunctionReason.SOURCE_MALFORMED, text, NOW.plusSeconds(9));

    var message =
        condition(decide(function(1, HELLO), failed, new Entry.NoLog()).status(), "Ready")
            .message();

    assertTrue(message.startsWith("a b xxx"), message);
    assertTrue(message.length() <= 1_000);
  }

  @Test
  void workers_of_its_namespace_and_of_shared_pools_with_its_profile_can_run_it() {
    var function = function(1, HELLO + "\nhardware: big");
    var near = pool("default", "near", "big", false);
    var far = pool("other", "far", "big", false);
    var shared = pool("other", "shared", "big", true);
    var small = pool("default", "small", "small", false);

    assertRoom(FunctionReason.NO_POOL, function, List.of(far, small), List.of());
    assertRoom(
        FunctionReason.TOO_FEW_WORKERS, function, List.of(near), List.of(worker(near, "Joining")));
    assertRoom(
        FunctionReason.TOO_FEW_WORKERS,
        function,
        List.of(near, far),
        List.of(worker(far, "Ready")));
    assertRoom(
        FunctionReason.WORKERS_READY, function, List.of(near), List.of(worker(near, "Ready")));
    assertRoom(
        FunctionReason.WORKERS_READY, function, List.of(shared), List.of(worker(shared, "Ready")));
    assertRoom(
        FunctionReason.TOO_FEW_WORKERS,
        function,
        List.of(near, small),
        List.of(worker(small, "Ready"), worker(near, "Draining")));
  }

  private static void assertRoom(
      FunctionReason reason, Function function, List<WorkerPool> pools, List<Worker> workers) {
    assertEquals(reason, FunctionRoom.of(function, pools, workers).reason());
  }

  private static WorkerPool pool(String namespace, String name, String profile, boolean shared) {
    return Serialization.unmarshal(
        """
        metadata: {namespace: %s, name: %s}
        spec: {profile: %s, shared: %s}
        """
            .formatted(namespace, name, profile, shared),
        WorkerPool.class);
  }

  private static Worker worker(WorkerPool pool, String state) {
    return Serialization.unmarshal(
        """
        metadata: {namespace: %s, name: w, labels: {windlass.dev/pool: %s}}
        status: {state: %s}
        """
            .formatted(pool.getMetadata().getNamespace(), pool.getMetadata().getName(), state),
        Worker.class);
  }

  private static Function function(long generation, String spec) {
    return Serialization.unmarshal(
        """
        metadata:
          {namespace: default, name: hello, uid: u, generation: %d,
           creationTimestamp: 2026-11-23T09:00:00Z}
        spec:
        %s
        """
            .formatted(generation, spec.indent(2)),
        Function.class);
  }

  private static Function named(Function function, String name, long younger) {
    function.getMetadata().setName(name);
    function.getMetadata().setUid(name);
    var created = Instant.parse("2026-11-23T09:00:00Z").plusSeconds(younger);
    function.getMetadata().setCreationTimestamp(created.toString());
    return function;
  }

  /** As it is after it was served with a log. */
  private static Function served(long generation, String spec, Digest module, long index) {
    var function = function(generation, spec);
    var entering = decide(function, found(module), new Entry.NotBegun());
    var version = assertInstanceOf(Step.Enter.class, begun(entering).getFirst()).version();
    var status = decide(function, found(module), new Entry.Entered(version, index)).status();
    function.setStatus(status);
    return function;
  }

  private static Function after(Function function, FunctionDecision decision) {
    var next = new Function();
    next.setMetadata(function.getMetadata());
    next.setSpec(function.getSpec());
    next.setStatus(decision.status());
    return next;
  }

  private static Fetch found(Digest module) {
    return new Fetch.Found(module, Optional.empty(), "r.io/hello:1");
  }

  private static FunctionDecision decide(Function function, Fetch fetch, Entry entry) {
    return decide(function, fetch, entry, RouteClaims.of(List.of(function)));
  }

  private static FunctionDecision decide(
      Function function, Fetch fetch, Entry entry, RouteClaims claims) {
    return FunctionPlan.decide(
        new FunctionObserved(function, fetch, entry, ROOM, claims, BASE), NOW);
  }

  private static List<Step> begun(FunctionDecision decision) {
    return decision.steps().stream()
        .filter(s -> !(s instanceof Step.Emit) && !(s instanceof Step.Keep))
        .toList();
  }

  private static Stream<Step.Emit> events(FunctionDecision decision) {
    return decision.steps().stream().filter(Step.Emit.class::isInstance).map(Step.Emit.class::cast);
  }

  private static Condition condition(FunctionStatus status, String type) {
    return status.conditions().stream()
        .filter(c -> c.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static void assertSays(
      FunctionDecision decision, String type, String status, FunctionReason reason) {
    var condition = condition(decision.status(), type);
    assertEquals(
        status + " " + reason.word(),
        condition.status() + " " + condition.reason(),
        condition::message);
  }
}
