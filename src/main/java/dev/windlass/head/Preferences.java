package dev.windlass.head;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a request prefers (RFC 7240), as far as this head knows it: {@code receipt=witnessed} and
 * {@code wait=SECONDS}. The first of several of one name counts; what is malformed or unknown is
 * ignored, as that text asks.
 *
 * @param witnessed the answer should come after its receipt was witnessed
 * @param patience for that ({@code wait}), at most
 */
record Preferences(boolean witnessed, Optional<Duration> patience) {
  static final Preferences NONE = new Preferences(false, Optional.empty());

  /** Longest wait that is heard; a longer one counts as this. */
  static final Duration MAX_WAIT = Duration.ofSeconds(60);

  private static final int MAX_LENGTH = 4_096;

  /**
   * @param fields values of all {@code Prefer} fields, in order
   */
  static Preferences of(List<String> fields) {
    if (fields.isEmpty()) return NONE;
    var all = String.join(",", fields);
    if (all.length() > MAX_LENGTH) return NONE;
    Map<String, String> first = new HashMap<>();
    for (var element : split(all, ',')) {
      var preference = split(element, ';').getFirst().strip();
      int equals = preference.indexOf('=');
      var name = (equals < 0 ? preference : preference.substring(0, equals)).strip();
      var value = equals < 0 ? "" : unquoted(preference.substring(equals + 1).strip());
      if (!name.isEmpty()) first.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
    }
    return new Preferences(
        "witnessed".equals(first.get("receipt")),
        Optional.ofNullable(first.get("wait")).flatMap(Preferences::seconds));
  }

  /** The value of {@code Preference-Applied} for a request that got what it asked for. */
  String applied() {
    return "receipt=witnessed" + patience.map(p -> ", wait=" + p.toSeconds()).orElse("");
  }

  private static Optional<Duration> seconds(String digits) {
    if (digits.isEmpty()) return Optional.empty();
    for (int i = 0; i < digits.length(); i++)
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') return Optional.empty();
    long seconds = digits.length() > 9 ? Long.MAX_VALUE : Long.parseLong(digits);
    return Optional.of(Duration.ofSeconds(Math.min(seconds, MAX_WAIT.toSeconds())));
  }

  /** At each separator outside a quoted string. */
  private static List<String> split(String text, char separator) {
    var parts = new ArrayList<String>();
    boolean quoted = false;
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(text.substring(Math.min(from, text.length())));
    return parts;
  }

  private static String unquoted(String word) {
    if (word.length() < 2 || word.charAt(0) != '"' || !word.endsWith("\"")) return word;
    var out = new StringBuilder(word.length());
    for (int i = 1; i < word.length() - 1; i++) {
      if (word.charAt(i) == '\\' && i + 1 < word.length() - 1) i++;
      out.append(word.charAt(i));
    }
    return out.toString();
  }
}
