/**
 * Merkle trees as RFC 6962 §2.1 hashes them, and proofs that an entry lies in one. Start at {@link
 * dev.windlass.tlog.MerkleTree} to make proofs, at {@link dev.windlass.tlog.Inclusion} to check
 * them.
 *
 * <p>A proof is believed only with a leaf index and a tree size that came from a signed place: the
 * hashes alone do not fix them.
 *
 * <p>Not here yet: tiles, checkpoints, consistency. Not here at all: storage, which is {@code
 * tlog.store}.
 */
@NullMarked
package dev.windlass.tlog;

import org.jspecify.annotations.NullMarked;
