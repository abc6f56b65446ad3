package dev.windlass.operator.api;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a document leaves out is empty; a null within a list or a map is left out as well. */
final class Absent {
  private Absent() {}

  static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
  }

  static <V> Map<String, V> orEmpty(@Nullable Map<String, V> map) {
    if (map == null) return Map.of();
    var kept = new TreeMap<String, V>();
    map.forEach(
        (key, value) -> {
          if (key != null && value != null) kept.put(key, value);
        });
    return Collections.unmodifiableMap(kept);
  }
}
