package dev.windlass.operator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No CRD takes away what an earlier version gave. Each version's files lie under {@link #FROZEN}
 * and do not change after its release; whoever must break with one serves a new API version.
 */
class CrdCompatibilityTest {
  static final Path FROZEN = Path.of("src/test/golden/crds");
  private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

  private static final String CRD =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: things.example.dev}
      spec:
        group: example.dev
        scope: Namespaced
        names: {kind: Thing, plural: things, singular: thing, shortNames: [th, tg], categories: [all]}
        versions:
        - name: v1
          served: true
          storage: true
          additionalPrinterColumns:
          - {name: URL, type: string, jsonPath: .status.url}
          selectableFields: [{jsonPath: .spec.host}]
          subresources:
            status: {}
            scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
          schema: {openAPIV3Schema: {type: object}}
        - name: v2
          served: true
          storage: false
          schema: {openAPIV3Schema: {type: object}}
      """;

  static Stream<String> versions() throws IOException {
    try (var versions = Files.list(FROZEN)) {
      return versions.map(v -> v.getFileName().toString()).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("versions")
  void what_a_version_gave_is_there_still(String version) {
    var said = new TreeMap<String, List<String>>();
    var now = CrdSchemas.generate();
    for (var before : frozen(FROZEN.resolve(version)).entrySet()) {
      var crd = now.get(before.getKey());
      var changes =
          crd == null
              ? List.of("the CRD is gone")
              : CrdChanges.incompatible(before.getValue(), crd);
      if (!changes.isEmpty()) said.put(before.getKey(), changes);
    }
    assertEquals(Map.of(), said, "since " + version);
  }

  @Test
  void all_five_kinds_are_frozen() {
    assertEquals(CrdSchemas.generate().keySet(), frozen(FROZEN.resolve("v0.1")).keySet());
  }

  /** before | now | what is said, of {@code .a} in an object. */
  static Stream<Arguments> broken() {
    return rows(
        "{type: string} | | .a: the field is gone",
        "{type: object, properties: {b: {type: string}}} | {type: object}"
            + " | .a.b: the field is gone",
        "{type: array, items: {type: object, properties: {b: {type: string}}}}"
            + " | {type: array, items: {type: object}} | .a[].b: the field is gone",
        "{type: string} | {type: integer} | .a: the type was string and is integer",
        "{x-kubernetes-int-or-string: true} | {type: string}"
            + " | .a: the type was int-or-string and is string",
        "{type: array, items: {type: string}} | {type: array, items: {type: integer}}"
            + " | .a[]: the type was string and is integer",
        "{type: object, additionalProperties: {type: string}}"
            + " | {type: object, additionalProperties: {type: integer}}"
            + " | .a{}: the type was string and is integer",
        "{type: object, additionalProperties: {type: string}} | {type: object}"
            + " | .a: keys of one's own are no longer kept",
        "{type: string, enum: [wasi, cgi]} | {type: string, enum: [wasi]}"
            + " | .a: the value \"cgi\" is no longer accepted",
        "{type: string} | {type: string, enum: [wasi]} | .a: only [\"wasi\"] are accepted now",
        "{type: object, properties: {b: {type: string}}}"
            + " | {type: object, required: [b], properties: {b: {type: string}}}"
            + " | .a.b: the field is required now and has no default",
        "{type: object} | {type: object, required: [b], properties: {b: {type: string}}}"
            + " | .a.b: the field is required now and has no default",
        "{type: string, maxLength: 63} | {type: string, maxLength: 62}"
            + " | .a: maxLength was 63 and is 62",
        "{type: string} | {type: string, maxLength: 62}"
            + " | .a: maxLength is 62 and there was none",
        "{type: string} | {type: string, minLength: 1} | .a: minLength is 1 and there was none",
        "{type: integer, minimum: 0} | {type: integer, minimum: 1}"
            + " | .a: minimum was 0.0 and is 1.0",
        "{type: integer, maximum: 9} | {type: integer, maximum: 8}"
            + " | .a: maximum was 9.0 and is 8.0",
        "{type: integer, maximum: 9} | {type: integer, maximum: 9, exclusiveMaximum: true}"
            + " | .a: maximum itself is no longer accepted",
        "{type: integer, minimum: 9} | {type: integer, minimum: 9, exclusiveMinimum: true}"
            + " | .a: minimum itself is no longer accepted",
        "{type: integer} | {type: integer, multipleOf: 2}"
            + " | .a: multipleOf was absent and is 2.0",
        "{type: array, maxItems: 9, items: {type: string}}"
            + " | {type: array, maxItems: 8, items: {type: string}}"
            + " | .a: maxItems was 9 and is 8",
        "{type: array, items: {type: string}} | {type: array, minItems: 1, items: {type: string}}"
            + " | .a: minItems is 1 and there was none",
        "{type: object, maxProperties: 9, additionalProperties: {type: string}}"
            + " | {type: object, maxProperties: 8, additionalProperties: {type: string}}"
            + " | .a: maxProperties was 9 and is 8",
        "{type: object} | {type: object, minProperties: 1}"
            + " | .a: minProperties is 1 and there was none",
        "{type: string, pattern: '^a*$'} | {type: string, pattern: '^a+$'}"
            + " | .a: the pattern was ^a*$ and is ^a+$",
        "{type: string} | {type: string, pattern: '^a+$'}"
            + " | .a: the pattern was absent and is ^a+$",
        "{type: string} | {type: string, format: date-time}"
            + " | .a: the format was absent and is date-time",
        "{type: string, nullable: true} | {type: string} | .a: null is no longer accepted",
        "{type: string, x-kubernetes-validations: [{rule: 'size(self) > 0'}]}"
            + " | {type: string, x-kubernetes-validations: [{rule: 'size(self) > 1'}]}"
            + " | .a: a rule is new or changed: size(self) > 1",
        "{type: string} | {type: string, x-kubernetes-validations: [{rule: 'self == oldSelf'}]}"
            + " | .a: a rule is new or changed: self == oldSelf",
        "{type: integer, default: 1} | {type: integer, default: 2}"
            + " | .a: the default was 1 and is 2",
        "{type: integer, default: 1} | {type: integer} | .a: the default was 1 and is absent",
        "{type: integer} | {type: integer, default: 1} | .a: the default was absent and is 1",
        "{type: array, items: {type: string}, x-kubernetes-list-type: set}"
            + " | {type: array, items: {type: string}, x-kubernetes-list-type: atomic}"
            + " | .a: the list type was set and is atomic",
        "{type: array, items: {type: object}, x-kubernetes-list-type: map,"
            + " x-kubernetes-list-map-keys: [b]}"
            + " | {type: array, items: {type: object}, x-kubernetes-list-type: map,"
            + " x-kubernetes-list-map-keys: [c]} | .a: the keys of the list was [b] and is [c]",
        "{type: object} | {type: object, x-kubernetes-map-type: atomic}"
            + " | .a: the map type was absent and is atomic",
        "{type: object, x-kubernetes-preserve-unknown-fields: true} | {type: object}"
            + " | .a: unknown fields are no longer kept",
        "{type: object} | {type: object, not: {required: [b]}} | .a: not was absent and is",
        "{type: object} | {type: object, oneOf: [{required: [b]}]} | .a: oneOf was absent and is",
        "{type: object} | {type: object, anyOf: [{required: [b]}]} | .a: anyOf was absent and is",
        "{type: object} | {type: object, allOf: [{required: [b]}]} | .a: allOf was absent and is");
  }

  @ParameterizedTest
  @MethodSource("broken")
  void a_field_that_takes_less_than_before_is_said(String before, String now, String said) {
    var changes = CrdChanges.incompatible(with(before), with(now));
    assertEquals(1, changes.size(), changes.toString());
    assertEquals(said, changes.getFirst().substring(0, said.length()), changes.getFirst());
  }

  static Stream<Arguments> widened() {
    return rows(
        " | {type: string}",
        "{type: object} | {type: object, properties: {b: {type: string}}}",
        "{type: object}"
            + " | {type: object, required: [b], properties: {b: {type: string, default: x}}}",
        "{type: object, required: [b], properties: {b: {type: string}}}"
            + " | {type: object, properties: {b: {type: string}}}",
        "{type: object, properties: {b: {type: string}}}"
            + " | {type: object, x-kubernetes-preserve-unknown-fields: true}",
        "{type: string, enum: [wasi]} | {type: string, enum: [cgi, wasi]}",
        "{type: string, enum: [wasi]} | {type: string}",
        "{type: string, maxLength: 63, minLength: 1} | {type: string, maxLength: 64}",
        "{type: integer, minimum: 1, maximum: 9} | {type: integer, minimum: 0}",
        "{type: integer, maximum: 9, exclusiveMaximum: true} | {type: integer, maximum: 9}",
        "{type: array, maxItems: 9, items: {type: string}}"
            + " | {type: array, maxItems: 10, items: {type: string}}",
        "{type: string, pattern: '^a+$', format: date-time} | {type: string}",
        "{type: string} | {type: string, nullable: true}",
        "{type: string, description: a} | {type: string, description: b}",
        "{type: string, x-kubernetes-validations: [{rule: 'size(self) > 0', message: a}]}"
            + " | {type: string, x-kubernetes-validations: [{rule: 'size(self) > 0', message: b}]}",
        "{type: string, x-kubernetes-validations: [{rule: 'size(self) > 0'}]} | {type: string}");
  }

  @ParameterizedTest
  @MethodSource("widened")
  void a_field_that_takes_more_than_before_is_not_said(String before, String now) {
    assertEquals(List.of(), CrdChanges.incompatible(with(before), with(now)));
  }

  /** text of {@link #CRD} | text in its place | what is said, or nothing. */
  static Stream<Arguments> definitions() {
    return rows(
        "scope: Namespaced | scope: Cluster | the scope was Namespaced and is Cluster",
        "group: example.dev | group: example.org | the group was example.dev and is example.org",
        "kind: Thing, | kind: Object, | the kind was Thing and is Object",
        "plural: things | plural: thingies | the plural was things and is thingies",
        "[th, tg] | [th] | the short name tg is gone",
        "categories: [all] | categories: [] | the category all is gone",
        "name: v2 | name: v3 | version v2 is gone",
        "served: true\n    storage: false | served: false\n    storage: false"
            + " | version v2 is no longer served",
        "name: URL | name: ADDRESS | column URL is gone",
        "type: string, jsonPath: .status.url | type: string, jsonPath: .status.address"
            + " | column URL: its path was .status.url and is .status.address",
        "type: string, jsonPath: .status.url | type: date, jsonPath: .status.url"
            + " | column URL: its type was string and is date",
        "selectableFields: [{jsonPath: .spec.host}] | selectableFields: []"
            + " | selectable field .spec.host is gone",
        "status: {} | | subresource status is gone",
        "scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas} |"
            + " | subresource scale is gone",
        "specReplicasPath: .spec.replicas | specReplicasPath: .spec.count"
            + " | subresource scale: replicas wanted was .spec.replicas and is .spec.count",
        "statusReplicasPath: .status.replicas | statusReplicasPath: .status.count"
            + " | subresource scale: replicas was .status.replicas and is .status.count",
        "specReplicasPath: | labelSelectorPath: .status.selector, specReplicasPath:"
            + " | subresource scale: selector was null and is .status.selector",
        "[th, tg] | [tg, th, thi] |",
        "- {name: URL, | - {name: AGE, type: date, jsonPath: .metadata.creationTimestamp}"
            + "\n    - {name: URL, |",
        "- name: v2 | - {name: v3, served: true, storage: false, schema: {openAPIV3Schema:"
            + " {type: object}}}\n  - name: v2 |");
  }

  @ParameterizedTest
  @MethodSource("definitions")
  void a_definition_that_gives_less_than_before_is_said(String from, String to, String said) {
    assertEquals(2, (CRD + "|").split(Pattern.quote(from), -1).length, from);
    var changes = CrdChanges.incompatible(crd(CRD), crd(CRD.replace(from, to)));
    assertEquals(said.isEmpty() ? List.of() : List.of(said), changes);
  }

  @Test
  void a_status_that_becomes_a_subresource_is_said() {
    assertEquals(
        List.of("subresource status is new: a status within the object is no longer written"),
        CrdChanges.incompatible(crd(CRD.replace("status: {}", "")), crd(CRD)));
  }

  @Test
  void another_version_that_is_stored_is_said() {
    var swapped =
        CRD.replace("storage: true", "storage: no")
            .replace("storage: false", "storage: true")
            .replace("storage: no", "storage: false");
    assertEquals(
        List.of("the storage version was v1 and is v2"),
        CrdChanges.incompatible(crd(CRD), crd(swapped)));
  }

  /** The first version of {@link #CRD} with this schema of {@code .a}, or none. */
  private static CustomResourceDefinition with(String schema) {
    var properties = schema.isEmpty() ? "" : ", properties: {a: " + schema + "}";
    return crd(
        CRD.replaceFirst(
            "\\{type: object}", Matcher.quoteReplacement("{type: object" + properties + "}")));
  }

  static Map<String, CustomResourceDefinition> frozen(Path directory) {
    var crds = new TreeMap<String, CustomResourceDefinition>();
    try (var files = Files.list(directory)) {
      for (var file : files.toList()) {
        var crd = crd(Files.readString(file));
        crds.put(crd.getMetadata().getName(), crd);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read " + directory, e);
    }
    return crds;
  }

  private static CustomResourceDefinition crd(String yaml) {
    return KUBERNETES.unmarshal(yaml, CustomResourceDefinition.class);
  }

  private static Stream<Arguments> rows(String... rows) {
    var all = new ArrayList<Arguments>();
    for (var row : rows) {
      var cells = Stream.of(row.split("\\|", -1)).map(String::strip).toArray();
      all.add(Arguments.of(cells));
    }
    return all.stream();
  }
}
