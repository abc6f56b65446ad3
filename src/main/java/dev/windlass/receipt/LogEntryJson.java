package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Cid;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.Located;
import dev.windlass.receipt.LogEntry.FunctionPublish;
import dev.windlass.receipt.LogEntry.Genesis;
import dev.windlass.receipt.LogEntry.HeadEpoch;
import dev.windlass.receipt.LogEntry.HeadRegister;
import dev.windlass.receipt.LogEntry.HeadRevoke;
import dev.windlass.receipt.LogEntry.Holder;
import dev.windlass.receipt.LogEntry.WorkerRegister;
import dev.windlass.receipt.LogEntry.WorkerRevoke;
import java.time.Instant;
import java.util.Optional;

/** The JSON of entries. */
final class LogEntryJson {
  private static final Bounds BOUNDS = new Bounds(SignedEntry.MAX_LEAF, 8, 2048);

  private LogEntryJson() {}

  static String type(LogEntry entry) {
    return switch (entry) {
      case Genesis _ -> "log.genesis";
      case WorkerRegister _ -> "worker.register";
      case WorkerRevoke _ -> "worker.revoke";
      case HeadRegister _ -> "head.register";
      case HeadRevoke _ -> "head.revoke";
      case FunctionPublish _ -> "function.publish";
      case HeadEpoch _ -> "head.epoch";
    };
  }

  static LogEntry parse(Bytes text) {
    var json = Json.parse(text.unsafeArray(), BOUNDS);
    var entry = Forms.read("log entry", () -> entry(json.at()));
    Forms.canonical("log entry", json, text);
    return entry;
  }

  static Json.Obj toJson(LogEntry entry) {
    return Json.object()
        .put("v", 1)
        .put("type", type(entry))
        .put("at", Forms.text(entry.at()))
        .put("body", body(entry))
        .build();
  }

  private static LogEntry entry(Located at) {
    at.only("v", "type", "at", "body");
    at.get("v").integer(1, 1);
    var time = at.get("at").as(Forms::parseTime);
    var body = at.get("body");
    return switch (at.get("type").text()) {
      case "log.genesis" -> genesis(time, body);
      case "worker.register" -> workerRegister(time, body);
      case "head.register" -> headRegister(time, body);
      case "worker.revoke" -> {
        body.only("spiffeId", "keyid", "reason");
        yield new WorkerRevoke(
            time, body.get("spiffeId").text(), body.get("keyid").text(), body.get("reason").text());
      }
      case "head.revoke" -> {
        body.only("spiffeId", "keyid", "reason");
        yield new HeadRevoke(
            time, body.get("spiffeId").text(), body.get("keyid").text(), body.get("reason").text());
      }
      case "function.publish" -> functionPublish(time, body);
      case "head.epoch" -> headEpoch(time, body);
      default -> throw at.get("type").fail("no entry is of type " + at.get("type").text());
    };
  }

  private static Genesis genesis(Instant time, Located at) {
    at.only("origin", "trustDomain", "operator", "registrar", "policy", "parameters");
    var policy = at.get("policy").only("text", "sha256");
    var text = policy.get("text").text();
    requireSame(policy.get("sha256"), Digest.of(Bytes.utf8(text)).hex());
    return new Genesis(
        time,
        at.get("origin").text(),
        at.get("trustDomain").text(),
        at.get("operator").as(LogEntryJson::ed25519),
        at.get("registrar").as(LogEntryJson::ed25519),
        text,
        at.get("parameters").object());
  }

  private static WorkerRegister workerRegister(Instant time, Located at) {
    at.only("spiffeId", "ed25519", "x25519", "certSha256", "engine", "zone", "notAfter");
    return new WorkerRegister(
        time,
        holder(at),
        at.get("ed25519").as(LogEntryJson::ed25519),
        present(at, "x25519").map(x -> x.as(Base64Text::parse)),
        present(at, "engine").map(e -> e.as(Digest::parse)));
  }

  private static HeadRegister headRegister(Instant time, Located at) {
    at.only("spiffeId", "ed25519", "p256", "certSha256", "zone", "notAfter");
    return new HeadRegister(
        time,
        holder(at),
        at.get("ed25519").as(LogEntryJson::ed25519),
        at.get("p256").as(text -> P256PublicKey.ofSpki(Base64Text.parse(text))));
  }

  private static FunctionPublish functionPublish(Instant time, Located at) {
    at.only("name", "version", "cid", "sha256", "manifestSha256", "policy");
    var module = at.get("sha256").as(Digest::new);
    requireSame(at.get("cid"), new Cid(module).toString());
    var name = at.get("name").as(FunctionName::parse);
    requireSame(at.get("name"), name.toString());
    return new FunctionPublish(
        time,
        name,
        at.get("version").text(),
        module,
        at.get("manifestSha256").as(Digest::new),
        ExecutionPolicy.parse(at.get("policy")));
  }

  private static HeadEpoch headEpoch(Instant time, Located at) {
    at.only("keyid", "firstSeq", "lastSeq", "count", "root");
    var epoch =
        new HeadEpoch(
            time,
            at.get("keyid").text(),
            at.get("firstSeq").integer(1, Json.MAX_INTEGER),
            at.get("lastSeq").integer(0, Json.MAX_INTEGER),
            at.get("root").as(Digest::parse));
    long count = at.get("count").integer(0, Json.MAX_INTEGER);
    if (count != epoch.count())
      throw at.get("count").fail("is " + count + ", firstSeq to lastSeq are " + epoch.count());
    return epoch;
  }

  private static Holder holder(Located at) {
    return new Holder(
        at.get("spiffeId").text(),
        at.get("certSha256").as(Digest::new),
        present(at, "zone").map(Located::text),
        at.get("notAfter").as(Forms::parseTime));
  }

  /** A member that must be there, and may be null. */
  private static Optional<Located> present(Located at, String name) {
    var member = at.get(name);
    return member.isNull() ? Optional.empty() : Optional.of(member);
  }

  private static Ed25519PublicKey ed25519(String text) {
    return Ed25519PublicKey.ofSpki(Base64Text.parse(text));
  }

  private static void requireSame(Located at, String expected) {
    if (!at.text().equals(expected)) throw at.fail("is " + at.text() + ", expected " + expected);
  }

  private static Json.Obj body(LogEntry entry) {
    return switch (entry) {
      case Genesis g ->
          Json.object()
              .put("origin", g.origin())
              .put("trustDomain", g.trustDomain())
              .put("operator", Base64Text.of(g.operator().spki()))
              .put("registrar", Base64Text.of(g.registrar().spki()))
              .put(
                  "policy",
                  Json.object()
                      .put("text", g.policy())
                      .put("sha256", Digest.of(Bytes.utf8(g.policy())).hex())
                      .build())
              .put("parameters", g.parameters())
              .build();
      case WorkerRegister w ->
          holder(w.holder())
              .put("ed25519", Base64Text.of(w.key().spki()))
              .put("x25519", text(w.x25519().map(Base64Text::of)))
              .put("engine", text(w.engine().map(Digest::toString)))
              .build();
      case HeadRegister h ->
          holder(h.holder())
              .put("ed25519", Base64Text.of(h.batches().spki()))
              .put("p256", Base64Text.of(h.singles().spki()))
              .build();
      case WorkerRevoke r -> revocation(r.spiffeId(), r.keyId(), r.reason());
      case HeadRevoke r -> revocation(r.spiffeId(), r.keyId(), r.reason());
      case FunctionPublish f ->
          Json.object()
              .put("name", f.name().toString())
              .put("version", f.version())
              .put("cid", new Cid(f.module()).toString())
              .put("sha256", f.module().hex())
              .put("manifestSha256", f.manifest().hex())
              .put("policy", f.policy().toJson())
              .build();
      case HeadEpoch e ->
          Json.object()
              .put("keyid", e.keyId())
              .put("firstSeq", e.firstSeq())
              .put("lastSeq", e.lastSeq())
              .put("count", e.count())
              .put("root", e.root().toString())
              .build();
    };
  }

  private static Json.Members holder(Holder holder) {
    return Json.object()
        .put("spiffeId", holder.spiffeId())
        .put("certSha256", holder.certificate().hex())
        .put("zone", text(holder.zone()))
        .put("notAfter", Forms.text(holder.notAfter()));
  }

  private static Json.Obj revocation(String spiffeId, String keyId, String reason) {
    return Json.object()
        .put("spiffeId", spiffeId)
        .put("keyid", keyId)
        .put("reason", reason)
        .build();
  }

  private static Json text(Optional<String> text) {
    return text.map(Json::of).orElse(Json.ofNull());
  }
}
