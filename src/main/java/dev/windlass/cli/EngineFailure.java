package dev.windlass.cli;

/** No run took place. */
public final class EngineFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose fault it is. */
  public enum Kind {
    ENGINE,
    MODULE
  }

  private final Kind kind;

  public EngineFailure(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public EngineFailure(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
