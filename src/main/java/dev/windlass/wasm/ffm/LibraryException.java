package dev.windlass.wasm.ffm;

/**
 * libwasmtime is missing, is another one than pinned, or is denied; the message says what to do.
 */
public final class LibraryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LibraryException(String message) {
    super(message);
  }

  LibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
