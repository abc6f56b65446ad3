/**
 * What head and worker say to each other, as values, and their binary form. Bytes in, bytes out; no
 * I/O, no clock. Start at {@link dev.windlass.protocol.Order} and {@link
 * dev.windlass.protocol.Reply}.
 *
 * <p>Every decoder treats its input as hostile: it checks each length before it allocates, refuses
 * unknown members and trailing bytes, and fails only with {@code ProtocolException}.
 */
@NullMarked
package dev.windlass.protocol;

import org.jspecify.annotations.NullMarked;
