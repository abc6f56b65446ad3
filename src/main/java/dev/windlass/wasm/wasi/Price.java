package dev.windlass.wasm.wasi;

/**
 * What host work costs in fuel, so that a guest cannot have it for nothing: about one unit for the
 * time of one Wasm operation. Part of every result: to change a price is to change the version of
 * the results.
 */
final class Price {
  /** Each call, whatever it answers. */
  static final long CALL = 64;

  /** Each byte copied into or out of the guest, zeroed in a file, or compared in a path. */
  static final long BYTE = 1;

  /** Each byte of the random stream. */
  static final long RANDOM_BYTE = 4;

  /** Each name looked up on the way along a path, those of symbolic links included. */
  static final long STEP = 32;

  /** Each name made or removed in a directory. */
  static final long ENTRY = 256;

  /** Each name of a directory that is listed or copied into a listing. */
  static final long LISTED = 16;

  /** Each iovec or subscription read from the guest. */
  static final long VECTOR = 8;

  private Price() {}
}
