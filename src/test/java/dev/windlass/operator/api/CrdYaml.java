package dev.windlass.operator.api;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** YAML in block style with one line a value, so that a change of a rule is one line of a diff. */
final class CrdYaml {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");
  private static final List<String> READ_AS_SOMETHING_ELSE =
      List.of("true", "false", "null", "yes", "no", "on", "off", "y", "n", "True", "False", "No");

  private CrdYaml() {}

  static String write(Map<?, ?> document) {
    var out = new StringBuilder();
    members(document, "", out);
    return out.toString();
  }

  private static void members(Map<?, ?> map, String indent, StringBuilder out) {
    map.forEach(
        (key, value) -> {
          out.append(indent).append(scalar(key)).append(':');
          value(value, indent + "  ", out);
        });
  }

  private static void value(Object value, String indent, StringBuilder out) {
    switch (value) {
      case Map<?, ?> map when map.isEmpty() -> out.append(" {}\n");
      case Map<?, ?> map -> {
        out.append('\n');
        members(map, indent, out);
      }
      case List<?> list -> {
        out.append('\n');
        for (var element : list) {
          var block = new StringBuilder();
          if (element instanceof Map<?, ?> map) members(map, indent + "  ", block);
          else block.append(indent).append("  ").append(scalar(element)).append('\n');
          out.append(indent).append("- ").append(block.substring(indent.length() + 2));
        }
      }
      case Object other -> out.append(' ').append(scalar(other)).append('\n');
    }
  }

  private static String scalar(Object value) {
    return switch (value) {
      case Double number when number == Math.rint(number) && Math.abs(number) < 1e18 ->
          Long.toString(number.longValue());
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      case Object text -> text(text.toString());
    };
  }

  private static String text(String text) {
    if (PLAIN.matcher(text).matches() && !READ_AS_SOMETHING_ELSE.contains(text)) return text;
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
