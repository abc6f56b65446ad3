package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import java.util.concurrent.CompletionStage;

/**
 * Port: the public log of the trust domain, in which every identity is entered before it counts.
 * Asked for the same octets again it answers with the same index.
 */
@FunctionalInterface
public interface RegistrarLog {
  /**
   * Enters one submission, on any thread, without blocking.
   *
   * @param submission as the log takes it (docs/protocol.md)
   * @return the index of its leaf, once that cannot be lost any more; fails when the log cannot be
   *     reached or refuses
   */
  CompletionStage<Long> append(Bytes submission);
}
