package dev.windlass.log;

/** Why a log does not start, or goes on no more, with what to do. */
public final class LogException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LogException(String message) {
    super(message);
  }

  LogException(String message, Throwable cause) {
    super(message, cause);
  }
}
