package dev.windlass.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The authority on disk, for the registrar only: one file that only its owner may read, replaced as
 * a whole. It holds the trust domain and, for each root, oldest first, key and certificate as PEM
 * (RFC 7468).
 */
public final class AuthorityFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final String KEY = "PRIVATE KEY";
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final int MAX_BYTES = 64 << 10;
  private static final Pattern DOMAIN = Pattern.compile("trust-domain: (\\S+)\\n");
  private static final Pattern BLOCKS =
      Pattern.compile(
          "-----BEGIN PRIVATE KEY-----\\n([A-Za-z0-9+/=\\n]+)-----END PRIVATE KEY-----\\n"
              + "-----BEGIN CERTIFICATE-----\\n([A-Za-z0-9+/=\\n]+)-----END CERTIFICATE-----\\n");

  private AuthorityFile() {}

  /** Replaces {@code file}, which is durable when this returns. Its directory must exist. */
  public static void write(Path file, CertificateAuthority authority) throws IOException {
    var text = new StringBuilder("trust-domain: ").append(authority.trustDomain()).append('\n');
    for (var a : authority.authorities()) {
      text.append(pem(KEY, a.key().getEncoded()));
      text.append(pem(CERTIFICATE, encoded(a.certificate())));
    }
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    var mode = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    try (var out = FileChannel.open(fresh, Set.of(CREATE, WRITE, TRUNCATE_EXISTING), mode)) {
      var octets = ByteBuffer.wrap(text.toString().getBytes(US_ASCII));
      while (octets.hasRemaining()) out.write(octets);
      out.force(true);
    }
    Files.move(fresh, file, ATOMIC_MOVE, REPLACE_EXISTING);
    try (var directory = FileChannel.open(file.toAbsolutePath().getParent(), READ)) {
      directory.force(true);
    }
  }

  /**
   * @throws IOException if it cannot be read, others may read it, or it is not what {@link #write}
   *     wrote
   */
  public static CertificateAuthority read(Path file, InstantSource clock, SecureRandom random)
      throws IOException {
    var mode = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(mode))
      throw new IOException(
          file
              + " holds a private key and has mode "
              + PosixFilePermissions.toString(mode)
              + "; expected rw-------");
    if (Files.size(file) > MAX_BYTES)
      throw new IOException(file + " has " + Files.size(file) + " bytes, at most " + MAX_BYTES);
    var text = Files.readString(file, US_ASCII);
    var domain = DOMAIN.matcher(text);
    if (!domain.lookingAt())
      throw new IOException(file + " names no trust domain in its first line");
    var authorities = new ArrayList<Authority>();
    var blocks = BLOCKS.matcher(text).region(domain.end(), text.length());
    int end = domain.end();
    while (blocks.lookingAt()) {
      authorities.add(authority(file, blocks.group(1), blocks.group(2)));
      end = blocks.end();
      blocks.region(end, text.length());
    }
    if (end != text.length())
      throw new IOException(file + " is not understood from character " + end + " on");
    try {
      return new CertificateAuthority(domain.group(1), authorities, clock, random);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static Authority authority(Path file, String key, String certificate) throws IOException {
    var mime = Base64.getMimeDecoder();
    try {
      var parsed =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(mime.decode(certificate)));
      var privateKey =
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(mime.decode(key)));
      var a = new Authority(privateKey, (X509Certificate) parsed);
      if (!belong(a)) throw new IOException(file + ": the key is not that of " + a);
      return a;
    } catch (GeneralSecurityException e) {
      // the cause stays out: a parser of keys may quote what it read
      throw new IOException(file + " holds a key or certificate that cannot be read");
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

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("a parsed certificate has a DER form", e);
    }
  }

  private static String pem(String label, byte[] der) {
    var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }
}
