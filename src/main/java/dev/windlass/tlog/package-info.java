/**
 * Everything about a transparency log that needs no disk and no network, byte for byte as C2SP and
 * RFC 6962 write it. Start at {@link dev.windlass.tlog.Checkpoint} for what is signed, at {@link
 * dev.windlass.tlog.TileEdge} to let a tree grow, at {@link dev.windlass.tlog.TreeReader} to read
 * and prove, at {@link dev.windlass.tlog.WitnessPolicy} to decide what to believe.
 *
 * <p>Parsers refuse what is not the one encoding of its value, with a {@link
 * dev.windlass.tlog.TlogException}; that something parses says nothing about who wrote it. A proof
 * is believed only with a leaf index and a tree size that came from a signed place: the hashes
 * alone do not fix them.
 *
 * <p>Not here: storage and sequencing ({@code tlog.store}), what the entries say ({@code receipt}).
 */
@NullMarked
package dev.windlass.tlog;

import org.jspecify.annotations.NullMarked;
