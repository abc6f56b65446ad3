package dev.windlass.operator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.operator.plan.FunctionReason;
import dev.windlass.operator.plan.MatchReason;
import dev.windlass.operator.plan.PoolReason;
import dev.windlass.operator.plan.Reason;
import dev.windlass.operator.plan.WorkerReason;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/crds.md is what the CRDs and the reasons say; {@code -Dgolden.update} writes it. */
class CrdReferenceTest {
  private static final Path DOCUMENT = Path.of("docs/crds.md");

  private static final String BEFORE =
      """
      # Custom resources

      Generated from the records in `dev.windlass.operator.api`: `mvn test -Dtest=CrdReferenceTest -Dgolden.update`
      writes it, and without that flag the same test compares. `kubectl explain fn.spec` says the same in a terminal.

      All are of `windlass.dev/v1alpha1`. A *quantity* is Kubernetes' own (`500m`, `128Mi`, `2T`); a *time* is
      RFC 3339. A field with a star must be there. What a rule refuses is refused by the API server, in these words.
      Fields that the schema knows and this version does not obey are refused by the condition `ArtifactVerified` with
      the reason `NotSupported`; see [functions-on-kubernetes.md](functions-on-kubernetes.md), and
      [operator.md](operator.md) for pools. Examples that can be applied are in `examples/`.
      """;

  /** One condition and the reasons that it can have. */
  private record Row(String condition, Collection<? extends Reason> reasons, String also) {}

  private static final String MATCH = "the commonest reason of the nodes (below)";
  private static final String FIRST = "that of the first condition above that is not True";

  private static final Map<Class<?>, List<Row>> CONDITIONS =
      Map.of(
          Function.class,
          List.of(
              row(
                  ConditionTypes.ARTIFACT_VERIFIED,
                  FunctionReason.VERIFIED,
                  FunctionReason.STORE_FAILED),
              row(ConditionTypes.LOGGED, FunctionReason.ENTERED, FunctionReason.LOG_REFUSED),
              row(
                  ConditionTypes.SCHEDULABLE,
                  FunctionReason.WORKERS_READY,
                  FunctionReason.TOO_FEW_WORKERS),
              row(ConditionTypes.ROUTED, FunctionReason.ROUTED, FunctionReason.ROUTE_RESERVED),
              new Row(ConditionTypes.READY, List.of(FunctionReason.READY), FIRST),
              new Row("any", List.of(FunctionReason.NOT_DECIDED), ""),
              row("events alone", FunctionReason.SERVED, FunctionReason.ARTIFACT_VANISHED)),
          HardwareProfile.class,
          List.of(
              new Row(
                  ConditionTypes.MATCHED,
                  List.of(PoolReason.NODES_FIT, PoolReason.NO_NODES, PoolReason.PROFILE_INVALID),
                  MATCH)),
          WorkerPool.class,
          List.of(
              row(
                  ConditionTypes.PROFILE_FOUND,
                  PoolReason.PROFILE_FOUND,
                  PoolReason.PROFILE_INVALID),
              row(
                  ConditionTypes.POD_TEMPLATE_VALID,
                  PoolReason.TEMPLATE_VALID,
                  PoolReason.PRIVILEGED),
              new Row(
                  ConditionTypes.SCHEDULABLE,
                  EnumSet.range(PoolReason.NODES_FIT, PoolReason.WAITING_FOR_ROOM),
                  MATCH),
              row(
                  ConditionTypes.BUDGET_SOUND,
                  PoolReason.BUDGET_SOUND,
                  PoolReason.BUDGET_NAME_TAKEN),
              new Row(
                  ConditionTypes.READY,
                  EnumSet.range(PoolReason.WORKERS_READY, PoolReason.WORKERS_NOT_READY),
                  FIRST),
              new Row("any", List.of(PoolReason.NOT_DECIDED), ""),
              row("events alone", PoolReason.WORKER_CREATED, PoolReason.SCALED)),
          Worker.class,
          List.of(
              row(
                  ConditionTypes.HARDWARE_KNOWN,
                  WorkerReason.HARDWARE_MATCHES,
                  WorkerReason.NODE_UNKNOWN),
              new Row(
                  ConditionTypes.HARDWARE_FITS,
                  List.of(WorkerReason.HARDWARE_MATCHES, WorkerReason.NODE_UNKNOWN),
                  "what the node lacks (below)"),
              row(ConditionTypes.SERVING, WorkerReason.SERVING, WorkerReason.POD_LEAVING),
              row(
                  ConditionTypes.READY + ", and `status.reason`",
                  WorkerReason.POD_PENDING,
                  WorkerReason.POD_FINISHED)),
          Dispute.class,
          List.of());

  @Test
  void the_document_says_what_the_crds_say() throws IOException {
    var text = new StringBuilder(BEFORE);
    var crds = CrdSchemas.generate();
    for (var kind : CrdSchemas.KINDS)
      text.append(section(kind, crds.get(CustomResource.getCRDName(kind))));
    text.append("\n## Why a node does not fit\n\n");
    text.append("In this order; the first that holds is counted. Messages have both values.\n\n");
    text.append(words(EnumSet.allOf(MatchReason.class))).append('\n');

    if (System.getProperty("golden.update") != null) Files.writeString(DOCUMENT, text);
    assertEquals(Files.readString(DOCUMENT), text.toString(), "docs/crds.md: -Dgolden.update");
  }

  @Test
  void every_reason_stands_under_a_condition() {
    var all = new HashSet<Reason>();
    for (var reasons : List.of(FunctionReason.values(), PoolReason.values(), WorkerReason.values()))
      all.addAll(List.of(reasons));
    CONDITIONS.values().forEach(rows -> rows.forEach(row -> all.removeAll(row.reasons())));
    assertEquals(Set.of(), all);
  }

  @Test
  void every_condition_of_a_kind_is_there_in_its_order() {
    var types =
        Map.of(
            Function.class, ConditionTypes.OF_FUNCTION,
            HardwareProfile.class, ConditionTypes.OF_HARDWARE_PROFILE,
            WorkerPool.class, ConditionTypes.OF_WORKER_POOL,
            Worker.class, ConditionTypes.OF_WORKER);
    types.forEach(
        (kind, expected) ->
            assertEquals(
                expected,
                CONDITIONS.get(kind).stream()
                    .map(row -> row.condition().replaceFirst(",.*", ""))
                    .filter(c -> !c.equals("any") && !c.equals("events alone"))
                    .toList()));
  }

  private static String section(Class<?> kind, CustomResourceDefinition crd) {
    var names = crd.getSpec().getNames();
    var version = CrdFilesTest.version(crd);
    var root = CrdFilesTest.schema(version);
    var text = new StringBuilder("\n## ").append(names.getKind()).append("\n\n");
    text.append(root.getDescription()).append("\n\n");
    text.append("`kubectl get ")
        .append(
            Stream.concat(Stream.of(names.getPlural()), names.getShortNames().stream())
                .collect(Collectors.joining("`, `kubectl get ")))
        .append("`; ")
        .append(
            crd.getSpec().getScope().equals("Cluster") ? "of the whole cluster" : "in a namespace");
    if (version.getSubresources() != null && version.getSubresources().getScale() != null)
      text.append("; `kubectl scale` and autoscalers set `")
          .append(version.getSubresources().getScale().getSpecReplicasPath().substring(1))
          .append('`');
    text.append(".\n\n| column | shows |\n|---|---|\n");
    for (var column : version.getAdditionalPrinterColumns())
      text.append("| %s | `%s` |\n".formatted(column.getName(), column.getJsonPath().substring(1)));
    text.append(new CrdFields(root).text());
    if (CONDITIONS.get(kind).isEmpty()) return text.toString();
    text.append("\n| condition | reasons |\n|---|---|\n");
    for (var row : CONDITIONS.get(kind))
      text.append("| %s | %s |\n".formatted(name(row.condition()), reasons(row)));
    return text.toString();
  }

  private static String name(String condition) {
    return Character.isUpperCase(condition.charAt(0))
        ? "`" + condition.replaceFirst(",", "`,") + (condition.contains(",") ? "" : "`")
        : condition;
  }

  private static String reasons(Row row) {
    return words(row.reasons()) + (row.also().isEmpty() ? "" : "; " + row.also());
  }

  private static String words(Collection<? extends Reason> reasons) {
    return reasons.stream()
        .map(reason -> "`" + reason.word() + "`")
        .collect(Collectors.joining(", "));
  }

  private static <E extends Enum<E> & Reason> Row row(String condition, E first, E last) {
    return new Row(condition, EnumSet.range(first, last), "");
  }
}
