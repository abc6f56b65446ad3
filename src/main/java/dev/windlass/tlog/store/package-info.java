/**
 * Turns entries into a growing tree that survives a crash at any instruction. Start at {@link
 * dev.windlass.tlog.store.Sequencer}.
 *
 * <p>Commit is one compare-and-swap on {@link dev.windlass.tlog.store.Lock}: everything before it
 * is staged, everything after it can be done again from the staged entries, in one place ({@code
 * Recovery}).
 *
 * <p>{@link dev.windlass.tlog.store.Backend} is not trusted: who changes it can stop us or make us
 * serve tiles that fit no checkpoint, not make us sign a second history. {@link
 * dev.windlass.tlog.store.Lock} is trusted: who rewrites it can fork the log. One that was set back
 * together with its disk is found because witnesses remember a larger size.
 *
 * <p>Not here: HTTP, witnesses, who may append (see {@code log}), proofs (see {@code tlog}). Layout
 * of paths: c2sp.org/tlog-tiles, and {@code staging/} which is ours.
 */
@NullMarked
package dev.windlass.tlog.store;

import org.jspecify.annotations.NullMarked;
