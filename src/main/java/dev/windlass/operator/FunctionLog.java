package dev.windlass.operator;

import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import java.io.IOException;

/** Port: the log that functions are published in, with the key that signs for the operator. */
public interface FunctionLog {
  /**
   * Blocks until the log has committed the version's {@code function.publish}; asked again it may
   * answer with another index, each of which proves the same.
   *
   * @return its index
   * @throws Refused when the log will not take it
   * @throws IOException when it could not be asked, or the key is not there; it may be in the log
   */
  long publish(Manifest manifest, Digest version) throws IOException;

  /** The log says no, and will say it again. */
  final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    public Refused(String message) {
      super(message);
    }
  }
}
