package dev.windlass.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.windlass.json.Json;
import dev.windlass.json.Located;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a pod asks: an identity for a TLS key and a result key, and for a head its receipt key as
 * well, with proof that it holds all of them. The body of {@code POST /attest}.
 *
 * <pre>{"v":1,"role":"worker","token":"eyJ…","csr":b64 DER,"ed25519":b64 32,"nonce":b64 32,
 *  "proofs":{"tls":b64 DER,"ed25519":b64 64}}
 * and for a head "role":"head","p256":b64 SPKI, with "p256":b64 DER among the proofs</pre>
 *
 * where each proof is that key's signature (P-256: ECDSA with SHA-256) of SHA-256(
 * "windlass-attest-v1" ‖ nonce ‖ SHA-256(token) ‖ SHA-256(csr) ‖ ed25519 ‖ p256), so that no part
 * can be taken into another request. A form with more keys will be {@code "v":2} over {@code
 * windlass-attest-v2}.
 */
public final class AttestRequest {
  private static final byte[] CONTEXT = "windlass-attest-v1".getBytes(US_ASCII);
  private static final Set<String> ROLES = Set.of(SpiffeId.WORKER, SpiffeId.HEAD);
  private static final int MAX_TOKEN = 8 << 10;
  private static final int P256_SPKI = 91;

  /** A JSON web token: three parts in base64url. */
  private static final Pattern TOKEN =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

  /** The key with which a head signs single receipts, held elsewhere. */
  public interface ReceiptKey {
    /** DER SubjectPublicKeyInfo of a P-256 key. */
    byte[] spki();

    /** ECDSA with SHA-256, DER. */
    byte[] sign(byte[] message);
  }

  private final String role;
  private final String token;
  private final byte[] nonce;
  private final Csr csr;
  private final ResultPublicKey resultKey;
  private final Optional<byte[]> receiptKey;
  private final Proofs proofs;

  private record Proofs(byte[] tls, byte[] result, Optional<byte[]> receipt) {}

  private AttestRequest(
      String role,
      String token,
      byte[] nonce,
      Csr csr,
      ResultPublicKey resultKey,
      Optional<byte[]> receiptKey,
      Proofs proofs) {
    this.role = role;
    this.token = token;
    this.nonce = nonce;
    this.csr = csr;
    this.resultKey = resultKey;
    this.receiptKey = receiptKey;
    this.proofs = proofs;
  }

  /** All keys of one who asks; a head has a receipt key, a worker has none. */
  public record Keys(KeyPair tls, byte[] csr, ResultKey result, Optional<ReceiptKey> receipt) {}

  public static AttestRequest make(String role, String token, byte[] nonce, Keys keys) {
    checkToken(token);
    var spki = keys.receipt().map(ReceiptKey::spki);
    var said = statement(token, nonce, keys.csr(), keys.result().publicKey(), spki);
    var proofs =
        new Proofs(
            signed(keys.tls(), said),
            keys.result().sign(said),
            keys.receipt().map(key -> key.sign(said)));
    return new AttestRequest(
        role, token, nonce.clone(), Csr.parse(keys.csr()), keys.result().publicKey(), spki, proofs);
  }

  /**
   * @throws IllegalArgumentException if a member is missing, unknown or malformed, or one of the
   *     keys has not signed
   */
  public static AttestRequest parse(Json body) {
    var at = body.at();
    at.get("v").int32(1, 1);
    var role = at.get("role").as(AttestRequest::role);
    boolean head = role.equals(SpiffeId.HEAD);
    if (head) at.only("v", "role", "token", "csr", "ed25519", "p256", "nonce", "proofs");
    else at.only("v", "role", "token", "csr", "ed25519", "nonce", "proofs");
    var token = at.get("token").as(AttestRequest::checkToken);
    var csr = at.get("csr").as(text -> Csr.parse(Base64.getDecoder().decode(text)));
    var key = at.get("ed25519").as(text -> ResultPublicKey.of(Base64.getDecoder().decode(text)));
    var nonce = octets(at.get("nonce"), JoinRequest.NONCE_BYTES);
    var proofs = at.get("proofs");
    if (head) proofs.only("tls", "ed25519", "p256");
    else proofs.only("tls", "ed25519");
    var spki = head ? Optional.of(octets(at.get("p256"), P256_SPKI)) : Optional.<byte[]>empty();
    var receiptKey = spki.map(der -> at.get("p256").as(_ -> p256(der)));
    var said = statement(token, nonce, csr.der(), key, spki);
    var given =
        new Proofs(
            ecdsa(proofs.get("tls"), csr.key(), said),
            octets(proofs.get("ed25519"), 64),
            receiptKey.map(p256 -> ecdsa(proofs.get("p256"), p256, said)));
    if (!key.verifies(given.result(), said))
      throw proofs.get("ed25519").fail("not a signature of this request by its ed25519 key");
    return new AttestRequest(role, token, nonce, csr, key, spki, given);
  }

  public Json json() {
    var b64 = Base64.getEncoder();
    var signed =
        Json.object()
            .put("tls", b64.encodeToString(proofs.tls()))
            .put("ed25519", b64.encodeToString(proofs.result()));
    proofs.receipt().ifPresent(proof -> signed.put("p256", b64.encodeToString(proof)));
    var body =
        Json.object()
            .put("v", 1)
            .put("role", role)
            .put("token", token)
            .put("csr", b64.encodeToString(csr.der()))
            .put("ed25519", b64.encodeToString(resultKey.raw()))
            .put("nonce", b64.encodeToString(nonce))
            .put("proofs", signed.build());
    receiptKey.ifPresent(spki -> body.put("p256", b64.encodeToString(spki)));
    return body.build();
  }

  /** {@code worker} or {@code head}: what it wants to be. */
  public String role() {
    return role;
  }

  /** In clear, for whoever reviews it. Never log it. */
  public String token() {
    return token;
  }

  public byte[] nonce() {
    return nonce.clone();
  }

  public Csr csr() {
    return csr;
  }

  public ResultPublicKey resultKey() {
    return resultKey;
  }

  /** DER SubjectPublicKeyInfo of a head's P-256 receipt key; of a head only. */
  public Optional<byte[]> receiptKey() {
    return receiptKey.map(byte[]::clone);
  }

  @Override
  public String toString() {
    return "AttestRequest[" + role + ", " + resultKey.keyId() + ", token redacted]";
  }

  private static byte[] statement(
      String token, byte[] nonce, byte[] csr, ResultPublicKey key, Optional<byte[]> receiptKey) {
    return Hashes.sha256(
        CONTEXT,
        nonce,
        Hashes.sha256(token.getBytes(UTF_8)),
        Hashes.sha256(csr),
        key.raw(),
        receiptKey.orElse(new byte[0]));
  }

  private static String role(String text) {
    if (!ROLES.contains(text))
      throw new IllegalArgumentException("expected worker or head, not " + text);
    return text;
  }

  /** The text is not repeated: it is a secret. */
  private static String checkToken(String text) {
    if (text.length() > MAX_TOKEN || !TOKEN.matcher(text).matches())
      throw new IllegalArgumentException(
          "not a service account token: expected three parts of base64url, at most "
              + MAX_TOKEN
              + " characters, got "
              + text.length());
    return text;
  }

  private static byte[] signed(KeyPair keys, byte[] message) {
    try {
      var signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(keys.getPrivate());
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK signs with P-256", e);
    }
  }

  private static byte[] ecdsa(Located at, PublicKey key, byte[] message) {
    var proof = at.as(Base64.getDecoder()::decode);
    try {
      var verifier = Signature.getInstance("SHA256withECDSA");
      verifier.initVerify(key);
      verifier.update(message);
      if (verifier.verify(proof)) return proof;
    } catch (GeneralSecurityException e) {
      throw at.fail("not an ECDSA signature: " + e.getMessage());
    }
    throw at.fail("not a signature of this request by that key");
  }

  private static PublicKey p256(byte[] spki) {
    try {
      var key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
      if (TlsKeys.isP256(key) && Arrays.equals(spki, key.getEncoded())) return key;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a P-256 key: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("a receipt key is P-256, uncompressed, in 91 octets");
  }

  private static byte[] octets(Located at, int size) {
    var octets = at.as(Base64.getDecoder()::decode);
    if (octets.length != size)
      throw at.fail("expected " + size + " octets, found " + octets.length);
    return octets;
  }
}
