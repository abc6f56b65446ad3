package dev.windlass.tlog;

/**
 * Octets or text that are not what their format says, or hashes that do not add up. The message
 * carries the offending and the expected value. Nothing else leaves a parser of this package.
 */
public final class TlogException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public TlogException(String message) {
    super(message);
  }
}
