package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.Located;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A DSSE envelope (secure-systems-lab/dsse 1.0.2): a payload and who signed it. Its JSON is {@code
 * {"payload":b64,"payloadType":…,"signatures":[{"keyid":…,"sig":b64,"batch":{…}?}]}}; members it
 * does not know are ignored, as that text asks.
 */
public record Dsse(String payloadType, Bytes payload, List<Signature> signatures) {
  public static final int MAX_SIGNATURES = 64;

  /** An envelope with 64 batched signatures, or with a payload of 1 MiB. */
  public static final Bounds BOUNDS = Bounds.ofBytes(2 << 20);

  public Dsse {
    signatures = List.copyOf(signatures);
    if (signatures.size() > MAX_SIGNATURES)
      throw new IllegalArgumentException(
          "an envelope has at most " + MAX_SIGNATURES + " signatures, not " + signatures.size());
  }

  /**
   * One signature: over {@link #pae} of the payload, or, with {@code batch}, over the batch's
   * statement (trust annex §3.4).
   *
   * @param keyId a hint, never evidence
   */
  public record Signature(String keyId, Bytes sig, Optional<Batch> batch) {}

  /**
   * Where the payload lies in a signed batch.
   *
   * @param statement the JSON of a {@link BatchStatement}, verbatim
   * @param path sibling hashes from leaf to root, 32 octets each
   */
  public record Batch(Bytes statement, int index, List<Bytes> path) {
    /** The depth of the largest batch (4,096 receipts). */
    public static final int MAX_PATH = 12;

    public Batch {
      path = List.copyOf(path);
      if (path.size() > MAX_PATH)
        throw new IllegalArgumentException(
            "a batch path has at most " + MAX_PATH + " hashes, not " + path.size());
    }
  }

  /**
   * The pre-authentication encoding: {@code "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP
   * payload}, lengths in ASCII decimal.
   */
  public static byte[] pae(String payloadType, Bytes payload) {
    var type = payloadType.getBytes(StandardCharsets.UTF_8);
    var head =
        ("DSSEv1 " + type.length + " " + payloadType + " " + payload.size() + " ")
            .getBytes(StandardCharsets.UTF_8);
    var octets = new byte[head.length + payload.size()];
    System.arraycopy(head, 0, octets, 0, head.length);
    System.arraycopy(payload.unsafeArray(), 0, octets, head.length, payload.size());
    return octets;
  }

  /**
   * @throws dev.windlass.json.JsonException when it is not an envelope
   */
  public static Dsse parse(byte[] json) {
    return parse(Json.parse(json, BOUNDS).at());
  }

  /**
   * Of exactly the octets that {@link #canonical} writes, so that a digest of them is the digest of
   * the value: no unknown member, one form.
   *
   * @throws dev.windlass.json.JsonException when they are anything else
   */
  public static Dsse parseCanonical(Bytes json) {
    var envelope = parse(json.unsafeArray());
    Forms.canonical("envelope", envelope.toJson(), json);
    return envelope;
  }

  public static Dsse parse(Located at) {
    var signatures = at.get("signatures").elements();
    if (signatures.size() > MAX_SIGNATURES)
      throw at.get("signatures").fail("at most " + MAX_SIGNATURES + ", not " + signatures.size());
    return new Dsse(
        at.get("payloadType").text(),
        at.get("payload").as(Base64Text::parse),
        signatures.stream().map(Dsse::signature).toList());
  }

  /** Canonical JSON (RFC 8785). */
  public Bytes canonical() {
    return Bytes.wrap(toJson().canonical());
  }

  public Json.Obj toJson() {
    return Json.object()
        .put("payloadType", payloadType)
        .put("payload", Base64Text.of(payload))
        .put("signatures", Json.array(signatures.stream().map(Dsse::toJson).toList()))
        .build();
  }

  private static Signature signature(Located at) {
    return new Signature(
        at.get("keyid").text(),
        at.get("sig").as(Base64Text::parse),
        at.find("batch").map(Dsse::batch));
  }

  private static Batch batch(Located at) {
    at.only("statement", "index", "path");
    var path = at.get("path").elements();
    if (path.size() > Batch.MAX_PATH)
      throw at.get("path").fail("at most " + Batch.MAX_PATH + " hashes, not " + path.size());
    return new Batch(
        at.get("statement").as(Base64Text::parse),
        at.get("index").int32(0, Integer.MAX_VALUE),
        path.stream().map(hash -> hash.as(Base64Text::parse)).toList());
  }

  private static Json toJson(Signature signature) {
    var members =
        Json.object().put("keyid", signature.keyId()).put("sig", Base64Text.of(signature.sig()));
    signature.batch().ifPresent(batch -> members.put("batch", toJson(batch)));
    return members.build();
  }

  private static Json toJson(Batch batch) {
    return Json.object()
        .put("statement", Base64Text.of(batch.statement()))
        .put("index", batch.index())
        .put("path", Json.texts(batch.path().stream().map(Base64Text::of).toList()))
        .build();
  }
}
