package dev.windlass.head;

import java.util.Optional;

/**
 * {@code /fn/<namespace>/<name>} and what follows it.
 *
 * @param mount the path up to the function's name
 * @param rest empty or beginning with {@code /}
 */
record FunctionPath(String namespace, String name, String mount, String rest) {
  static final String PREFIX = "/fn/";

  static Optional<FunctionPath> parse(String path) {
    if (!path.startsWith(PREFIX)) return Optional.empty();
    int slash = path.indexOf('/', PREFIX.length());
    if (slash < 0) return Optional.empty();
    int end = path.indexOf('/', slash + 1);
    if (end < 0) end = path.length();
    return Optional.of(
        new FunctionPath(
            path.substring(PREFIX.length(), slash),
            path.substring(slash + 1, end),
            path.substring(0, end),
            path.substring(end)));
  }

  /**
   * Whether a segment is {@code .} or {@code ..}, plain or encoded: what it means depends on who
   * reads.
   */
  static boolean hasDotSegment(String path) {
    if (path.indexOf("/.") < 0 && path.indexOf('%') < 0) return false;
    for (var segment : path.split("/", -1)) {
      var plain = segment.replace("%2e", ".").replace("%2E", ".");
      if (plain.equals(".") || plain.equals("..")) return true;
    }
    return false;
  }

  static boolean hasControl(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= 0x20 || c == 0x7f) return true;
    }
    return false;
  }
}
