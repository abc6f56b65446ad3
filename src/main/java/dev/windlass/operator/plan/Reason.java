package dev.windlass.operator.plan;

/** The one word that a condition, an event and a test give for the same thing. */
public interface Reason {
  /** Of the enum. */
  String name();

  /** {@code CPU_TOO_SLOW} is {@code CpuTooSlow}. */
  default String word() {
    var word = new StringBuilder(name().length());
    boolean first = true;
    for (char c : name().toCharArray()) {
      if (c == '_') {
        first = true;
        continue;
      }
      word.append(first ? c : Character.toLowerCase(c));
      first = false;
    }
    return word.toString();
  }
}
