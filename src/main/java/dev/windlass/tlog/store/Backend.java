package dev.windlass.tlog.store;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A dumb store of named octets. Not trusted with the log's history, trusted with keeping what it
 * said it kept.
 *
 * <p>One thread writes, any thread reads. A path is seen whole or not at all, in any order, unless
 * the machine lost power. A call that throws may have done any part of its work, now or later; the
 * caller decides what that means, an implementation never tries again by itself. Calls block.
 */
public interface Backend {
  /**
   * All of it survives a power failure once this returns.
   *
   * @throws ImmutableException when an immutable path holds other octets
   * @throws IOException when any of it is not sure to be kept
   */
  void put(List<Upload> uploads) throws IOException;

  /**
   * All of it is seen by readers once this returns, and survives a power failure once a later
   * {@link #sync} has returned; until then such a failure may leave an older, torn or no content.
   *
   * @throws ImmutableException when an immutable path holds other octets
   */
  void putLazily(List<Upload> uploads) throws IOException;

  /** Everything that was put lazily survives a power failure once this returns. */
  void sync() throws IOException;

  /** The octets, or empty when there is nothing under this path. */
  Optional<byte[]> get(String path) throws IOException;

  /**
   * All paths below a directory at any depth, sorted.
   *
   * @param directory as {@code tile/0}, without a slash at its end; empty for everything
   */
  List<String> list(String directory) throws IOException;

  /** They are gone for good once this returns. A path that is not there is no error. */
  void delete(List<String> paths) throws IOException;

  /** An immutable path holds other octets: a fork, a damaged disk, or two logs in one place. */
  final class ImmutableException extends IOException {
    private static final long serialVersionUID = 1;

    public ImmutableException(String path, long found, long expected) {
      super(
          path
              + " is immutable and holds other octets ("
              + found
              + " of them) than are to be written ("
              + expected
              + ")");
    }
  }
}
