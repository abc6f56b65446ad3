package dev.windlass.tlog.store;

import java.util.regex.Pattern;

/**
 * Octets on their way to a path of a {@link Backend}.
 *
 * <p>The octets are not copied; nobody may change them afterwards.
 */
public final class Upload {
  /** Segments of lower-case letters, digits, dots and dashes; none of them begins with a dot. */
  static final Pattern PATH = Pattern.compile("[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*){0,15}");

  private final String path;
  private final byte[] octets;
  private final boolean replaces;

  private Upload(String path, byte[] octets, boolean replaces) {
    this.path = checked(path);
    this.octets = octets;
    this.replaces = replaces;
  }

  /** What stands under the path already must be the same octets; it is then written again. */
  public static Upload immutable(String path, byte[] octets) {
    return new Upload(path, octets, false);
  }

  /** Takes the place of whatever stands under the path. */
  public static Upload replacing(String path, byte[] octets) {
    return new Upload(path, octets, true);
  }

  public String path() {
    return path;
  }

  /** Not a copy. */
  public byte[] octets() {
    return octets;
  }

  public boolean replaces() {
    return replaces;
  }

  /** The path itself, or an IllegalArgumentException that says what a path looks like. */
  static String checked(String path) {
    if (path.length() > 255 || !PATH.matcher(path).matches())
      throw new IllegalArgumentException("'" + path + "' is no path, it must match " + PATH);
    return path;
  }

  @Override
  public String toString() {
    return path + " (" + octets.length + " octets)";
  }
}
