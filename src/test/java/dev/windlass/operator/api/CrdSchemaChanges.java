package dev.windlass.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The part of {@link CrdChanges} that goes through the schema, field by field. */
final class CrdSchemaChanges {
  private final List<String> said;

  /**
   * @param said gets what was found
   */
  CrdSchemaChanges(List<String> said) {
    this.said = said;
  }

  /**
   * @param path of the field, such as {@code .spec.source}; empty for the object itself
   */
  void compare(String path, JSONSchemaProps was, JSONSchemaProps is) {
    var type = type(was);
    if (!type.equals(type(is))) {
      say(path, "the type was %s and is %s", type, type(is));
      return; // what else differs follows from that
    }
    if (keepsUnknown(was) && !keepsUnknown(is)) say(path, "unknown fields are no longer kept");
    if (yes(was.getNullable()) && !yes(is.getNullable())) say(path, "null is no longer accepted");
    words(path, was, is);
    bounds(path, was, is);
    same(path, "the default", was.getDefault(), is.getDefault());
    same(path, "the list type", was.getXKubernetesListType(), is.getXKubernetesListType());
    same(path, "the map type", was.getXKubernetesMapType(), is.getXKubernetesMapType());
    same(
        path,
        "the keys of the list",
        was.getXKubernetesListMapKeys(),
        is.getXKubernetesListMapKeys());
    same(path, "anyOf", was.getAnyOf(), is.getAnyOf());
    same(path, "oneOf", was.getOneOf(), is.getOneOf());
    same(path, "allOf", was.getAllOf(), is.getAllOf());
    same(path, "not", was.getNot(), is.getNot());
    rules(path, was, is);
    members(path, was, is);
    if (was.getItems() != null && is.getItems() != null)
      compare(path + "[]", was.getItems().getSchema(), is.getItems().getSchema());
    values(path, was, is);
  }

  private void members(String path, JSONSchemaProps was, JSONSchemaProps is) {
    for (var property : was.getProperties().entrySet()) {
      var member = path + "." + property.getKey();
      var other = is.getProperties().get(property.getKey());
      if (other != null) compare(member, property.getValue(), other);
      else if (!keepsUnknown(is)) say(member, "the field is gone");
    }
    for (var required : is.getRequired()) {
      if (was.getRequired().contains(required)) continue;
      var member = is.getProperties().get(required);
      if (member == null || member.getDefault() == null)
        say(path + "." + required, "the field is required now and has no default");
    }
  }

  /** Of a map. */
  private void values(String path, JSONSchemaProps was, JSONSchemaProps is) {
    var before = was.getAdditionalProperties();
    var now = is.getAdditionalProperties();
    if (before == null) return;
    if (now == null) say(path, "keys of one's own are no longer kept");
    else if (before.getSchema() != null && now.getSchema() != null)
      compare(path + "{}", before.getSchema(), now.getSchema());
    else same(path, "what stands under a key", before, now);
  }

  private void words(String path, JSONSchemaProps was, JSONSchemaProps is) {
    if (was.getEnum().isEmpty() && !is.getEnum().isEmpty())
      say(path, "only %s are accepted now", is.getEnum());
    var gone = new HashSet<>(was.getEnum());
    is.getEnum().forEach(gone::remove);
    if (!is.getEnum().isEmpty())
      for (var word : was.getEnum())
        if (gone.contains(word)) say(path, "the value %s is no longer accepted", word);
    if (is.getPattern() != null) same(path, "the pattern", was.getPattern(), is.getPattern());
    if (is.getFormat() != null) same(path, "the format", was.getFormat(), is.getFormat());
  }

  private void bounds(String path, JSONSchemaProps was, JSONSchemaProps is) {
    notLess(path, "maxLength", was, is, JSONSchemaProps::getMaxLength);
    notLess(path, "maxItems", was, is, JSONSchemaProps::getMaxItems);
    notLess(path, "maxProperties", was, is, JSONSchemaProps::getMaxProperties);
    notLess(path, "maximum", was, is, JSONSchemaProps::getMaximum);
    notMore(path, "minLength", was, is, JSONSchemaProps::getMinLength);
    notMore(path, "minItems", was, is, JSONSchemaProps::getMinItems);
    notMore(path, "minProperties", was, is, JSONSchemaProps::getMinProperties);
    notMore(path, "minimum", was, is, JSONSchemaProps::getMinimum);
    if (yes(is.getExclusiveMaximum()) && !yes(was.getExclusiveMaximum()))
      say(path, "maximum itself is no longer accepted");
    if (yes(is.getExclusiveMinimum()) && !yes(was.getExclusiveMinimum()))
      say(path, "minimum itself is no longer accepted");
    if (is.getMultipleOf() != null)
      same(path, "multipleOf", was.getMultipleOf(), is.getMultipleOf());
  }

  private <N extends Comparable<N>> void notLess(
      String path,
      String bound,
      JSONSchemaProps was,
      JSONSchemaProps is,
      Function<JSONSchemaProps, @Nullable N> of) {
    narrowed(path, bound, of.apply(was), of.apply(is), (before, now) -> now.compareTo(before) < 0);
  }

  private <N extends Comparable<N>> void notMore(
      String path,
      String bound,
      JSONSchemaProps was,
      JSONSchemaProps is,
      Function<JSONSchemaProps, @Nullable N> of) {
    narrowed(path, bound, of.apply(was), of.apply(is), (before, now) -> now.compareTo(before) > 0);
  }

  private <N> void narrowed(
      String path, String bound, @Nullable N was, @Nullable N is, BiPredicate<N, N> narrower) {
    if (is == null) return;
    if (was == null) say(path, "%s is %s and there was none", bound, is);
    else if (narrower.test(was, is)) say(path, "%s was %s and is %s", bound, was, is);
  }

  /** The words to the user may change; what is checked may only become less. */
  private void rules(String path, JSONSchemaProps was, JSONSchemaProps is) {
    var before = was.getXKubernetesValidations().stream().map(ValidationRule::getRule).toList();
    for (var rule : is.getXKubernetesValidations())
      if (!before.contains(rule.getRule()))
        say(path, "a rule is new or changed: %s", rule.getRule());
  }

  private static String type(JSONSchemaProps schema) {
    if (yes(schema.getXKubernetesIntOrString())) return "int-or-string";
    return Objects.requireNonNullElse(schema.getType(), "any");
  }

  private static boolean keepsUnknown(JSONSchemaProps schema) {
    return yes(schema.getXKubernetesPreserveUnknownFields());
  }

  private static boolean yes(@Nullable Boolean flag) {
    return Boolean.TRUE.equals(flag);
  }

  private void same(String path, String what, @Nullable Object was, @Nullable Object is) {
    if (!Objects.equals(was, is))
      say(path, "%s was %s and is %s", what, absentOr(was), absentOr(is));
  }

  private static Object absentOr(@Nullable Object value) {
    return switch (value) {
      case null -> "absent";
      case JsonNode node when node.isNull() -> "absent";
      case List<?> list when list.isEmpty() -> "absent";
      case Object other -> other;
    };
  }

  private void say(String path, String format, Object... arguments) {
    said.add((path.isEmpty() ? "the object" : path) + ": " + format.formatted(arguments));
  }
}
