package dev.windlass.identity;

/** The registrar, or the joiner, said no; asking again does not help. */
public final class EnrolmentRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  public EnrolmentRefusedException(String message) {
    super(message);
  }

  public EnrolmentRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
