/**
 * Takes HTTP requests, places each on a worker, verifies what the worker signed, and answers. Start
 * at {@link dev.windlass.head.Head}, which assembles the rest without CDI; {@link
 * dev.windlass.head.HeadRole} is its only bean with wiring.
 *
 * <p>A request runs straight through {@code Gateway} (HTTP) and {@code Dispatch} (place, send,
 * verify, place again) on a virtual thread of its own; the event loop only reads and writes.
 * Workers are not trusted: no octet of theirs reaches a client before {@code ResultCheck} has
 * passed it.
 *
 * <p>Functions are files of {@code Catalogue}. Everything else here is memory with a bound, named
 * in {@link dev.windlass.head.HeadConfig}, and may be lost.
 */
@NullMarked
package dev.windlass.head;

import org.jspecify.annotations.NullMarked;
