package dev.windlass.operator.plan;

/** Carries a refusal out of a parser; never leaves this package. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  final transient FunctionManifest.Refused refused;

  RefusedException(FunctionManifest.Refused refused) {
    super(refused.message());
    this.refused = refused;
  }
}
