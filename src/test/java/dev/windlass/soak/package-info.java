/**
 * Mixed load on a real {@code windlass up} for as long as one likes, while workers are killed and
 * functions replaced: {@code make soak}. Start at {@link dev.windlass.soak.Soak}.
 */
@NullMarked
package dev.windlass.soak;

import org.jspecify.annotations.NullMarked;
