package dev.windlass.log;

import dev.windlass.function.Bytes;

/** What a witness said to add-checkpoint (c2sp.org/tlog-witness), or that it said nothing. */
public sealed interface WitnessAnswer {
  /**
   * 200.
   *
   * @param lines signature lines of a note, each {@code — <name> <base64>\n}; not yet verified
   */
  record Cosigned(Bytes lines) implements WitnessAnswer {}

  /**
   * 409: the request's old size is not the witness's.
   *
   * @param size of the checkpoint that it cosigned last
   */
  record Conflict(long size) implements WitnessAnswer {}

  /**
   * Any other answer: 404 unknown origin, 403 bad signature, 422 bad proof or another root of an
   * equal size, 400, or what is no answer of a witness.
   */
  record Refused(int status, String text) implements WitnessAnswer {}

  /** No answer in time. */
  record Unreachable(String why) implements WitnessAnswer {}
}
