/**
 * Issues short-lived identities and remembers which result key belongs to whom. Start at {@link
 * dev.windlass.registrar.Registrar}.
 *
 * <p>A joiner proves a one-time token and both of its keys, gets a name it did not choose and a
 * certificate of one hour; its result key is in the {@link dev.windlass.registrar.Registry}, on
 * disk, before the answer leaves. A renewal proves the current certificate by mutual TLS.
 *
 * <p>Trusted: who has this directory can be anybody. Not trusted: whoever connects. Requests are
 * small, counted and bounded, and nothing in an error or a log line is a secret. Tokens live in
 * memory only: a restart forgets them, which fails closed.
 */
@NullMarked
package dev.windlass.registrar;

import org.jspecify.annotations.NullMarked;
