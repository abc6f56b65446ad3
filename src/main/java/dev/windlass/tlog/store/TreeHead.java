package dev.windlass.tlog.store;

import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import java.time.Instant;

/**
 * A committed tree: signed by the log, kept for good, perhaps not yet published.
 *
 * @param note the checkpoint with the log's signature alone
 * @param at when it was committed or, after a start, when it was found; not in the checkpoint
 */
public record TreeHead(long size, Hash root, Note note, Instant at) {}
