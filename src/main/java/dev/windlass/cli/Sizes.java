package dev.windlass.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class Sizes {
  private Sizes() {}

  /** {@code 17 B}, {@code 1.5 KiB}, {@code 128 MiB}. */
  static String bytes(long bytes) {
    if (bytes < 1024) return bytes + " B";
    var units = new String[] {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = bytes;
    int unit = -1;
    while (size >= 1024 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    return decimal(size) + " " + units[unit];
  }

  /** With thousands set apart: {@code 10,000,000}. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  static String micros(long micros) {
    if (micros < 1_000) return micros + " µs";
    if (micros < 1_000_000) return decimal(micros / 1e3) + " ms";
    return decimal(micros / 1e6) + " s";
  }

  private static String decimal(double number) {
    var text = String.format(Locale.ROOT, number < 100 ? "%.1f" : "%.0f", number);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
