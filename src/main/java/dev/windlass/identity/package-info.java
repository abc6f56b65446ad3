/**
 * Who is who on a link: keys made in this process and never written down, certificate requests,
 * short-lived certificates with a SPIFFE id, their authority and their rotation. Start at {@link
 * dev.windlass.identity.Credentials}.
 *
 * <p>TLS keys are ECDSA P-256, result keys Ed25519. Only JDK providers; Bouncy Castle builds
 * structures and never registers as a provider.
 */
@NullMarked
package dev.windlass.identity;

import org.jspecify.annotations.NullMarked;
