package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.Located;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.P256PublicKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The identity that a pod has now. Of a worker it stands in {@code Worker.status.identity}, of a
 * head in an annotation of its pod: both go when the pod goes.
 *
 * @param receiptKey of a head only
 * @param certificate SHA-256 of the newest one
 * @param index of the log's newest entry for it, where there is a log
 * @param token digest of the token it was given for, and of the start of the container
 * @param restarts how often the pod attested before
 * @param revokedAt null while it is good
 */
record Attested(
    SpiffeId id,
    Ed25519PublicKey key,
    Optional<P256PublicKey> receiptKey,
    Digest certificate,
    Instant notAfter,
    OptionalLong index,
    Digest token,
    int restarts,
    @Nullable Instant revokedAt) {
  static final String ANNOTATION = "windlass.dev/identity";
  private static final int MAX_TEXT = 4096;
  private static final int MAX_RESTARTS = 1 << 20;

  Attested renewed(Digest newest, Instant until, OptionalLong entry) {
    return new Attested(id, key, receiptKey, newest, until, entry, token, restarts, revokedAt);
  }

  /** Empty if there is none, or one that cannot be understood, which counts for nothing. */
  static Optional<Attested> of(WorkerStatus status) {
    var i = status.identity();
    if (i == null || i.spiffeId() == null || i.ed25519() == null || i.notAfter() == null)
      return Optional.empty();
    try {
      var raw = Base64.getDecoder().decode(i.ed25519());
      return Optional.of(
          new Attested(
              SpiffeId.parse(i.spiffeId()),
              Ed25519PublicKey.ofRaw(Bytes.wrap(raw)),
              Optional.empty(),
              Digest.parse(String.valueOf(i.certificate())),
              Instant.parse(i.notAfter()),
              i.registerIndex() == null ? OptionalLong.empty() : OptionalLong.of(i.registerIndex()),
              Digest.parse(String.valueOf(i.tokenHash())),
              i.restarts() == null ? 0 : Math.clamp(i.restarts(), 0, MAX_RESTARTS),
              i.revokedAt() == null ? null : Instant.parse(i.revokedAt())));
    } catch (IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }

  /** From the annotation of a head's pod; empty as above. */
  static Optional<Attested> of(@Nullable String annotation) {
    if (annotation == null) return Optional.empty();
    try {
      var at = Json.parse(annotation, Bounds.ofBytes(MAX_TEXT)).at();
      at.get("v").int32(1, 1);
      return Optional.of(
          new Attested(
              at.get("id").as(SpiffeId::parse),
              at.get("ed25519").as(text -> Ed25519PublicKey.ofRaw(base64(text))),
              Optional.of(at.get("p256").as(text -> P256PublicKey.ofSpki(base64(text)))),
              at.get("certificate").as(Digest::parse),
              time(at.get("notAfter")),
              at.find("index")
                  .map(n -> OptionalLong.of(n.integer(0, Json.MAX_INTEGER)))
                  .orElse(OptionalLong.empty()),
              at.get("token").as(Digest::parse),
              at.get("restarts").int32(0, MAX_RESTARTS),
              at.find("revokedAt").map(Attested::time).orElse(null)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What stands in {@code Worker.status.identity}. */
  Json status() {
    var status =
        Json.object()
            .put("spiffeId", id.toString())
            .put("ed25519", Base64.getEncoder().encodeToString(key.raw().toArray()))
            .put("certificate", certificate.toString())
            .put("notAfter", notAfter.toString())
            .put("tokenHash", token.toString())
            .put("restarts", restarts);
    index.ifPresent(n -> status.put("registerIndex", n));
    if (revokedAt != null) status.put("revokedAt", revokedAt.toString());
    return status.build();
  }

  /** What stands in the annotation of a head's pod. */
  String annotation() {
    var text =
        Json.object()
            .put("v", 1)
            .put("id", id.toString())
            .put("ed25519", Base64.getEncoder().encodeToString(key.raw().toArray()))
            .put("certificate", certificate.toString())
            .put("notAfter", notAfter.toString())
            .put("token", token.toString())
            .put("restarts", restarts);
    receiptKey.ifPresent(
        p256 -> text.put("p256", Base64.getEncoder().encodeToString(p256.spki().toArray())));
    index.ifPresent(n -> text.put("index", n));
    if (revokedAt != null) text.put("revokedAt", revokedAt.toString());
    return text.build().canonicalText();
  }

  private static Bytes base64(String text) {
    return Bytes.wrap(Base64.getDecoder().decode(text));
  }

  private static Instant time(Located at) {
    try {
      return Instant.parse(at.text());
    } catch (DateTimeException e) {
      throw at.fail("not a time of RFC 3339: " + at.text());
    }
  }
}
