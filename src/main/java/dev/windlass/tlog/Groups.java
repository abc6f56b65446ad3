package dev.windlass.tlog;

import java.util.regex.Pattern;

/** An index in groups of three digits, all but the last behind an x, and the width behind it. */
final class Groups {
  static final Pattern TILE =
      Pattern.compile(
          "tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\\.p/([0-9]{1,3}))?");

  /** Six groups of three digits; 256 times it is still below 2^68, more than any log. */
  private static final long MAX_INDEX = 999_999_999_999_999_999L;

  private Groups() {}

  static void check(long index, int width) {
    if (index < 0 || index > MAX_INDEX)
      throw new TlogException("a tile has index " + index + ", expected 0 to " + MAX_INDEX);
    if (width < 1 || width > LogPath.FULL)
      throw new TlogException("a tile has width " + width + ", expected 1 to " + LogPath.FULL);
  }

  static String text(long index, int width) {
    var text = new StringBuilder("%03d".formatted(index % 1000));
    for (long rest = index / 1000; rest > 0; rest /= 1000)
      text.insert(0, "x%03d/".formatted(rest % 1000));
    if (width < LogPath.FULL) text.append(".p/").append(width);
    return text.toString();
  }
}
