package dev.windlass.witness;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.util.Optional;

/** Keeps one value an origin for a witness, who alone writes it. For any thread. */
public interface States {
  /**
   * @param origin hex SHA-256 of the origin
   */
  Optional<Bytes> load(String origin) throws IOException;

  /**
   * Replaces the value where it still is the expected one; on the disk when it returns true.
   *
   * @param expected empty = there is none yet
   * @return false when another value is there; nothing changed then
   * @throws IOException the value is the old or the new one, and which of them is not known
   */
  boolean replace(String origin, Optional<Bytes> expected, Bytes value) throws IOException;
}
