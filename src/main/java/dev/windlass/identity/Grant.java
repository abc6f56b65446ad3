package dev.windlass.identity;

import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the registrar answers to a join or a renewal: {@code {"v":1,"id":"spiffe://…","chain":[b64
 * DER…],"roots":[b64 DER…]}}, and for a head that attested in a cluster with a public log, {@code
 * "index":n} as well.
 *
 * @param chain leaf first
 * @param roots whom to believe from now on
 * @param index of the log's entry with this certificate; absent where the receiver has no use for
 *     it
 */
public record Grant(
    SpiffeId id, List<X509Certificate> chain, List<X509Certificate> roots, OptionalLong index) {
  private static final int MAX_CERTIFICATES = 8;

  public Grant {
    chain = List.copyOf(chain);
    roots = List.copyOf(roots);
  }

  public Grant(SpiffeId id, List<X509Certificate> chain, List<X509Certificate> roots) {
    this(id, chain, roots, OptionalLong.empty());
  }

  /**
   * @throws IllegalArgumentException if a member is missing, unknown or malformed
   */
  public static Grant parse(Json body) {
    var at = body.at().only("v", "id", "chain", "roots", "index");
    at.get("v").int32(1, 1);
    return new Grant(
        at.get("id").as(SpiffeId::parse),
        certificates(at.get("chain")),
        certificates(at.get("roots")),
        at.find("index")
            .map(n -> OptionalLong.of(n.integer(0, Json.MAX_INTEGER)))
            .orElse(OptionalLong.empty()));
  }

  public Json json() {
    var answer =
        Json.object()
            .put("v", 1)
            .put("id", id.toString())
            .put("chain", texts(chain))
            .put("roots", texts(roots));
    index.ifPresent(n -> answer.put("index", n));
    return answer.build();
  }

  private static List<X509Certificate> certificates(Located at) {
    var elements = at.elements();
    if (elements.isEmpty() || elements.size() > MAX_CERTIFICATES)
      throw at.fail(
          "expected 1 to " + MAX_CERTIFICATES + " certificates, found " + elements.size());
    return elements.stream().map(e -> e.as(Grant::certificate)).toList();
  }

  private static X509Certificate certificate(String base64) {
    var der = Base64.getDecoder().decode(base64);
    try {
      var in = new ByteArrayInputStream(der);
      var parsed = CertificateFactory.getInstance("X.509").generateCertificate(in);
      if (in.available() > 0)
        throw new JsonException("octets after a certificate: " + in.available());
      return (X509Certificate) parsed;
    } catch (CertificateException e) {
      throw new JsonException("not a certificate: " + e.getMessage(), e);
    }
  }

  private static Json texts(List<X509Certificate> certificates) {
    return Json.texts(certificates.stream().map(Grant::text).toList());
  }

  private static String text(X509Certificate certificate) {
    try {
      return Base64.getEncoder().encodeToString(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new AssertionError("a parsed certificate has a DER form", e);
    }
  }
}
