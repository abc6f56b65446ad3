package dev.windlass.cli;

import dev.windlass.json.Json;
import dev.windlass.json.Json.Arr;
import dev.windlass.json.Json.Bool;
import dev.windlass.json.Json.Int;
import dev.windlass.json.Json.Null;
import dev.windlass.json.Json.Num;
import dev.windlass.json.Json.Obj;
import dev.windlass.json.Json.Str;
import java.util.regex.Pattern;

/** JSON in the block style of YAML 1.2, and indented JSON. */
final class Yaml {
  /** Words that no reader of YAML takes for anything but a string; all others are quoted. */
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z/_][A-Za-z0-9/_.+@-]*(:[A-Za-z0-9/_.+@-]+)*");

  private static final Pattern NOT_PRINTABLE =
      Pattern.compile("[\\x7f-\\x9f\\ufeff\\ufffe\\uffff]");

  private static final Pattern WORD =
      Pattern.compile("(?i)true|false|yes|no|on|off|null|y|n|nan|inf");

  private final StringBuilder out = new StringBuilder();

  private Yaml() {}

  static String yaml(Json value) {
    var yaml = new Yaml();
    switch (value) {
      case Obj object when !object.members().isEmpty() -> yaml.members(object, 0);
      case Arr array when !array.elements().isEmpty() -> yaml.elements(array, 0);
      case Json other -> yaml.out.append(scalar(other)).append('\n');
    }
    return yaml.out.toString();
  }

  static String json(Json value) {
    var json = new Yaml();
    json.indented(value, 0);
    return json.out.append('\n').toString();
  }

  private void members(Obj object, int depth) {
    boolean first = true;
    for (var member : object.members().entrySet()) {
      if (!first || !afterDash()) out.append("  ".repeat(depth));
      first = false;
      out.append(text(member.getKey())).append(':');
      switch (member.getValue()) {
        case Obj below when !below.members().isEmpty() -> {
          out.append('\n');
          members(below, depth + 1);
        }
        case Arr below when !below.elements().isEmpty() -> {
          out.append('\n');
          elements(below, depth);
        }
        case Json other -> out.append(' ').append(scalar(other)).append('\n');
      }
    }
  }

  private void elements(Arr array, int depth) {
    boolean first = true;
    for (var element : array.elements()) {
      if (!first || !afterDash()) out.append("  ".repeat(depth));
      first = false;
      out.append("- ");
      switch (element) {
        case Obj below when !below.members().isEmpty() -> members(below, depth + 1);
        case Arr below when !below.elements().isEmpty() -> elements(below, depth + 1);
        case Json other -> out.append(scalar(other)).append('\n');
      }
    }
  }

  private boolean afterDash() {
    return out.length() >= 2 && out.charAt(out.length() - 1) == ' ';
  }

  private static String scalar(Json value) {
    return switch (value) {
      case Str string -> text(string.text());
      case Obj _, Arr _, Int _, Num _, Bool _, Null _ -> value.canonicalText();
    };
  }

  /** A JSON string is a double-quoted scalar of YAML, but for what YAML calls not printable. */
  private static String text(String text) {
    boolean plain = PLAIN.matcher(text).matches() && !WORD.matcher(text).matches();
    if (plain) return text;
    return NOT_PRINTABLE
        .matcher(Json.of(text).canonicalText())
        .replaceAll(m -> String.format("\\\\u%04x", (int) m.group().charAt(0)));
  }

  private void indented(Json value, int depth) {
    switch (value) {
      case Obj object when !object.members().isEmpty() -> {
        out.append("{\n");
        int left = object.members().size();
        for (var member : object.members().entrySet()) {
          out.append("  ".repeat(depth + 1));
          out.append(Json.of(member.getKey()).canonicalText()).append(": ");
          indented(member.getValue(), depth + 1);
          out.append(--left > 0 ? ",\n" : "\n");
        }
        out.append("  ".repeat(depth)).append('}');
      }
      case Arr array when !array.elements().isEmpty() -> {
        out.append("[\n");
        int left = array.elements().size();
        for (var element : array.elements()) {
          out.append("  ".repeat(depth + 1));
          indented(element, depth + 1);
          out.append(--left > 0 ? ",\n" : "\n");
        }
        out.append("  ".repeat(depth)).append(']');
      }
      case Json other -> out.append(other.canonicalText());
    }
  }
}
