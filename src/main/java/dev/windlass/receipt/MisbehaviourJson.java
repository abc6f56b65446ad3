package dev.windlass.receipt;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import dev.windlass.receipt.Misbehaviour.DoubleResult;
import dev.windlass.receipt.Misbehaviour.Equivocation;
import dev.windlass.receipt.Misbehaviour.Fork;
import dev.windlass.receipt.Misbehaviour.Omission;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;

/** {@code {"kind":"fork"|"equivocation"|"double-result"|"omission","v":1,…}}. */
final class MisbehaviourJson {
  private static final Bounds BOUNDS =
      new Bounds(Misbehaviour.MAX_OCTETS, 16, Omission.MAX_LEAVES + (1 << 16));
  private static final int MAX_SUBTREES = 63;

  private MisbehaviourJson() {}

  static Misbehaviour parse(byte[] json) {
    var at = Json.parse(json, BOUNDS).at();
    return Forms.read("proof of misbehaviour", () -> proof(at));
  }

  static Json.Obj toJson(Misbehaviour proof) {
    var json = Json.object().put("v", 1);
    return switch (proof) {
      case Fork f ->
          json.put("kind", "fork")
              .put("first", f.first().encoded())
              .put("second", f.second().encoded())
              .build();
      case Equivocation e ->
          json.put("kind", "equivocation")
              .put("first", e.first().toJson())
              .put("second", e.second().toJson())
              .put("registry", e.registry().toJson())
              .put("checkpoint", e.checkpoint().encoded())
              .build();
      case DoubleResult d ->
          json.put("kind", "double-result")
              .put("first", d.first().toJson())
              .put("second", d.second().toJson())
              .put("registry", d.registry().toJson())
              .put("checkpoint", d.checkpoint().encoded())
              .build();
      case Omission o ->
          json.put("kind", "omission")
              .put("receipt", o.receipt().toJson())
              .put("registry", o.registry().toJson())
              .put("before", o.before().map(n -> Json.of(n.encoded())).orElse(Json.ofNull()))
              .put("subtrees", RegistryProof.hashes(o.subtrees()))
              .put("leaves", RegistryProof.hashes(o.leaves()))
              .put("after", o.after().encoded())
              .build();
    };
  }

  private static Misbehaviour proof(Located at) {
    at.get("v").integer(1, 1);
    var kind = at.get("kind").text();
    return switch (kind) {
      case "fork" -> {
        at.only("v", "kind", "first", "second");
        yield new Fork(note(at.get("first")), note(at.get("second")));
      }
      case "equivocation" -> {
        at.only("v", "kind", "first", "second", "registry", "checkpoint");
        yield new Equivocation(
            Dsse.parse(at.get("first")),
            Dsse.parse(at.get("second")),
            RegistryProof.parse(at.get("registry")),
            note(at.get("checkpoint")));
      }
      case "double-result" -> {
        at.only("v", "kind", "first", "second", "registry", "checkpoint");
        yield new DoubleResult(
            Dsse.parse(at.get("first")),
            Dsse.parse(at.get("second")),
            RegistryProof.parse(at.get("registry")),
            note(at.get("checkpoint")));
      }
      case "omission" -> {
        at.only("v", "kind", "receipt", "registry", "before", "subtrees", "leaves", "after");
        yield new Omission(
            Dsse.parse(at.get("receipt")),
            RegistryProof.parse(at.get("registry")),
            at.find("before").map(MisbehaviourJson::note),
            RegistryProof.parseHashes(at.get("subtrees"), MAX_SUBTREES),
            RegistryProof.parseHashes(at.get("leaves"), Omission.MAX_LEAVES),
            note(at.get("after")));
      }
      default ->
          throw at.get("kind")
              .fail("is " + kind + ", expected fork, equivocation, double-result or omission");
    };
  }

  private static Note note(Located at) {
    try {
      return Note.parse(at.text());
    } catch (TlogException e) {
      throw new JsonException(at.path() + ": " + e.getMessage(), e);
    }
  }
}
