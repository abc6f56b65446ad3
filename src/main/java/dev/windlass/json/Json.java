package dev.windlass.json;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A JSON value of the I-JSON profile (RFC 7493): every value that exists has exactly one canonical
 * text, and {@code parse(canonical(x))} equals {@code x}. Object members are ordered as RFC 8785
 * §3.2.3 orders them, by UTF-16 code units, which is how {@link String} compares.
 *
 * <p>Read members through {@link #at}, whose errors name the path.
 */
public sealed interface Json {
  /** The largest integer that every reader of JSON keeps exactly: 2^53 - 1. */
  long MAX_INTEGER = (1L << 53) - 1;

  record Obj(SortedMap<String, Json> members) implements Json {
    public Obj {
      for (var name : members.keySet()) requireUnicode("member name", name);
      members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    }
  }

  record Arr(List<Json> elements) implements Json {
    public Arr {
      elements = List.copyOf(elements);
    }
  }

  /** Unicode text: no lone surrogate. */
  record Str(String text) implements Json {
    public Str {
      requireUnicode("string", text);
    }
  }

  /** An integer between {@code -MAX_INTEGER} and {@code MAX_INTEGER}. */
  record Int(long value) implements Json {
    public Int {
      if (value > MAX_INTEGER || value < -MAX_INTEGER)
        throw new JsonException("an integer of JSON has at most 53 bits: " + value);
    }
  }

  /** A finite number that {@link Int} cannot hold; make one by {@link #of(double)}. */
  record Num(double value) implements Json {
    public Num {
      if (!Double.isFinite(value)) throw new JsonException("JSON has no number " + value);
      if (value == Math.rint(value) && Math.abs(value) <= MAX_INTEGER)
        throw new JsonException("an integer is an Int: " + value);
    }
  }

  record Bool(boolean value) implements Json {}

  record Null() implements Json {}

  /**
   * Reads one value (RFC 8259) and nothing after it but white space. UTF-8 is checked, no byte
   * order mark; duplicate names, lone surrogates and numbers that a double cannot hold (integers:
   * exactly) are refused.
   *
   * @throws JsonException and nothing else, whatever the octets are
   */
  static Json parse(byte[] utf8, Bounds bounds) {
    if (utf8.length > bounds.bytes())
      throw new JsonException("JSON of " + utf8.length + " bytes, at most " + bounds.bytes());
    return new JsonParser(JsonParser.decode(utf8), bounds).document();
  }

  /** Like {@link #parse(byte[], Bounds)}; the size bound counts UTF-16 code units. */
  static Json parse(String text, Bounds bounds) {
    if (text.length() > bounds.bytes())
      throw new JsonException(
          "JSON of " + text.length() + " characters, at most " + bounds.bytes());
    return new JsonParser(text, bounds).document();
  }

  static Json of(String text) {
    return new Str(text);
  }

  static Json of(long value) {
    return new Int(value);
  }

  static Json of(boolean value) {
    return new Bool(value);
  }

  static Json ofNull() {
    return new Null();
  }

  /** Normalised: an integer of at most 53 bits becomes an {@link Int}, -0 becomes 0. */
  static Json of(double value) {
    return value == Math.rint(value) && Math.abs(value) <= MAX_INTEGER
        ? new Int((long) value)
        : new Num(value);
  }

  static Json array(Collection<? extends Json> elements) {
    return new Arr(List.copyOf(elements));
  }

  static Json texts(Collection<String> elements) {
    return new Arr(elements.stream().map(Json::of).toList());
  }

  static Json texts(Map<String, String> members) {
    var object = new TreeMap<String, Json>();
    members.forEach((name, text) -> object.put(name, new Str(text)));
    return new Obj(object);
  }

  /** Begins an object; a name that is put twice is refused. */
  static Members object() {
    return new Members();
  }

  /** The canonical text (RFC 8785) in UTF-8. */
  default byte[] canonical() {
    return new JsonWriter().value(this).toBytes();
  }

  /** The canonical text. */
  default String canonicalText() {
    return new String(canonical(), StandardCharsets.UTF_8);
  }

  /** This value as the root of a document, for reading. */
  default Located at() {
    return new Located("$", this);
  }

  private static void requireUnicode(String what, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isSurrogate(text.charAt(i))) continue;
      boolean pair =
          i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
      if (!pair) throw new JsonException("lone surrogate at character " + i + " of a " + what);
      i++;
    }
  }

  /** The members of an object that is being built. Not for several threads. */
  final class Members {
    private final TreeMap<String, Json> members = new TreeMap<>();

    private Members() {}

    public Members put(String name, Json value) {
      if (members.put(name, value) != null) throw new JsonException("name put twice: " + name);
      return this;
    }

    public Members put(String name, String text) {
      return put(name, new Str(text));
    }

    public Members put(String name, long value) {
      return put(name, new Int(value));
    }

    public Members put(String name, boolean value) {
      return put(name, of(value));
    }

    public Obj build() {
      return new Obj(members);
    }
  }
}
