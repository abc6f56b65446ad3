package dev.windlass.app;

/**
 * The application cannot start; the message says what is wrong, and what to do on a second line.
 */
final class StartFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  StartFailure(String message) {
    super(message);
  }

  StartFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
