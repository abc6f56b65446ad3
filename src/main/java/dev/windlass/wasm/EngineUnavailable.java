package dev.windlass.wasm;

/** There is no engine on this machine; the message says what to do. */
public final class EngineUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public EngineUnavailable(String message) {
    super(message);
  }

  public EngineUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
