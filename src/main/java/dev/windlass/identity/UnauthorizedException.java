package dev.windlass.identity;

/** 401: what was shown is not good, or not good any more. */
final class UnauthorizedException extends EnrolmentRefusedException {
  private static final long serialVersionUID = 1L;

  UnauthorizedException(String message) {
    super(message);
  }
}
