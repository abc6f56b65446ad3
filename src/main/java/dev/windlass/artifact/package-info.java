/**
 * Octets named by their digest: kept on disk, fetched from elsewhere, unpacked. Start at {@link
 * dev.windlass.artifact.ContentStore}; {@link dev.windlass.artifact.Fetcher} brings modules from
 * URLs and registries.
 *
 * <p>The directory is not trusted: who can write to it can make an artifact disappear or fill the
 * disk, but cannot make us read other octets than the digest names, because every read hashes them
 * again. A write is visible whole or not at all, and what {@code commit} has returned for survives
 * a crash.
 *
 * <p>No source is trusted: a registry or a web server can withhold a module, and where a function
 * names only a tag it can choose which one is found; it cannot make us keep octets under a digest
 * that is not theirs, nor make us read more than our bounds.
 *
 * <p>Not here: what the octets mean (see {@code function}), who may ask for them (see {@code
 * head}).
 */
@NullMarked
package dev.windlass.artifact;

import org.jspecify.annotations.NullMarked;
