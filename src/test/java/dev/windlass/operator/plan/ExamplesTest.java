package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import dev.windlass.kube.ControlPlane;
import dev.windlass.kube.Kubectl;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.wasm.ffm.Refusal;
import dev.windlass.wasm.ffm.Wat;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What people copy is taken by the API server and by the operator alike. */
class ExamplesTest {
  private static final Path DIRECTORY = Path.of("examples");
  private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  static Stream<Path> files() throws IOException {
    try (var files = Files.list(DIRECTORY)) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void the_api_server_takes_it_without_a_warning(Path file) {
    var plane = ControlPlane.shared();
    plane.applyCrds(Path.of("helm/windlass/files/crds"));
    var ran =
        new Kubectl(plane)
            .run(
                text(file),
                "apply",
                "--dry-run=server",
                "--validate=strict",
                "--namespace=" + plane.newNamespace(),
                "-f",
                "-");
    assertEquals("", ran.error());
    assertEquals(0, ran.exit());
  }

  @Test
  void of_each_function_the_operator_makes_a_version() {
    var functions = all(Function.class);
    assertTrue(functions.size() >= 4, functions.size() + " functions");
    for (var function : functions) {
      var spec = function.spec();
      function.getMetadata().setNamespace("demo");
      var module =
          spec.digest() == null
              ? Digest.of("any".getBytes(StandardCharsets.UTF_8))
              : Digest.parse(spec.digest());
      assertInstanceOf(
          FunctionManifest.Accepted.class, FunctionManifest.of(function, module, Optional.empty()));
      assertTrue(
          !(FunctionRoute.of(function) instanceof FunctionRoute.Invalid),
          function.getMetadata().getName());
      if (spec.hardware() != null) profile(spec.hardware());
    }
  }

  @Test
  void a_module_within_an_example_is_the_one_beside_it() throws Refusal {
    var sources = Map.of("hello", "hello.wat", "whoami", "request.wat"); // by the function's name
    for (var function : all(Function.class)) {
      var inline = function.spec().source().inline();
      if (inline == null) continue;
      var source = sources.get(function.getMetadata().getName());
      assertArrayEquals(
          Wat.assemble(text(DIRECTORY.resolve(source))),
          Base64.getDecoder().decode(inline.module()),
          source);
    }
  }

  /** The sizes are those of the design: 2 GiB for each vCPU unless more is asked for. */
  @Test
  void each_profile_gives_the_memory_that_it_says_and_fits_a_node_that_has_it() {
    var memory = Map.of("general", 16, "compute", 4, "memory", 64, "nvme", 64);
    for (var resource : all(HardwareProfile.class)) {
      var name = resource.getMetadata().getName();
      var status = ProfileView.status(resource, List.of(Given.facts(big())), Keys.ZONE, NOW);
      assertEquals("True", condition(status.conditions(), ConditionTypes.MATCHED).status(), name);
      if (memory.containsKey(name))
        assertEquals((long) memory.get(name) << 30, Profile.of(resource).memoryBytes(), name);
    }
    assertTrue(
        all(HardwareProfile.class).stream()
            .map(p -> p.getMetadata().getName())
            .toList()
            .containsAll(memory.keySet()));
  }

  @Test
  void each_pool_can_be_served_by_a_node_that_has_what_it_asks_for() {
    var pools = all(WorkerPool.class);
    assertTrue(pools.size() >= 2, pools.size() + " pools");
    for (var pool : pools) {
      pool.getMetadata().setNamespace("demo");
      pool.getMetadata().setUid("uid");
      pool.getMetadata().setGeneration(1L);
      var given = pool.spec().podTemplate();
      var template =
          given == null
              ? Template.NONE
              : new Template.Readable(KUBERNETES.convertValue(given, PodTemplateSpec.class));
      assertEquals(List.of(), TemplateCheck.problems(template));
      var conditions = conditions(pool, template);
      for (var type :
          List.of(
              ConditionTypes.PROFILE_FOUND,
              ConditionTypes.POD_TEMPLATE_VALID,
              ConditionTypes.SCHEDULABLE))
        assertEquals("True", condition(conditions, type).status(), () -> conditions.toString());
    }
  }

  private static List<Condition> conditions(WorkerPool pool, Template template) {
    var observed =
        new Observed(
            pool,
            template,
            Optional.of(profile(pool.spec().profile())),
            List.of(Given.facts(template.equals(Template.NONE) ? big() : tainted())),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            1,
            false);
    return PoolPlan.decide(observed, Given.SETTINGS, NOW).actions().stream()
        .filter(Action.UpdateStatus.class::isInstance)
        .map(a -> ((Action.UpdateStatus) a).status().conditions())
        .findFirst()
        .orElseThrow();
  }

  private static Node tainted() {
    return big()
        .edit()
        .editSpec()
        .addToTaints(Given.taint("dedicated", "batch", "NoSchedule"))
        .endSpec()
        .build();
  }

  /** Has what any example asks for. */
  private static Node big() {
    return Given.node("big")
        .editMetadata()
        .addToLabels("node-group", "batch")
        .endMetadata()
        .editStatus()
        .withAllocatable(
            Map.of(
                "cpu", new Quantity("64"),
                "memory", new Quantity("256Gi"),
                "ephemeral-storage", new Quantity("4T"),
                "pods", new Quantity("110")))
        .endStatus()
        .build();
  }

  private static HardwareProfile profile(String name) {
    return all(HardwareProfile.class).stream()
        .filter(p -> p.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no example defines the profile " + name));
  }

  private static Condition condition(List<Condition> conditions, String type) {
    return conditions.stream().filter(c -> c.type().equals(type)).findFirst().orElseThrow();
  }

  private static <T extends HasMetadata> List<T> all(Class<T> kind) {
    var found = new ArrayList<T>();
    Predicate<String> isOne = document -> document.contains("\nkind: " + kind.getSimpleName());
    try (var files = Files.list(DIRECTORY)) {
      for (var file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList())
        Stream.of(text(file).split("(?m)^---$"))
            .filter(isOne)
            .forEach(document -> found.add(KUBERNETES.unmarshal(document, kind)));
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't list the examples", e);
    }
    return found;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read " + file, e);
    }
  }
}
