/**
 * A verified copy of a log, served over plain HTTP. Start at {@link dev.windlass.mirror.Mirror};
 * its HTTP is {@link dev.windlass.mirror.MirrorRoutes}, as a process {@link
 * dev.windlass.mirror.MirrorRole}.
 *
 * <p>Nothing of the {@link dev.windlass.mirror.Source} is trusted: a checkpoint must carry the
 * log's signature and the policy's quorum and extend the one we have; a tile must lead to its root;
 * an entry must hash to its leaf. What does not is never written, is told loudly, and the last good
 * state is served on.
 *
 * <p>The checkpoint is written last, so whoever reads our files in any moment finds a whole tree.
 * Layout: c2sp.org/tlog-tiles.
 */
@NullMarked
package dev.windlass.mirror;

import org.jspecify.annotations.NullMarked;
