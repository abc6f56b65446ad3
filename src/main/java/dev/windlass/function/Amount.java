package dev.windlass.function;

import java.time.Duration;
import java.util.regex.Pattern;

/** Texts for numbers, as people write them in manifests and on the command line. */
public final class Amount {
  private static final Pattern NUMBER = Pattern.compile("([0-9]{1,18})(k|M|G|T|Ki|Mi|Gi|Ti)?");
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)");

  private Amount() {}

  /** Digits, then nothing, k, M, G, T (powers of 1000) or Ki, Mi, Gi, Ti (powers of 1024). */
  public static long parse(String text) {
    var parts = NUMBER.matcher(text);
    if (!parts.matches())
      throw new IllegalArgumentException(
          "expected an integer with one of the units k, M, G, T, Ki, Mi, Gi, Ti or none: " + text);
    long unit =
        switch (parts.group(2)) {
          case null -> 1;
          case "k" -> 1_000L;
          case "M" -> 1_000_000L;
          case "G" -> 1_000_000_000L;
          case "T" -> 1_000_000_000_000L;
          case "Ki" -> 1L << 10;
          case "Mi" -> 1L << 20;
          case "Gi" -> 1L << 30;
          case "Ti" -> 1L << 40;
          case String other -> throw new AssertionError("not in the pattern: " + other);
        };
    try {
      return Math.multiplyExact(Long.parseLong(parts.group(1)), unit);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("more than 63 bits can hold: " + text, e);
    }
  }

  /** Digits and one of ms, s, m. */
  public static Duration parseDuration(String text) {
    var parts = DURATION.matcher(text);
    if (!parts.matches())
      throw new IllegalArgumentException("expected an integer with ms, s or m: " + text);
    long count = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      default -> Duration.ofMinutes(count);
    };
  }
}
