package dev.windlass.protocol;

/**
 * Octets that are no message, or a message that is over a bound of the encoding. The text names
 * what was found and what was expected, never the octets themselves.
 */
public final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1;

  public ProtocolException(String found) {
    super(found, null, false, false); // made by hostile input: no stack to walk
  }
}
