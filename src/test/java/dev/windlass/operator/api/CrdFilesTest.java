package dev.windlass.operator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CrdFilesTest {
  static final Path DIRECTORY = Path.of("helm/windlass/files/crds");
  private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

  @Test
  void the_files_of_the_chart_are_what_the_records_say() throws IOException {
    var crds = CrdSchemas.generate();
    var update = System.getProperty("golden.update") != null;
    if (update) Files.createDirectories(DIRECTORY);
    if (update)
      for (var crd : crds.entrySet())
        Files.writeString(file(crd.getKey()), CrdSchemas.text(crd.getValue()));
    for (var crd : crds.entrySet()) {
      var text = CrdSchemas.text(crd.getValue());
      assertEquals(Files.readString(file(crd.getKey())), text, "-Dgolden.update writes it");
      var read = KUBERNETES.unmarshal(text, CustomResourceDefinition.class);
      assertEquals(
          KUBERNETES.asJson(crd.getValue()), KUBERNETES.asJson(read), "our YAML loses nothing");
    }
    try (var files = Files.list(DIRECTORY)) {
      var names = new TreeSet<String>();
      files.forEach(f -> names.add(f.getFileName().toString().replaceFirst("\\.yaml$", "")));
      assertEquals(new TreeSet<>(crds.keySet()), names);
    }
  }

  @Test
  void everything_has_a_bound() {
    var without = new ArrayList<String>();
    CrdSchemas.generate().forEach((name, crd) -> unbounded(name, schema(version(crd)), without));
    assertEquals(List.of(), without);
  }

  @Test
  void everything_has_a_description() {
    var silent = new ArrayList<String>();
    var properties = new ArrayList<String>();
    CrdSchemas.generate()
        .forEach((name, crd) -> undescribed(name, schema(version(crd)), silent, properties));
    assertTrue(properties.size() > 150, properties.size() + " properties");
    assertEquals(List.of(), silent);
  }

  @Test
  void columns_are_in_the_order_of_the_design() {
    var crds = CrdSchemas.generate();
    var expected =
        Map.of(
            "functions.windlass.dev", "URL READY REASON DIGEST POLICY AGE",
            "hardwareprofiles.windlass.dev", "VCPU MEMORY MHZ NVME NODES AGE",
            "workerpools.windlass.dev", "PROFILE DESIRED READY USED REASON AGE",
            "workers.windlass.dev", "POOL NODE ZONE STATE CREDIBILITY EXPIRES AGE",
            "disputes.windlass.dev", "FUNCTION LOGINDEX VERDICT AGE");
    expected.forEach(
        (name, columns) ->
            assertEquals(
                columns,
                String.join(
                    " ",
                    version(crds.get(name)).getAdditionalPrinterColumns().stream()
                        .map(c -> c.getName())
                        .toList())));
  }

  private static Path file(String name) {
    return DIRECTORY.resolve(name + ".yaml");
  }

  static CustomResourceDefinitionVersion version(CustomResourceDefinition crd) {
    assertEquals(1, crd.getSpec().getVersions().size());
    return crd.getSpec().getVersions().getFirst();
  }

  static JSONSchemaProps schema(CustomResourceDefinitionVersion version) {
    return version.getSchema().getOpenAPIV3Schema();
  }

  private static void unbounded(String path, JSONSchemaProps schema, List<String> without) {
    if (Boolean.TRUE.equals(schema.getXKubernetesPreserveUnknownFields())) {
      if (!path.endsWith(".podTemplate")) without.add(path + " keeps unknown fields");
      return;
    }
    if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
      if (schema.getMaxLength() == null || schema.getPattern() == null) without.add(path);
      return;
    }
    switch (schema.getType()) {
      case "string" -> {
        if (schema.getMaxLength() == null && schema.getEnum().isEmpty()) without.add(path);
      }
      case "integer" -> {
        if (schema.getMinimum() == null || schema.getFormat() == null) without.add(path);
      }
      case "boolean" -> {}
      case "array" -> {
        if (schema.getMaxItems() == null) without.add(path);
        unbounded(path + "[]", schema.getItems().getSchema(), without);
      }
      case "object" -> {
        if (schema.getAdditionalProperties() != null) {
          if (schema.getMaxProperties() == null) without.add(path);
          unbounded(path + "{}", schema.getAdditionalProperties().getSchema(), without);
        }
        schema.getProperties().forEach((k, v) -> unbounded(path + "." + k, v, without));
      }
      default -> without.add(path + " is a " + schema.getType());
    }
  }

  private static void undescribed(
      String path, JSONSchemaProps schema, List<String> silent, List<String> properties) {
    properties.add(path);
    if (schema.getDescription() == null) silent.add(path);
    schema.getProperties().forEach((k, v) -> undescribed(path + "." + k, v, silent, properties));
    if (schema.getItems() != null)
      schema
          .getItems()
          .getSchema()
          .getProperties()
          .forEach((k, v) -> undescribed(path + "[]." + k, v, silent, properties));
  }
}
