package dev.windlass.function;

/** The only exception of {@link ModuleShape#parse}; {@link #reason} says everything. */
public final class InvalidModuleException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient InvalidModule reason;

  public InvalidModuleException(InvalidModule reason) {
    super(reason.message());
    this.reason = reason;
  }

  public InvalidModule reason() {
    return reason;
  }
}
