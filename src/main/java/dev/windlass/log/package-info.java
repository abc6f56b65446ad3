/**
 * The role that keeps the log of a trust domain. Start at {@link dev.windlass.log.LogService},
 * which wires the rest without CDI; {@link dev.windlass.log.LogRole} and the two ends of the
 * channel ({@link dev.windlass.log.EntriesIn}, {@link dev.windlass.log.EntriesOut}) are its beans.
 *
 * <p>A submission is judged ({@code Admission}, with the keys that the log itself names), its
 * payloads are kept ({@code ReceiptStore}), its leaf is committed ({@code tlog.store}), and once
 * witnesses have agreed the tree is shown ({@code Publisher}). Who sends is not trusted, nor are
 * witnesses alone, nor the network; the storage's lock is.
 *
 * <p>Not here: how entries become tiles ({@code tlog.store}), what receipts say ({@code receipt}),
 * witnesses and mirrors themselves.
 */
@NullMarked
package dev.windlass.log;

import org.jspecify.annotations.NullMarked;
