package dev.windlass.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.windlass.json.Json;
import dev.windlass.json.Located;
import java.util.Base64;

/**
 * What a joiner asks: a certificate for a TLS key and the registration of a result key, with proof
 * that it holds both. The body of {@code POST /join}.
 *
 * <pre>{"v":1,"token":"wj1.…","csr":b64 DER,"ed25519":b64 32,"nonce":b64 32,"proof":b64 64}</pre>
 *
 * where proof is the Ed25519 signature of SHA-256("windlass-attest-v1" ‖ nonce ‖ SHA-256(token) ‖
 * SHA-256(csr) ‖ ed25519), so that neither half can be taken into another request.
 */
public final class JoinRequest {
  public static final int NONCE_BYTES = 32;

  private static final byte[] CONTEXT = "windlass-attest-v1".getBytes(US_ASCII);

  private final JoinToken token;
  private final byte[] nonce;
  private final Csr csr;
  private final ResultPublicKey resultKey;
  private final byte[] proof;

  private JoinRequest(
      JoinToken token, byte[] nonce, Csr csr, ResultPublicKey resultKey, byte[] proof) {
    this.token = token;
    this.nonce = nonce;
    this.csr = csr;
    this.resultKey = resultKey;
    this.proof = proof;
  }

  public static JoinRequest make(JoinToken token, byte[] nonce, byte[] csr, ResultKey key) {
    var proof = key.sign(statement(token, nonce, csr, key.publicKey()));
    return new JoinRequest(token, nonce.clone(), Csr.parse(csr), key.publicKey(), proof);
  }

  /**
   * @throws IllegalArgumentException if a member is missing, unknown or malformed, or one of the
   *     two keys has not signed
   */
  public static JoinRequest parse(Json body) {
    var at = body.at().only("v", "token", "csr", "ed25519", "nonce", "proof");
    at.get("v").int32(1, 1);
    var token = at.get("token").as(JoinToken::parse);
    var csr = at.get("csr").as(text -> Csr.parse(Base64.getDecoder().decode(text)));
    var key = at.get("ed25519").as(text -> ResultPublicKey.of(Base64.getDecoder().decode(text)));
    var nonce = octets(at.get("nonce"), NONCE_BYTES);
    var proof = octets(at.get("proof"), 64);
    if (!key.verifies(proof, statement(token, nonce, csr.der(), key)))
      throw at.get("proof").fail("not a signature of this request by its ed25519 key");
    return new JoinRequest(token, nonce, csr, key, proof);
  }

  public Json json() {
    var b64 = Base64.getEncoder();
    return Json.object()
        .put("v", 1)
        .put("token", token.reveal())
        .put("csr", b64.encodeToString(csr.der()))
        .put("ed25519", b64.encodeToString(resultKey.raw()))
        .put("nonce", b64.encodeToString(nonce))
        .put("proof", b64.encodeToString(proof))
        .build();
  }

  public JoinToken token() {
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

  @Override
  public String toString() {
    return "JoinRequest[" + resultKey.keyId() + ", token redacted]";
  }

  private static byte[] statement(
      JoinToken token, byte[] nonce, byte[] csr, ResultPublicKey resultKey) {
    var text = token.reveal().getBytes(US_ASCII);
    return Hashes.sha256(CONTEXT, nonce, Hashes.sha256(text), Hashes.sha256(csr), resultKey.raw());
  }

  private static byte[] octets(Located at, int size) {
    var octets = at.as(Base64.getDecoder()::decode);
    if (octets.length != size)
      throw at.fail("expected " + size + " octets, found " + octets.length);
    return octets;
  }
}
