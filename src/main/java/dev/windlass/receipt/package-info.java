/**
 * What a worker signs and how anyone checks it: the result statement, its DSSE envelope, one
 * signature over many statements, and the files {@code result.json} and {@code trust.json}. Start
 * at {@link dev.windlass.receipt.ResultStatement}; sign by {@link
 * dev.windlass.receipt.BatchSigner}, check by {@link dev.windlass.receipt.ResultVerifier}.
 *
 * <p>Trusted: the key a caller registered for a signer, and the purpose he registered it for. Not
 * trusted: an envelope's key ids, the index and path of a batch entry, anything a statement says
 * before its signature verifies.
 *
 * <p>Bytes in, bytes out. Keys are given, never made or kept here (see {@code identity}).
 */
@NullMarked
package dev.windlass.receipt;

import org.jspecify.annotations.NullMarked;
