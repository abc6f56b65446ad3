package dev.windlass.receipt;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.Located;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code trust.json}: the result keys a registrar knows, for a reader without a connection.
 *
 * <pre>{@code
 * {"v":1,"trustDomain":…,"workers":[{"id":spiffe,"keyid":"SHA256:…","publicKey":b64 SPKI,
 *  "registeredAt":RFC 3339,"notAfter":RFC 3339,"revokedAt":RFC 3339|null,"logIndex":n?}]}
 * }</pre>
 *
 * Whoever changes this file decides what verifies: get it from the registrar, not from the one
 * whose results are checked.
 */
public record TrustFile(String trustDomain, List<Worker> workers) {
  /** 100,000 workers. */
  public static final Bounds BOUNDS = new Bounds(64 << 20, 4, 2_000_000);

  public TrustFile {
    workers = List.copyOf(workers);
  }

  /**
   * @param id SPIFFE id
   * @param logIndex of the newest {@code worker.register} entry in the public log; absent where
   *     there is no log
   */
  public record Worker(
      String id,
      Ed25519PublicKey publicKey,
      Instant registeredAt,
      Instant notAfter,
      Optional<Instant> revokedAt,
      OptionalLong logIndex) {
    /** Not in a log. */
    public Worker(
        String id,
        Ed25519PublicKey publicKey,
        Instant registeredAt,
        Instant notAfter,
        Optional<Instant> revokedAt) {
      this(id, publicKey, registeredAt, notAfter, revokedAt, OptionalLong.empty());
    }

    /** Whether a run at this time may be signed by the key. */
    public boolean isValidAt(Instant time) {
      return !time.isBefore(registeredAt)
          && time.isBefore(notAfter)
          && revokedAt.map(time::isBefore).orElse(true);
    }
  }

  /**
   * @throws dev.windlass.json.JsonException when it is not a trust file
   */
  public static TrustFile parse(byte[] json) {
    var at = Json.parse(json, BOUNDS).at().only("v", "trustDomain", "workers");
    at.get("v").integer(1, 1);
    return new TrustFile(
        at.get("trustDomain").text(),
        at.get("workers").elements().stream().map(TrustFile::worker).toList());
  }

  /** The worker that registered this key: by the key itself where two entries share an id. */
  public Optional<Worker> find(String keyId) {
    return workers.stream().filter(w -> w.publicKey().keyId().equals(keyId)).findFirst();
  }

  public Json.Obj toJson() {
    return Json.object()
        .put("v", 1)
        .put("trustDomain", trustDomain)
        .put("workers", Json.array(workers.stream().map(TrustFile::toJson).toList()))
        .build();
  }

  private static Worker worker(Located at) {
    at.only("id", "keyid", "publicKey", "registeredAt", "notAfter", "revokedAt", "logIndex");
    var key = at.get("publicKey").as(text -> Ed25519PublicKey.ofSpki(Base64Text.parse(text)));
    var keyId = at.get("keyid");
    if (!keyId.text().equals(key.keyId()))
      throw keyId.fail("is " + keyId.text() + ", the key's is " + key.keyId());
    return new Worker(
        at.get("id").text(),
        key,
        time(at.get("registeredAt")),
        time(at.get("notAfter")),
        at.find("revokedAt").map(TrustFile::time),
        at.find("logIndex")
            .map(index -> OptionalLong.of(index.integer(0, Json.MAX_INTEGER)))
            .orElse(OptionalLong.empty()));
  }

  private static Instant time(Located at) {
    try {
      return Instant.parse(at.text());
    } catch (DateTimeParseException e) {
      throw at.fail("not a time of RFC 3339 such as 2026-11-23T05:00:00Z: " + at.text());
    }
  }

  private static Json toJson(Worker worker) {
    var json =
        Json.object()
            .put("id", worker.id())
            .put("keyid", worker.publicKey().keyId())
            .put("publicKey", Base64Text.of(worker.publicKey().spki()))
            .put("registeredAt", worker.registeredAt().toString())
            .put("notAfter", worker.notAfter().toString())
            .put(
                "revokedAt",
                worker.revokedAt().map(t -> Json.of(t.toString())).orElse(Json.ofNull()));
    worker.logIndex().ifPresent(index -> json.put("logIndex", index));
    return json.build();
  }
}
