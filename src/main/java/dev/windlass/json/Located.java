package dev.windlass.json;

import dev.windlass.json.Json.Arr;
import dev.windlass.json.Json.Bool;
import dev.windlass.json.Json.Int;
import dev.windlass.json.Json.Null;
import dev.windlass.json.Json.Num;
import dev.windlass.json.Json.Obj;
import dev.windlass.json.Json.Str;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A value and where it was found, such as {@code $.limits.fuel}. Every getter fails with a {@link
 * JsonException} that names the path, what is there and what was expected.
 */
public record Located(String path, Json value) {
  /** The member {@code name}, which must be there (it may be null). */
  public Located get(String name) {
    var member = object().members().get(name);
    if (member == null) throw new JsonException(below(name) + ": missing");
    return new Located(below(name), member);
  }

  /** The member {@code name}, if it is there and not null. */
  public Optional<Located> find(String name) {
    var member = object().members().get(name);
    return member == null || member instanceof Null
        ? Optional.empty()
        : Optional.of(new Located(below(name), member));
  }

  /** Refuses members that are not named here. */
  public Located only(String... names) {
    var known = Set.of(names);
    for (var name : object().members().keySet()) {
      if (!known.contains(name)) {
        throw new JsonException(
            below(name) + ": unknown member; known are " + String.join(", ", names));
      }
    }
    return this;
  }

  public SortedMap<String, Located> members() {
    var located = new TreeMap<String, Located>();
    object().members().forEach((name, v) -> located.put(name, new Located(below(name), v)));
    return located;
  }

  public List<Located> elements() {
    if (!(value instanceof Arr array)) throw expected("an array");
    var located = new ArrayList<Located>(array.elements().size());
    for (int i = 0; i < array.elements().size(); i++)
      located.add(new Located(path + "[" + i + "]", array.elements().get(i)));
    return located;
  }

  public Obj object() {
    if (value instanceof Obj object) return object;
    throw expected("an object");
  }

  public String text() {
    if (value instanceof Str string) return string.text();
    throw expected("a string");
  }

  public List<String> texts() {
    return elements().stream().map(Located::text).toList();
  }

  /** Members whose values are all strings. */
  public SortedMap<String, String> textMembers() {
    var texts = new TreeMap<String, String>();
    members().forEach((name, at) -> texts.put(name, at.text()));
    return texts;
  }

  public long integer(long least, long most) {
    if (!(value instanceof Int number)) throw expected("an integer");
    if (number.value() < least || number.value() > most)
      throw fail("must be " + least + " to " + most + ", not " + number.value());
    return number.value();
  }

  public int int32(int least, int most) {
    return (int) integer(least, most);
  }

  public double number() {
    return switch (value) {
      case Int number -> number.value();
      case Num number -> number.value();
      case Obj _, Arr _, Str _, Bool _, Null _ -> throw expected("a number");
    };
  }

  public boolean bool() {
    if (value instanceof Bool bool) return bool.value();
    throw expected("true or false");
  }

  public boolean isNull() {
    return value instanceof Null;
  }

  /**
   * The string, read by a constructor or parser that refuses by {@link IllegalArgumentException};
   * its message gets the path.
   */
  public <T> T as(Function<String, T> parser) {
    var text = text();
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new JsonException(path + ": " + e.getMessage(), e);
    }
  }

  /** An error about this value. */
  public JsonException fail(String why) {
    return new JsonException(path + ": " + why);
  }

  private JsonException expected(String kind) {
    var found =
        switch (value) {
          case Obj _ -> "an object";
          case Arr _ -> "an array";
          case Str _ -> "a string";
          case Int _ -> "an integer";
          case Num _ -> "a number";
          case Bool _ -> "true or false";
          case Null _ -> "null";
        };
    return fail("expected " + kind + ", found " + found);
  }

  private String below(String name) {
    return path + "." + name;
  }
}
