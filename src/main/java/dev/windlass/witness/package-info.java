/**
 * Cosigns checkpoints of logs, each origin as one growing history. Start at {@link
 * dev.windlass.witness.Witness}; over HTTP it is {@link dev.windlass.witness.WitnessRoutes}, as a
 * process {@link dev.windlass.witness.WitnessRole}.
 *
 * <p>A cosignature says: this tree extends every tree of this origin that I cosigned before. So the
 * last checkpoint is on the disk before its cosignature leaves, by one atomic check-and-set.
 *
 * <p>The log is not trusted, nor is who sends a request: only the log's signature counts. {@link
 * dev.windlass.witness.States} is trusted: who can roll it back can make this witness cosign a
 * fork. Protocol: c2sp.org/tlog-witness.
 */
@NullMarked
package dev.windlass.witness;

import org.jspecify.annotations.NullMarked;
