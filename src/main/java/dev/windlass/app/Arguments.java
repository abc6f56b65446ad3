package dev.windlass.app;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The options of a role: {@code --name value} or {@code --name=value}. Roles are started by scripts
 * and supervisors; what a person types for them is the same in {@code windlass help}.
 */
final class Arguments {
  private final String role;
  private final Map<String, List<String>> values = new HashMap<>();

  /**
   * @param known names without dashes; a list is allowed for each
   */
  Arguments(String role, List<String> words, Set<String> known) {
    this.role = role;
    for (int i = 0; i < words.size(); i++) {
      var word = words.get(i);
      int equals = word.indexOf('=');
      var name = equals < 0 ? word : word.substring(0, equals);
      if (!name.startsWith("--") || !known.contains(name.substring(2)))
        throw new StartFailure(
            "windlass " + role + " has no option " + name + "; it has " + names(known));
      if (equals < 0 && i + 1 == words.size())
        throw new StartFailure("windlass " + role + ": " + name + " needs a value");
      var value = equals < 0 ? words.get(++i) : word.substring(equals + 1);
      values.computeIfAbsent(name.substring(2), _ -> new ArrayList<>()).add(value);
    }
  }

  String text(String name, String otherwise) {
    var given = values.getOrDefault(name, List.of());
    return given.isEmpty() ? otherwise : given.getLast();
  }

  List<String> texts(String name) {
    return Collections.unmodifiableList(values.getOrDefault(name, List.of()));
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  int number(String name, int otherwise, int least, int most) {
    var text = text(name, Integer.toString(otherwise));
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) return number;
    } catch (NumberFormatException _) {
      // told below
    }
    throw new StartFailure(
        "windlass %s: --%s is %d to %d, not %s".formatted(role, name, least, most, text));
  }

  private static String names(Set<String> known) {
    return String.join(", ", known.stream().sorted().map(n -> "--" + n).toList());
  }
}
