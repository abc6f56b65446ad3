/**
 * What the operator wants, as values: from what was observed to the actions that bring it about.
 * Start at {@link dev.windlass.operator.plan.PoolPlan} for a pool's life, at {@link
 * dev.windlass.operator.plan.Match} for which nodes a pool may use, and at {@link
 * dev.windlass.operator.plan.WorkerPod} for the pod that goes there.
 *
 * <p>Time is an argument, and every decision can be taken again: whoever acts may die between any
 * two actions, and deciding on what is left goes on from there. Reasons are one enum a kind; the
 * same word stands in the condition, the event and the test.
 *
 * <p>Not here: talking to the cluster (role {@code operator}), and binding pods to nodes, which is
 * the scheduler's. What is decided here about a node is what a scheduler would decide, and a test
 * compares the two.
 */
@NullMarked
package dev.windlass.operator.plan;

import org.jspecify.annotations.NullMarked;
