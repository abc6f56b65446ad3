package dev.windlass.operator.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The CRDs, made from the records by fabric8's generator, and mended where it says less than the
 * records do: columns in the order of the class, a pattern that is a list of words as an enum,
 * bounds of numbers by their Java type, quantities, times, conditions by type, and the Javadoc as
 * description.
 */
final class CrdSchemas {
  static final List<Class<? extends CustomResource<?, ?>>> KINDS =
      List.of(Function.class, HardwareProfile.class, WorkerPool.class, Worker.class, Dispute.class);

  /** What Kubernetes reads as a quantity and is not negative. */
  static final String QUANTITY =
      "^[0-9]{1,18}(\\.[0-9]{1,9})?(m|k|[MGTPE]|[KMGTPE]i|[eE][0-9]{1,2})?$";

  private static final Pattern WORDS = Pattern.compile("\\^\\((\\w+(?:\\|\\w+)*)\\)\\$");

  private final RecordComments comments;

  private CrdSchemas(RecordComments comments) {
    this.comments = comments;
  }

  /** By name, such as {@code functions.windlass.dev}. */
  static Map<String, CustomResourceDefinition> generate() {
    var sources = new ArrayList<Class<?>>(KINDS);
    sources.addAll(
        List.of(
            Condition.class,
            FunctionSpec.class,
            FunctionStatus.class,
            HardwareProfileSpec.class,
            HardwareProfileStatus.class,
            WorkerPoolSpec.class,
            WorkerPoolStatus.class,
            WorkerStatus.class,
            DisputeSpec.class,
            DisputeStatus.class));
    var schemas = new CrdSchemas(new RecordComments(sources.toArray(Class<?>[]::new)));
    var made = new TreeMap<String, CustomResourceDefinition>();
    var generator =
        new CRDGenerator()
            .forCRDVersions("v1")
            .withOutput(new Nowhere())
            .withPostProcessor(
                new CRDPostProcessor() {
                  @Override
                  public HasMetadata process(HasMetadata crd, String version) {
                    made.put(crd.getMetadata().getName(), (CustomResourceDefinition) crd);
                    return crd;
                  }
                });
    for (var kind : KINDS) generator.customResourceClasses(List.of(kind));
    generator.detailedGenerate();
    for (var kind : KINDS) schemas.mend(kind, made.get(CustomResource.getCRDName(kind)));
    return made;
  }

  /** A document as it is committed. */
  static String text(CustomResourceDefinition crd) {
    var tree = new KubernetesSerialization().convertValue(crd, Map.class);
    return "# Generated from dev.windlass.operator.api: CrdFilesTest -Dgolden.update writes it.\n"
        + CrdYaml.write(tree);
  }

  private void mend(Class<?> kind, CustomResourceDefinition crd) {
    var version = crd.getSpec().getVersions().getFirst();
    var order =
        Arrays.stream(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    version.setAdditionalPrinterColumns(
        version.getAdditionalPrinterColumns().stream()
            .sorted((a, b) -> order.indexOf(a.getName()) - order.indexOf(b.getName()))
            .toList());

    var root = version.getSchema().getOpenAPIV3Schema();
    root.setDescription(comments.of(kind));
    var types = ((ParameterizedType) kind.getGenericSuperclass()).getActualTypeArguments();
    var properties = new LinkedHashMap<String, JSONSchemaProps>();
    if (types[0] != Void.class) {
      properties.put("spec", record(root.getProperties().get("spec"), (Class<?>) types[0]));
      root.setRequired(List.of("spec"));
    }
    properties.put("status", record(root.getProperties().get("status"), (Class<?>) types[1]));
    root.setProperties(properties);
  }

  private JSONSchemaProps record(JSONSchemaProps schema, Class<?> type) {
    if (schema.getDescription() == null && !comments.of(type).isEmpty())
      schema.setDescription(comments.of(type));
    var ordered = new LinkedHashMap<String, JSONSchemaProps>();
    for (var component : type.getRecordComponents()) {
      var property = schema.getProperties().get(component.getName());
      if (property == null) throw new AssertionError(type + " has no " + component.getName());
      ordered.put(component.getName(), component(property, type, component));
    }
    schema.setProperties(ordered);
    return schema;
  }

  private JSONSchemaProps component(
      JSONSchemaProps schema, Class<?> holder, RecordComponent component) {
    var said = comments.of(holder, component.getName());
    if (!said.isEmpty()) schema.setDescription(said);
    var type = component.getType();
    if (Boolean.TRUE.equals(schema.getXKubernetesPreserveUnknownFields())) {
      schema.setAdditionalProperties(null);
      return schema;
    }
    if (type == List.class) list(schema, argument(component, 0));
    else if (type == Map.class) words(schema.getAdditionalProperties().getSchema());
    else if (type.isRecord()) record(schema, type);
    else scalar(schema, component);
    return schema;
  }

  private void list(JSONSchemaProps schema, Class<?> of) {
    var items = schema.getItems().getSchema();
    if (of.isRecord()) record(items, of);
    else words(items);
    if (of == Condition.class) {
      schema.setXKubernetesListType("map");
      schema.setXKubernetesListMapKeys(List.of("type"));
    }
  }

  private static void scalar(JSONSchemaProps schema, RecordComponent component) {
    var type = component.getType();
    if (type == Integer.class) {
      schema.setFormat("int32");
      if (schema.getMaximum() == null) schema.setMaximum((double) Integer.MAX_VALUE);
    } else if (type == Long.class) {
      schema.setFormat("int64");
    } else if (type == Quantity.class) {
      schema.setPattern(QUANTITY);
      schema.setMaxLength(32L);
    } else if (type == String.class) {
      words(schema);
      var size = component.getAnnotatedType().getAnnotation(Size.class);
      if (size != null && size.max() == Schema.TIME) schema.setFormat("date-time");
    } else if (type != Boolean.class) {
      throw new AssertionError("no schema for " + type);
    }
  }

  private static void words(JSONSchemaProps schema) {
    if (schema.getPattern() == null) return;
    var words = WORDS.matcher(schema.getPattern());
    if (!words.matches()) return;
    schema.setPattern(null);
    var serialization = new KubernetesSerialization();
    schema.setEnum(
        Arrays.stream(words.group(1).split("\\|"))
            .map(
                word ->
                    serialization.convertValue(word, com.fasterxml.jackson.databind.JsonNode.class))
            .toList());
  }

  private static Class<?> argument(RecordComponent component, int index) {
    var type = (AnnotatedParameterizedType) component.getAnnotatedType();
    return (Class<?>) type.getAnnotatedActualTypeArguments()[index].getType();
  }

  /** The generator writes files; ours are written later. */
  private static final class Nowhere implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
    @Override
    public ByteArrayOutputStream outputFor(String name) {
      return new ByteArrayOutputStream();
    }

    @Override
    public URI crdURI(String name) {
      return URI.create("file:///nowhere/" + name);
    }

    @Override
    public void close() {}
  }
}
