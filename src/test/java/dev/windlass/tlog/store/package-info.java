/** Tests of the log's store, with strict fakes of what it stands on. */
@NullMarked
package dev.windlass.tlog.store;

import org.jspecify.annotations.NullMarked;
