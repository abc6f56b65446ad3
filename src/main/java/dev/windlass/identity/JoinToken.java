package dev.windlass.identity;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * What lets one process join, once. It carries the port of the registrar, the digest of the
 * authority's certificate, by which the joiner knows the registrar before it says anything, and a
 * secret of 256 bits.
 *
 * <p>Text: {@code wj1.} and 88 characters base64url of port (u16, big endian) ‖ SHA-256 of the DER
 * certificate ‖ secret. Its life and its role are known to the registrar only.
 */
public final class JoinToken {
  public static final Duration LIFE = Duration.ofMinutes(10);

  private static final int SECRET_BYTES = 32;
  private static final Pattern FORM = Pattern.compile("wj1\\.([A-Za-z0-9_-]{88})");

  private final int port;
  private final byte[] caDigest;
  private final byte[] secret;

  private JoinToken(int port, byte[] caDigest, byte[] secret) {
    if (port < 1 || port > 65535)
      throw new IllegalArgumentException("a join token names a port from 1 to 65535, not " + port);
    this.port = port;
    this.caDigest = caDigest;
    this.secret = secret;
  }

  public static JoinToken make(int port, X509Certificate authority, SecureRandom random) {
    var secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new JoinToken(port, Certificates.digest(authority), secret);
  }

  /**
   * @throws IllegalArgumentException if it is not a join token; the text is not repeated
   */
  public static JoinToken parse(String text) {
    var m = FORM.matcher(text);
    if (!m.matches())
      throw new IllegalArgumentException(
          "not a join token: expected wj1. and 88 characters base64url, got "
              + text.length()
              + " characters");
    var octets = ByteBuffer.wrap(Base64.getUrlDecoder().decode(m.group(1)));
    int port = Short.toUnsignedInt(octets.getShort());
    var caDigest = new byte[Hashes.SHA256_BYTES];
    var secret = new byte[SECRET_BYTES];
    octets.get(caDigest).get(secret);
    return new JoinToken(port, caDigest, secret);
  }

  public int port() {
    return port;
  }

  /** The token in clear: for the one who joins. Never log it, never put it in an argument list. */
  public String reveal() {
    var octets = ByteBuffer.allocate(Short.BYTES + caDigest.length + secret.length);
    octets.putShort((short) port).put(caDigest).put(secret);
    return "wj1." + Base64.getUrlEncoder().withoutPadding().encodeToString(octets.array());
  }

  /** SHA-256 of the secret: what a registrar keeps. */
  public byte[] secretDigest() {
    return Hashes.sha256(secret);
  }

  /** Whether {@code certificate} is the authority this token was made under. */
  public boolean pins(X509Certificate certificate) {
    return MessageDigest.isEqual(caDigest, Certificates.digest(certificate));
  }

  @Override
  public String toString() {
    return "JoinToken[port " + port + ", secret redacted]";
  }
}
