/**
 * The role that makes a cluster look like its custom resources. Start at {@link
 * dev.windlass.operator.OperatorService}, which wires the rest without CDI; {@link
 * dev.windlass.operator.OperatorRole} and its health are the beans.
 *
 * <p>A reconciler gathers (one pass over {@code Caches}, no call), decides ({@code operator.plan},
 * pure) and acts (one write after another, each of which may be done twice). It never looks at what
 * woke it. Only the holder of the Lease reconciles; who loses it ends the process, because every
 * end, a clean one too, is recovered from by the same first reconcile.
 *
 * <p>Trusted: the API server. Not trusted: nodes' labels (they cost speed, never correctness) and
 * what users write, which at most gives a condition.
 *
 * <p>Not here: what should be ({@code operator.plan}), identities ({@code registrar}), placement of
 * requests ({@code head}).
 */
@NullMarked
package dev.windlass.operator;

import org.jspecify.annotations.NullMarked;
