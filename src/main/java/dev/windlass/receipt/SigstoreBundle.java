package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.TlogProof;
import dev.windlass.tlog.VerifierKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * {@code receipt.sigstore.json}: a receipt with one P-256 signature, its leaf and proof, as
 * Sigstore bundle v0.3 (trust annex §3.3 d). The result envelope is not in it.
 *
 * @param receipt with exactly one direct signature
 * @param leaf octets, a {@link RekorBody}
 * @param log the 32 octets whose first four are the key id of the log
 * @param proof without {@code extra}
 */
public record SigstoreBundle(Dsse receipt, Bytes leaf, Hash log, TlogProof proof) {
  public static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String ROOT_TYPE =
      "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
  private static final Bounds BOUNDS = new Bounds(2 << 20, 12, 4096);

  public SigstoreBundle {
    if (receipt.signatures().size() != 1
        || receipt.signatures().getFirst().batch().isPresent()
        || !receipt.payloadType().equals(Purpose.RECEIPT.payloadType()))
      throw new IllegalArgumentException(
          "a bundle holds a receipt with one direct signature, not "
              + receipt.signatures().size()
              + " of a "
              + receipt.payloadType());
  }

  /**
   * @param single as a head signed it, or exported it
   * @param proof of its leaf
   * @param log the log's key
   */
  public static SigstoreBundle of(ReceiptSigner.Single single, TlogProof proof, VerifierKey log) {
    return new SigstoreBundle(single.envelope(), single.leaf(), log.keyHash(), bare(proof));
  }

  /**
   * @throws JsonException when it is not a bundle that {@link #toJson} could have written
   */
  public static SigstoreBundle parse(byte[] json) {
    var at = Json.parse(json, BOUNDS).at();
    return Forms.read("sigstore bundle", () -> bundle(at));
  }

  public Json.Obj toJson() {
    var signature = receipt.signatures().getFirst();
    var checkpoint = proof.checkpoint();
    var inclusion =
        Json.object()
            .put("logIndex", Long.toString(proof.index()))
            .put("rootHash", checkpoint.root().base64())
            .put("treeSize", Long.toString(checkpoint.size()))
            .put("hashes", RegistryProof.hashes(proof.path()))
            .put("checkpoint", object("envelope", Json.of(proof.note().encoded())))
            .build();
    var entry =
        Json.object()
            .put("logIndex", Long.toString(proof.index()))
            .put("logId", object("keyId", Json.of(log.base64())))
            .put(
                "kindVersion",
                Json.object().put("kind", RekorBody.KIND).put("version", RekorBody.VERSION).build())
            .put("inclusionProof", inclusion)
            .put("canonicalizedBody", Base64Text.of(leaf))
            .build();
    return Json.object()
        .put("mediaType", MEDIA_TYPE)
        .put(
            "verificationMaterial",
            Json.object()
                .put("publicKey", object("hint", Json.of(signature.keyId())))
                .put("tlogEntries", Json.array(List.of(entry)))
                .build())
        .put("dsseEnvelope", receipt.toJson())
        .build();
  }

  /**
   * Sigstore's trusted root for our log, in its JSON: give it to {@code @sigstore/verify}, or to
   * cosign as {@code --trusted-root}. Heads' keys do not stand in it: see {@link #publicKey}.
   *
   * @param since when the log's key began to sign
   */
  public static Json.Obj trustedRoot(VerifierKey log, Instant since) {
    var key = Ed25519PublicKey.ofRaw(Bytes.wrap(log.publicKey()));
    var id = object("keyId", Json.of(log.keyHash().base64()));
    var tlog =
        Json.object()
            .put("baseUrl", "https://" + log.name())
            .put("hashAlgorithm", "SHA2_256")
            .put("publicKey", publicKey(key.spki(), "PKIX_ED25519", since))
            .put("logId", id)
            .put("checkpointKeyId", id)
            .build();
    var none = Json.array(List.of());
    return Json.object()
        .put("mediaType", ROOT_TYPE)
        .put("tlogs", Json.array(List.of(tlog)))
        .put("certificateAuthorities", none)
        .put("ctlogs", none)
        .put("timestampAuthorities", none)
        .build();
  }

  /** A head's key as Sigstore's {@code PublicKey} message, found by the hint of a bundle. */
  public static Json.Obj publicKey(P256PublicKey key, Instant since) {
    return publicKey(key.spki(), RekorBody.KEY_DETAILS, since);
  }

  private static Json.Obj publicKey(Bytes spki, String details, Instant since) {
    return Json.object()
        .put("rawBytes", Base64Text.of(spki))
        .put("keyDetails", details)
        .put("validFor", object("start", Json.of(Forms.text(Forms.time(since)))))
        .build();
  }

  private static Json.Obj object(String name, Json value) {
    return Json.object().put(name, value).build();
  }

  private static SigstoreBundle bundle(Located at) {
    at.only("mediaType", "verificationMaterial", "dsseEnvelope");
    var material = at.get("verificationMaterial").only("publicKey", "tlogEntries");
    var entries = material.get("tlogEntries").elements();
    if (entries.size() != 1)
      throw material.get("tlogEntries").fail("one entry, not " + entries.size());
    var entry = entries.getFirst();
    var inclusion = entry.get("inclusionProof");
    try {
      var proof =
          new TlogProof(
              Optional.empty(),
              inclusion.get("logIndex").as(SigstoreBundle::decimal),
              RegistryProof.parseHashes(inclusion.get("hashes"), TlogProof.MAX_PATH),
              Note.parse(inclusion.get("checkpoint").get("envelope").text()));
      var bundle =
          new SigstoreBundle(
              Dsse.parse(at.get("dsseEnvelope")),
              entry.get("canonicalizedBody").as(Base64Text::parse),
              Hash.parseBase64(entry.get("logId").get("keyId").text()),
              proof);
      if (!bundle.toJson().equals(at.value()))
        throw at.fail("a member is unknown, or contradicts the others");
      return bundle;
    } catch (TlogException e) {
      throw new JsonException(entry.path() + ": " + e.getMessage(), e);
    }
  }

  private static long decimal(String text) {
    long value = Long.parseLong(text);
    if (value < 0 || !Long.toString(value).equals(text))
      throw new IllegalArgumentException("not a number of the form 0, 1, 2, …: " + text);
    return value;
  }

  private static TlogProof bare(TlogProof proof) {
    return new TlogProof(Optional.empty(), proof.index(), proof.path(), proof.note());
  }
}
