/**
 * Frames between heads and workers over mutual TLS 1.3, and the point where they join the local
 * event bus. Start at {@link dev.windlass.link.LinkServer} (head) and {@link
 * dev.windlass.link.LinkClient} (worker); docs/protocol.md has the bytes.
 *
 * <p>The worker dials. Who a peer is, and which bus address belongs to it, comes from its
 * certificate alone; nothing a peer says of itself is believed beyond its own credits and report.
 * Whatever is unexpected (type, length, state, id) closes the link with a reason, and closing fails
 * everything that waits on it.
 *
 * <p>The state machines ({@code HeadLink}, {@code WorkerLink}) are pure: a wire, a time and a frame
 * in, frames out. Sockets, timers and the bus are edges around them, each on one event loop.
 */
@NullMarked
package dev.windlass.link;

import org.jspecify.annotations.NullMarked;
