package dev.windlass.operator.plan;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Numbers in labels, read as the scheduler reads them. */
final class Numbers {
  private Numbers() {}

  /** ASCII digits, with leading zeros if need be, of at most 63 bits; else empty. */
  static OptionalLong decimal(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > 63) return OptionalLong.empty();
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10)
        return OptionalLong.empty();
      value = value * 10 + digit;
    }
    return OptionalLong.of(value);
  }
}
