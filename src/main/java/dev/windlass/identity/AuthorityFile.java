package dev.windlass.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The authority on disk, for the registrar only: one file that only its owner may read, replaced as
 * a whole. It holds the trust domain and, for each root, oldest first, key and certificate as PEM
 * (RFC 7468); before them a line {@code signs-from: <time>}, or {@code waits}, where a new root
 * signs at another time than {@link CertificateAuthority#OVERLAP} after it was made. In a cluster
 * the same text is in a Secret.
 */
public final class AuthorityFile {
  private static final String WAITS = "waits";
  private static final int MAX_BYTES = 64 << 10;
  private static final Pattern DOMAIN = Pattern.compile("trust-domain: (\\S+)\\n");
  private static final Pattern BLOCKS =
      Pattern.compile(
          "(?:signs-from: (\\S+)\\n)?"
              + "-----BEGIN PRIVATE KEY-----\\n([A-Za-z0-9+/=\\n]+)-----END PRIVATE KEY-----\\n"
              + "-----BEGIN CERTIFICATE-----\\n([A-Za-z0-9+/=\\n]+)-----END CERTIFICATE-----\\n");

  private AuthorityFile() {}

  /** Replaces {@code file}, which is durable when this returns. Its directory must exist. */
  public static void write(Path file, CertificateAuthority authority) throws IOException {
    OwnerFile.write(file, text(authority));
  }

  /** What stands in the file: a secret. */
  public static String text(CertificateAuthority authority) {
    var text = new StringBuilder("trust-domain: ").append(authority.trustDomain()).append('\n');
    for (var a : authority.authorities()) {
      a.signsFrom()
          .ifPresent(
              from -> text.append("signs-from: ").append(a.waits() ? WAITS : from).append('\n'));
      text.append(pem(a.key().getEncoded()));
      text.append(RootsPem.block(a.certificate()));
    }
    return text.toString();
  }

  /**
   * @throws IOException if it cannot be read, others may read it, or it is not what {@link #write}
   *     wrote
   */
  public static CertificateAuthority read(Path file, InstantSource clock, SecureRandom random)
      throws IOException {
    return parse(file.toString(), OwnerFile.read(file, MAX_BYTES), clock, random);
  }

  /**
   * @param where it was found, for errors
   * @throws IOException if the text is not what {@link #text} made
   */
  public static CertificateAuthority parse(
      String where, String text, InstantSource clock, SecureRandom random) throws IOException {
    var domain = DOMAIN.matcher(text);
    if (!domain.lookingAt())
      throw new IOException(where + " names no trust domain in its first line");
    var authorities = new ArrayList<Authority>();
    var blocks = BLOCKS.matcher(text).region(domain.end(), text.length());
    int end = domain.end();
    while (blocks.lookingAt()) {
      authorities.add(authority(where, blocks));
      end = blocks.end();
      blocks.region(end, text.length());
    }
    if (end != text.length())
      throw new IOException(where + " is not understood from character " + end + " on");
    try {
      return new CertificateAuthority(domain.group(1), authorities, clock, random);
    } catch (IllegalArgumentException e) {
      throw new IOException(where + ": " + e.getMessage(), e);
    }
  }

  private static Authority authority(String where, MatchResult block) throws IOException {
    var mime = Base64.getMimeDecoder();
    try {
      var der = new ByteArrayInputStream(mime.decode(block.group(3)));
      var parsed = CertificateFactory.getInstance("X.509").generateCertificate(der);
      var encoded = new PKCS8EncodedKeySpec(mime.decode(block.group(2)));
      var privateKey = KeyFactory.getInstance("EC").generatePrivate(encoded);
      var a = new Authority(privateKey, (X509Certificate) parsed, signsFrom(block.group(1)));
      if (!belong(a)) throw new IOException(where + ": the key is not that of " + a);
      return a;
    } catch (DateTimeException e) {
      throw new IOException(where + ": signs-from is " + block.group(1) + ", expected a time", e);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // the cause stays out: a parser of keys may quote what it read
      throw new IOException(where + " holds a key or certificate that cannot be read");
    }
  }

  private static Optional<Instant> signsFrom(@Nullable String text) {
    if (text == null) return Optional.empty();
    return Optional.of(text.equals(WAITS) ? Authority.WAITS : Instant.parse(text));
  }

  /**
   * @throws IOException if the key cannot sign at all
   */
  static boolean belong(String where, Authority a) throws IOException {
    try {
      return belong(a);
    } catch (GeneralSecurityException _) {
      throw new IOException(where + ": the key cannot sign");
    }
  }

  private static boolean belong(Authority a) throws GeneralSecurityException {
    var probe = "windlass".getBytes(US_ASCII);
    var signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(a.key());
    signature.update(probe);
    var signed = signature.sign();
    signature.initVerify(a.certificate().getPublicKey());
    signature.update(probe);
    return signature.verify(signed);
  }

  private static String pem(byte[] key) {
    var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
    return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
  }
}
