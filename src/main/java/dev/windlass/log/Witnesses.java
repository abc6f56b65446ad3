package dev.windlass.log;

import dev.windlass.function.Bytes;
import java.util.Set;

/**
 * The log's way to its witnesses. Nothing they say is believed before it is verified.
 *
 * <p>For several threads, one call for each witness at a time.
 */
public interface Witnesses {
  /** Their names in the policy. */
  Set<String> names();

  /**
   * Asks one witness to cosign. Blocks until it answers; an interrupt ends it with {@link
   * WitnessAnswer.Unreachable}. Throws nothing.
   *
   * @param witness one of {@link #names}
   * @param request body of add-checkpoint: {@code old <size>\n}, consistency proof, empty line,
   *     checkpoint
   */
  WitnessAnswer addCheckpoint(String witness, Bytes request);
}
