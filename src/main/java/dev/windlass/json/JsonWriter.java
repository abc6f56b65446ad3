package dev.windlass.json;

import dev.windlass.json.Json.Arr;
import dev.windlass.json.Json.Bool;
import dev.windlass.json.Json.Int;
import dev.windlass.json.Json.Null;
import dev.windlass.json.Json.Num;
import dev.windlass.json.Json.Obj;
import dev.windlass.json.Json.Str;
import java.nio.charset.StandardCharsets;

/**
 * RFC 8785: no white space, members sorted, shortest escapes, numbers as ECMAScript writes them.
 */
final class JsonWriter {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder out = new StringBuilder(256);

  JsonWriter value(Json json) {
    switch (json) {
      case Obj object -> object(object);
      case Arr array -> array(array);
      case Str string -> string(string.text());
      case Int number -> out.append(number.value());
      case Num number -> out.append(JsonNumber.format(number.value()));
      case Bool bool -> out.append(bool.value());
      case Null _ -> out.append("null");
    }
    return this;
  }

  byte[] toBytes() {
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void object(Obj object) {
    out.append('{');
    boolean first = true;
    for (var member : object.members().entrySet()) {
      if (!first) out.append(',');
      first = false;
      string(member.getKey());
      out.append(':');
      value(member.getValue());
    }
    out.append('}');
  }

  private void array(Arr array) {
    out.append('[');
    boolean first = true;
    for (var element : array.elements()) {
      if (!first) out.append(',');
      first = false;
      value(element);
    }
    out.append(']');
  }

  /** RFC 8785 §3.2.2.2. What needs no escape, most often all of it, is appended at once. */
  private void string(String text) {
    out.append('"');
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c != '"' && c != '\\') continue;
      out.append(text, from, i);
      from = i + 1;
      escape(c);
    }
    if (from == 0) out.append(text);
    else out.append(text, from, text.length());
    out.append('"');
  }

  private void escape(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\b' -> out.append("\\b");
      case '\t' -> out.append("\\t");
      case '\n' -> out.append("\\n");
      case '\f' -> out.append("\\f");
      case '\r' -> out.append("\\r");
      default -> out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
    }
  }
}
