package dev.windlass.wasm;

import java.util.Locale;

/** Trap codes of the C interface by number (engine annex §4.4); later ones are {@link #OTHER}. */
public enum TrapCode {
  STACK_OVERFLOW,
  MEMORY_OUT_OF_BOUNDS,
  HEAP_MISALIGNED,
  TABLE_OUT_OF_BOUNDS,
  INDIRECT_CALL_TO_NULL,
  BAD_SIGNATURE,
  INTEGER_OVERFLOW,
  INTEGER_DIVISION_BY_ZERO,
  BAD_CONVERSION_TO_INTEGER,
  UNREACHABLE,
  INTERRUPT,
  OUT_OF_FUEL,
  OTHER;

  private static final TrapCode[] BY_NUMBER = values();

  static TrapCode of(int number) {
    return number >= 0 && number < OTHER.ordinal() ? BY_NUMBER[number] : OTHER;
  }

  /** Lower case with hyphens, such as {@code memory-out-of-bounds}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
