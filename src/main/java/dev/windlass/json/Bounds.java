package dev.windlass.json;

/**
 * What a document may cost its reader.
 *
 * @param bytes length of the whole text
 * @param depth arrays and objects within each other; at most {@link #MAX_DEPTH}, because the parser
 *     is recursive
 * @param values values and member names together, which bounds memory beside {@code bytes}
 */
public record Bounds(int bytes, int depth, int values) {
  public static final int MAX_DEPTH = 256;

  /** 1 MiB, 32 levels, 65,536 values. */
  public static final Bounds DEFAULT = ofBytes(1 << 20);

  public Bounds {
    if (bytes < 1 || depth < 1 || depth > MAX_DEPTH || values < 1)
      throw new IllegalArgumentException(
          "bounds must be positive and depth at most " + MAX_DEPTH + ": " + bytes + ", " + depth);
  }

  /** Of this length, 32 levels, 65,536 values. */
  public static Bounds ofBytes(int bytes) {
    return new Bounds(bytes, 32, 1 << 16);
  }
}
