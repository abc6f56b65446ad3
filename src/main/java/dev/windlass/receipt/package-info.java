/**
 * What workers and heads sign and how anyone checks it. Of a worker: the result statement, its DSSE
 * envelope, one signature over many. Of a head: the receipt ({@link
 * dev.windlass.receipt.ReceiptStatement}), the leaf it makes in the log, the file that proves it
 * ({@link dev.windlass.receipt.ReceiptFile}), Sigstore's form of it. Of the log's actors: {@link
 * dev.windlass.receipt.LogEntry}. Check by {@link dev.windlass.receipt.ResultAudit}, {@link
 * dev.windlass.receipt.ReceiptAudit} and {@link dev.windlass.receipt.Misbehaviour#verify}.
 *
 * <p>Trusted: the keys in a caller's own trust file or witness policy, and the purpose a key was
 * registered for. Not trusted: an envelope's key ids, the index and path of a batch entry, anything
 * a file says before its signatures verify.
 *
 * <p>Bytes in, bytes out. Each value has one encoding, so that a leaf can be rebuilt from what it
 * is of. Keys are not kept here (see {@code identity}).
 */
@NullMarked
package dev.windlass.receipt;

import org.jspecify.annotations.NullMarked;
