package dev.windlass.json;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A JSON value. Object members are ordered as RFC 8785 §3.2.3 orders them, by UTF-16 code units.
 */
public sealed interface Json {
  record Obj(SortedMap<String, Json> members) implements Json {
    public Obj {
      members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    }
  }

  record Arr(List<Json> elements) implements Json {
    public Arr {
      elements = List.copyOf(elements);
    }
  }

  record Str(String text) implements Json {}

  /** An integer of at most 53 bits. */
  record Int(long value) implements Json {}

  /** Any other number; finite. */
  record Num(double value) implements Json {}

  record Bool(boolean value) implements Json {}

  record Null() implements Json {}
}
