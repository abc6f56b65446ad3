/**
 * Which worker runs a request: candidates in, one of them out, and for each other one the reason it
 * was passed over. Start at {@link dev.windlass.placement.Placement}. It is on the path of every
 * request, so that choosing allocates nothing to speak of; reasons are made when somebody asks.
 *
 * <p>What a worker says of its hardware is its own word: good for capacity, never for trust. Which
 * pool it is of is the cluster's word: {@link dev.windlass.placement.Standing}.
 *
 * <p>Not here: keeping the candidates current, retrying, diversity rules (see {@code head}).
 */
@NullMarked
package dev.windlass.placement;

import org.jspecify.annotations.NullMarked;
