package dev.windlass.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** The roots of a trust domain as text: certificates in PEM (RFC 7468), one after the other. */
public final class RootsPem {
  private static final int MAX_BYTES = 64 << 10;
  private static final int MAX_ROOTS = 8;
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN CERTIFICATE-----\\r?\\n([A-Za-z0-9+/=\\r\\n]+)"
              + "-----END CERTIFICATE-----\\s*");

  private RootsPem() {}

  public static String text(List<X509Certificate> roots) {
    var text = new StringBuilder();
    for (var root : roots) text.append(block(root));
    return text.toString();
  }

  /**
   * @throws IllegalArgumentException unless the text is 1 to 8 certificates and nothing else
   */
  public static List<X509Certificate> parse(String text) {
    var roots = new ArrayList<X509Certificate>();
    var blocks = BLOCK.matcher(text);
    int end = 0;
    while (blocks.region(end, text.length()).lookingAt()) {
      if (roots.size() == MAX_ROOTS)
        throw new IllegalArgumentException("more than " + MAX_ROOTS + " roots");
      roots.add(certificate(blocks.group(1)));
      end = blocks.end();
    }
    if (roots.isEmpty() || end != text.length())
      throw new IllegalArgumentException(
          "not certificates in PEM from character " + end + " of " + text.length() + " on");
    return List.copyOf(roots);
  }

  /**
   * @throws IOException if it cannot be read or is not what {@link #text} makes; it names the file
   */
  static List<X509Certificate> read(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      var octets = in.readNBytes(MAX_BYTES + 1);
      if (octets.length > MAX_BYTES)
        throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
      return parse(new String(octets, US_ASCII));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  static String block(X509Certificate certificate) {
    try {
      var body =
          Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
      return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
    } catch (CertificateEncodingException e) {
      throw new AssertionError("a parsed certificate has a DER form", e);
    }
  }

  private static X509Certificate certificate(String base64) {
    var der = new ByteArrayInputStream(Base64.getMimeDecoder().decode(base64));
    try {
      var parsed = CertificateFactory.getInstance("X.509").generateCertificate(der);
      if (der.available() > 0)
        throw new IllegalArgumentException("octets after a certificate: " + der.available());
      return (X509Certificate) parsed;
    } catch (CertificateException e) {
      throw new IllegalArgumentException("not a certificate: " + e.getMessage(), e);
    }
  }
}
