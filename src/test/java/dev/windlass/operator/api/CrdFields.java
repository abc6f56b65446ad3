package dev.windlass.operator.api;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** The fields and rules of one schema, as tables for a reader. */
final class CrdFields {
  private final StringBuilder text = new StringBuilder();
  private final List<String> rules = new ArrayList<>();

  CrdFields(JSONSchemaProps root) {
    rules("the object", root);
    root.getProperties()
        .forEach(
            (part, schema) -> {
              text.append("\n### `").append(part).append("`\n\n");
              text.append(sentence(schema)).append("\n\n");
              text.append("| field | type | default | what fits | what it is |\n");
              text.append("|---|---|---|---|---|\n");
              rules(part, schema);
              members("", part, schema);
            });
  }

  String text() {
    if (rules.isEmpty()) return text.toString();
    return text + "\nThe API server also says:\n\n" + String.join("\n", rules) + "\n";
  }

  private void members(String path, String part, JSONSchemaProps schema) {
    schema
        .getProperties()
        .forEach(
            (name, member) ->
                field(path + name, part, member, schema.getRequired().contains(name)));
  }

  private void field(String path, String part, JSONSchemaProps schema, boolean required) {
    text.append(
        "| `%s`%s | %s | %s | %s | %s |\n"
            .formatted(
                path,
                required ? " *" : "",
                type(schema),
                schema.getDefault() == null ? "" : code(schema.getDefault().toString()),
                fits(schema),
                cell(Objects.requireNonNullElse(schema.getDescription(), ""))));
    rules(part + "." + path, schema);
    members(path + ".", part, schema);
    if (isOfConditions(schema) || schema.getItems() == null) return;
    var items = schema.getItems().getSchema();
    rules(part + "." + path + "[]", items);
    members(path + "[].", part, items);
  }

  /** The form that all of Kubernetes has; said once, in words. */
  private static boolean isOfConditions(JSONSchemaProps schema) {
    return List.of("type").equals(schema.getXKubernetesListMapKeys());
  }

  private void rules(String where, JSONSchemaProps schema) {
    for (var rule : schema.getXKubernetesValidations())
      rules.add("- `%s`: %s".formatted(where, rule.getMessage()));
  }

  private static String type(JSONSchemaProps schema) {
    if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) return "quantity";
    if (Boolean.TRUE.equals(schema.getXKubernetesPreserveUnknownFields())) return "any object";
    if (isOfConditions(schema)) return "list of conditions";
    if (schema.getItems() != null) return "list of " + many(type(schema.getItems().getSchema()));
    if (schema.getAdditionalProperties() != null)
      return "map to " + many(type(schema.getAdditionalProperties().getSchema()));
    if ("date-time".equals(schema.getFormat())) return "time";
    return schema.getType();
  }

  private static String many(String type) {
    return type.equals("quantity") ? "quantities" : type + "s";
  }

  private static String fits(JSONSchemaProps schema) {
    var parts = new ArrayList<String>();
    if (!schema.getEnum().isEmpty())
      parts.add(
          schema.getEnum().stream()
              .map(value -> code(value.asText()))
              .collect(Collectors.joining(", ")));
    boolean isQuantity = Boolean.TRUE.equals(schema.getXKubernetesIntOrString());
    boolean isTime = "date-time".equals(schema.getFormat());
    if (schema.getPattern() != null && !isQuantity) parts.add(code(schema.getPattern()));
    if (schema.getMinimum() != null || schema.getMaximum() != null) parts.add(range(schema));
    if (schema.getMaxLength() != null && !isQuantity && !isTime)
      parts.add(count(schema.getMinLength(), schema.getMaxLength()) + " characters");
    if (schema.getMaxItems() != null)
      parts.add(count(schema.getMinItems(), schema.getMaxItems()) + " of them");
    if (schema.getMaxProperties() != null)
      parts.add(count(schema.getMinProperties(), schema.getMaxProperties()) + " keys");
    if (schema.getItems() != null) {
      var each = fits(schema.getItems().getSchema());
      if (!each.isEmpty()) parts.add("each " + each);
    }
    if (schema.getAdditionalProperties() != null) {
      var each = fits(schema.getAdditionalProperties().getSchema());
      if (!each.isEmpty()) parts.add("each " + each);
    }
    return String.join("; ", parts);
  }

  /** The largest of its Java type is no bound that anybody has to know. */
  private static String range(JSONSchemaProps schema) {
    var from = number(Objects.requireNonNullElse(schema.getMinimum(), 0.0));
    var to = schema.getMaximum();
    return to == null || to == Integer.MAX_VALUE ? "≥ " + from : from + "–" + number(to);
  }

  private static String number(double value) {
    return Long.toString((long) value);
  }

  private static String count(Long least, Long most) {
    return least == null || least == 0 ? "≤ " + most : least + "–" + most;
  }

  private static String sentence(JSONSchemaProps schema) {
    return Objects.requireNonNullElse(schema.getDescription(), "");
  }

  private static String code(String text) {
    return "`" + cell(text) + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
