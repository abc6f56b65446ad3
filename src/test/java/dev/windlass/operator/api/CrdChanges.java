package dev.windlass.operator.api;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceSubresourceScale;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceSubresources;
import io.fabric8.kubernetes.api.model.apiextensions.v1.SelectableField;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a newer CRD takes from those who rely on an older one, in words: objects that were accepted
 * and would be refused, fields that would be lost, scripts and {@code kubectl} lines that would
 * stop to work. Empty when everything that was right before is right still.
 */
final class CrdChanges {
  private final List<String> said = new ArrayList<>();

  private CrdChanges() {}

  static List<String> incompatible(CustomResourceDefinition before, CustomResourceDefinition now) {
    var changes = new CrdChanges();
    changes.definition(before, now);
    return List.copyOf(changes.said);
  }

  private void definition(CustomResourceDefinition before, CustomResourceDefinition now) {
    var was = before.getSpec();
    var is = now.getSpec();
    same("the group", was.getGroup(), is.getGroup());
    same("the scope", was.getScope(), is.getScope());
    same("the kind", was.getNames().getKind(), is.getNames().getKind());
    same("the plural", was.getNames().getPlural(), is.getNames().getPlural());
    kept("the short name", was.getNames().getShortNames(), is.getNames().getShortNames());
    kept("the category", was.getNames().getCategories(), is.getNames().getCategories());
    same(
        "the storage version",
        storage(was.getVersions()).getName(),
        storage(is.getVersions()).getName());
    var versions = byKey(is.getVersions(), CustomResourceDefinitionVersion::getName);
    for (var version : was.getVersions()) {
      if (!version.getServed()) continue;
      var other = versions.get(version.getName());
      if (other == null) say("version %s is gone", version.getName());
      else if (!other.getServed()) say("version %s is no longer served", version.getName());
      else version(version, other);
    }
  }

  private static CustomResourceDefinitionVersion storage(
      List<CustomResourceDefinitionVersion> versions) {
    return versions.stream()
        .filter(CustomResourceDefinitionVersion::getStorage)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no version is stored"));
  }

  private void version(CustomResourceDefinitionVersion was, CustomResourceDefinitionVersion is) {
    var columns = byKey(is.getAdditionalPrinterColumns(), CustomResourceColumnDefinition::getName);
    for (var column : was.getAdditionalPrinterColumns()) {
      var name = "column " + column.getName();
      var other = columns.get(column.getName());
      if (other == null) {
        say("%s is gone", name);
        continue;
      }
      same(name + ": its path", column.getJsonPath(), other.getJsonPath());
      same(name + ": its type", column.getType(), other.getType());
    }
    subresources(
        Objects.requireNonNullElseGet(was.getSubresources(), CustomResourceSubresources::new),
        Objects.requireNonNullElseGet(is.getSubresources(), CustomResourceSubresources::new));
    kept(
        "selectable field",
        was.getSelectableFields().stream().map(SelectableField::getJsonPath).toList(),
        is.getSelectableFields().stream().map(SelectableField::getJsonPath).toList());
    new CrdSchemaChanges(said)
        .compare("", was.getSchema().getOpenAPIV3Schema(), is.getSchema().getOpenAPIV3Schema());
  }

  private void subresources(CustomResourceSubresources was, CustomResourceSubresources is) {
    if (was.getStatus() != null && is.getStatus() == null) say("subresource status is gone");
    if (was.getStatus() == null && is.getStatus() != null)
      say("subresource status is new: a status within the object is no longer written");
    if (was.getScale() == null) return;
    if (is.getScale() == null) {
      say("subresource scale is gone");
      return;
    }
    scale("replicas wanted", was, is, CustomResourceSubresourceScale::getSpecReplicasPath);
    scale("replicas", was, is, CustomResourceSubresourceScale::getStatusReplicasPath);
    scale("selector", was, is, CustomResourceSubresourceScale::getLabelSelectorPath);
  }

  private void scale(
      String what,
      CustomResourceSubresources was,
      CustomResourceSubresources is,
      Function<CustomResourceSubresourceScale, @Nullable String> path) {
    same("subresource scale: " + what, path.apply(was.getScale()), path.apply(is.getScale()));
  }

  private void same(String what, @Nullable Object was, @Nullable Object is) {
    if (!Objects.equals(was, is)) say("%s was %s and is %s", what, was, is);
  }

  private void kept(String what, Collection<String> was, Collection<String> is) {
    var gone = new LinkedHashSet<>(was);
    gone.removeAll(is);
    for (var one : gone) say("%s %s is gone", what, one);
  }

  private void say(String format, @Nullable Object... arguments) {
    said.add(format.formatted(arguments));
  }

  private static <T> Map<String, T> byKey(List<T> values, Function<T, String> key) {
    var map = new LinkedHashMap<String, T>();
    for (var value : values) map.put(key.apply(value), value);
    return map;
  }
}
