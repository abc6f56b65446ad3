package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;

/**
 * A single receipt as the log has it: the body of a Rekor v2 entry of kind {@code dsse/0.0.2}, so
 * that Sigstore's verifiers find it (trust annex §3.3 c).
 *
 * @param payload SHA-256 of the receipt
 * @param sig DER, over the DSSE pre-authentication encoding of the receipt
 * @param key of a head
 */
public record RekorBody(Digest payload, Bytes sig, P256PublicKey key) {
  public static final String KIND = "dsse";
  public static final String VERSION = "0.0.2";
  static final String KEY_DETAILS = "PKIX_ECDSA_P256_SHA_256";
  private static final Bounds BOUNDS = new Bounds(4096, 10, 64);

  /**
   * @throws JsonException unless the octets are the canonical JSON of such a body
   */
  public static RekorBody parse(Bytes leaf) {
    var json = Json.parse(leaf.unsafeArray(), BOUNDS);
    var body = Forms.read("rekor body", () -> body(json.at()));
    Forms.canonical("rekor body", json, leaf);
    return body;
  }

  /** The octets of the leaf. */
  public Bytes canonical() {
    return Bytes.wrap(toJson().canonical());
  }

  /** Whether the body is this receipt's and its key signed the receipt. */
  public boolean isOf(Bytes receipt) {
    return payload.equals(Digest.of(receipt))
        && key.verifies(Dsse.pae(Purpose.RECEIPT.payloadType(), receipt), sig);
  }

  private static RekorBody body(Located at) {
    at.only("apiVersion", "kind", "spec");
    requireText(at.get("apiVersion"), VERSION);
    requireText(at.get("kind"), KIND);
    var dsse = at.get("spec").only("dsseV002").get("dsseV002").only("payloadHash", "signatures");
    var hash = dsse.get("payloadHash").only("algorithm", "digest");
    requireText(hash.get("algorithm"), "SHA2_256");
    var digest = hash.get("digest").as(Base64Text::parse);
    if (digest.size() != 32)
      throw hash.get("digest").fail("has " + digest.size() + " octets, expected 32");
    var signatures = dsse.get("signatures").elements();
    if (signatures.size() != 1)
      throw dsse.get("signatures").fail("one signature, not " + signatures.size());
    var signature = signatures.getFirst().only("content", "verifier");
    var verifier = signature.get("verifier").only("keyDetails", "publicKey");
    requireText(verifier.get("keyDetails"), KEY_DETAILS);
    return new RekorBody(
        Digest.ofHash(digest.unsafeArray()),
        signature.get("content").as(Base64Text::parse),
        verifier
            .get("publicKey")
            .only("rawBytes")
            .get("rawBytes")
            .as(text -> P256PublicKey.ofSpki(Base64Text.parse(text))));
  }

  private Json.Obj toJson() {
    var verifier =
        Json.object()
            .put("keyDetails", KEY_DETAILS)
            .put("publicKey", Json.object().put("rawBytes", Base64Text.of(key.spki())).build())
            .build();
    var signature =
        Json.object().put("content", Base64Text.of(sig)).put("verifier", verifier).build();
    var hash =
        Json.object()
            .put("algorithm", "SHA2_256")
            .put("digest", Base64Text.of(Bytes.wrap(payload.hash())))
            .build();
    var dsse =
        Json.object()
            .put("payloadHash", hash)
            .put("signatures", Json.array(java.util.List.of(signature)))
            .build();
    return Json.object()
        .put("apiVersion", VERSION)
        .put("kind", KIND)
        .put("spec", Json.object().put("dsseV002", dsse).build())
        .build();
  }

  private static void requireText(Located at, String expected) {
    if (!at.text().equals(expected)) throw at.fail("is " + at.text() + ", expected " + expected);
  }
}
