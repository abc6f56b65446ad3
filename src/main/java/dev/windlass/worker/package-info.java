/**
 * The role that runs functions: proves the bytes it is given, runs them on a lane, signs what came
 * out. It dials heads and listens nowhere. Start at {@link dev.windlass.worker.Worker}; the life of
 * one order is in {@code Orders}, the run itself in {@code Runs}.
 *
 * <p>One event loop takes orders and owns the set of invocations seen, so that an invocation runs
 * at most once here. What must be fetched or compiled first waits on virtual threads; what is warm
 * goes from the event loop straight to a lane.
 *
 * <p>The head is not trusted with bytes: a manifest, module or archive that differs from its digest
 * is refused. Not here: which worker is chosen (see {@code placement}), supervision (see {@code
 * app}).
 */
@NullMarked
package dev.windlass.worker;

import org.jspecify.annotations.NullMarked;
