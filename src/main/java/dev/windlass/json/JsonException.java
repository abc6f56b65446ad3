package dev.windlass.json;

/** The text is not the JSON that was asked for: syntax, a bound, or a member of another kind. */
public final class JsonException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public JsonException(String message) {
    super(message);
  }

  public JsonException(String message, Throwable cause) {
    super(message, cause);
  }
}
