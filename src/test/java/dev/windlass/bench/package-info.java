/**
 * What everything costs, as ratios to a guest call in process from the same run: {@code make
 * bench}. Start at {@link dev.windlass.bench.Bench}.
 */
@NullMarked
package dev.windlass.bench;

import org.jspecify.annotations.NullMarked;
