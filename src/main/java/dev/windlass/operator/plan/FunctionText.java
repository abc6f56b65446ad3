package dev.windlass.operator.plan;

/** Texts from elsewhere, as far as they fit into a condition or an event. */
public final class FunctionText {
  /** What an event's message may have. */
  private static final int MOST = 1_000;

  private FunctionText() {}

  /** One line of at most 1,000 characters, without control characters. */
  public static String bounded(String text) {
    var line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    if (line.length() <= MOST) return line;
    int end = Character.isHighSurrogate(line.charAt(MOST - 2)) ? MOST - 2 : MOST - 1;
    return line.substring(0, end) + "…";
  }
}
