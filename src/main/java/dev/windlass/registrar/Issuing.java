package dev.windlass.registrar;

import dev.windlass.function.Digest;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.Grant;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Certificates, challenges and answers: what every way to an identity has in common. */
final class Issuing {
  private static final System.Logger LOG = System.getLogger(Issuing.class.getName());

  private final Supplier<CertificateAuthority> authority;
  private final Surroundings around;
  private final Nonces nonces;

  Issuing(Supplier<CertificateAuthority> authority, Surroundings around) {
    this.authority = authority;
    this.around = around;
    this.nonces = new Nonces(around.random());
  }

  CertificateAuthority authority() {
    return authority.get();
  }

  Surroundings around() {
    return around;
  }

  Nonces nonces() {
    return nonces;
  }

  Instant now() {
    return around.clock().instant();
  }

  Answer challenge(byte[] body) {
    try {
      parsed(body).at().only("v").get("v").int32(1, 1);
    } catch (IllegalArgumentException e) {
      return refused(Refusal.malformed(e.getMessage()));
    }
    var nonce = Base64.getEncoder().encodeToString(nonces.make(now()));
    return new Answer.Granted(Json.object().put("v", 1).put("nonce", nonce).build());
  }

  X509Certificate leaf(SpiffeId id, PublicKey key) {
    return authority.get().issue(id, key);
  }

  Answer granted(SpiffeId id, X509Certificate leaf, OptionalLong index) {
    var grant = new Grant(id, List.of(leaf), authority.get().roots(), index);
    return new Answer.Granted(grant.json());
  }

  /** Whoever has a certificate but the registrar itself. */
  PeerVerifier peers() {
    return new PeerVerifier(
        () -> authority.get().roots(),
        authority.get().trustDomain(),
        id -> !id.role().equals(SpiffeId.REGISTRAR),
        around.clock());
  }

  /** Of a registrar itself. The chain shows the root as well: a joiner has its digest only. */
  static Credentials registrar(CertificateAuthority authority, String namespace) {
    var id = new SpiffeId(authority.trustDomain(), namespace, SpiffeId.REGISTRAR, "registrar");
    var c = authority.credentials(id);
    var leaf = c.chain().getFirst();
    try {
      var root = PeerVerifier.issuerOf(leaf, c.roots());
      return new Credentials(id, c.key(), List.of(leaf, root), c.roots());
    } catch (CertificateException e) {
      throw new AssertionError("a leaf just made has a root", e);
    }
  }

  static Json parsed(byte[] body) {
    return Json.parse(body, Bounds.ofBytes(Desk.MAX_BODY));
  }

  static Digest digest(X509Certificate leaf) {
    try {
      return Digest.of(leaf.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new AssertionError("a certificate just made has a DER form", e);
    }
  }

  static Answer refused(Refusal why) {
    return new Answer.Refused(why);
  }

  static Answer notWritten(IOException e) {
    LOG.log(Level.WARNING, "an identity cannot be entered: " + e.getMessage());
    return refused(
        Refusal.busy(
            503, "the identity could not be entered, in the public log or in the registry"));
  }
}
