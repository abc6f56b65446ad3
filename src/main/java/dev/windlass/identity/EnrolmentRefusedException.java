package dev.windlass.identity;

/** The registrar, or the joiner, said no; asking again does not help. */
public sealed class EnrolmentRefusedException extends Exception permits UnauthorizedException {
  private static final long serialVersionUID = 1L;

  public EnrolmentRefusedException(String message) {
    super(message);
  }

  public EnrolmentRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
