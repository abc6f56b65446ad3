package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Cid;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import dev.windlass.receipt.ReceiptDraft.Certificate;
import dev.windlass.receipt.ReceiptDraft.Content;
import dev.windlass.receipt.ReceiptDraft.Function;
import dev.windlass.receipt.ReceiptDraft.Head;
import dev.windlass.receipt.ReceiptDraft.Invocation;
import dev.windlass.receipt.ReceiptDraft.Worker;
import dev.windlass.receipt.ResultStatement.End;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a head says of one request: an in-toto Statement (trust annex §3.3 b).
 *
 * @param seq place in the chain of its head's registered keys, from 1 on
 * @param prev of the payload with {@code seq - 1}; absent at 1
 */
public record ReceiptStatement(ReceiptDraft draft, long seq, Optional<Digest> prev) {
  public static final String TYPE = "https://in-toto.io/Statement/v1";
  public static final String PREDICATE_TYPE = "https://windlass.dev/attestation/execution/v1";

  /** 64 workers with the longest names. */
  public static final Bounds BOUNDS = new Bounds(128 << 10, 8, 2048);

  public ReceiptStatement {
    if (seq < 1 || seq > Json.MAX_INTEGER || (seq == 1) != prev.isEmpty())
      throw new IllegalArgumentException(
          "seq " + seq + (prev.isEmpty() ? " without" : " with") + " prev; only 1 has none");
  }

  /**
   * @throws JsonException unless the text is the canonical JSON of a receipt
   */
  public static ReceiptStatement parse(Bytes text) {
    var json = Json.parse(text.unsafeArray(), BOUNDS);
    var statement = Forms.read("receipt", () -> statement(json.at()));
    Forms.canonical("receipt", json, text);
    return statement;
  }

  /** The octets that are signed: RFC 8785. */
  public Bytes canonical() {
    return draft.prepare().at(seq, prev.map(Digest::hash).orElse(null));
  }

  /** UUIDv7: also the receipt's own name. */
  public String id() {
    return draft.invocation().id();
  }

  private static ReceiptStatement statement(Located at) {
    at.only("_type", "subject", "predicateType", "predicate");
    requireText(at.get("_type"), TYPE);
    requireText(at.get("predicateType"), PREDICATE_TYPE);
    var subjects = at.get("subject").elements();
    if (subjects.size() != 1) throw at.get("subject").fail("one subject, not " + subjects.size());
    var subject = subjects.getFirst().only("name", "digest");
    requireText(subject.get("name"), "output");
    var output = subject.get("digest").only("sha256").get("sha256").as(Digest::new);
    var p =
        at.get("predicate")
            .only(
                "invocation",
                "function",
                "input",
                "result",
                "policy",
                "certificate",
                "head",
                "zk",
                "supersedes");
    requireNull(p.get("zk"));
    requireNull(p.get("supersedes"));
    var result = p.get("result").only("exit", "trap", "size", "stderrSha256", "fuel");
    var head = p.get("head").only("id", "seq", "prev", "mmdSeconds");
    var draft =
        new ReceiptDraft(
            invocation(p.get("invocation")),
            function(p.get("function")),
            input(p.get("input")),
            end(result),
            new Content(output, result.get("size").integer(0, Json.MAX_INTEGER)),
            result.get("stderrSha256").as(Digest::new),
            ExecutionPolicy.parse(p.get("policy")),
            certificate(p.get("certificate")),
            new Head(head.get("id").text(), head.get("mmdSeconds").int32(1, Head.MAX_MMD_SECONDS)));
    var prev = head.get("prev");
    return new ReceiptStatement(
        draft,
        head.get("seq").integer(1, Json.MAX_INTEGER),
        prev.isNull() ? Optional.empty() : Optional.of(prev.as(Digest::parse)));
  }

  private static Invocation invocation(Located at) {
    at.only("id", "nonce", "caller", "requestedAt", "finishedAt");
    return new Invocation(
        at.get("id").text(),
        at.get("nonce").as(Forms::parseNonce),
        optional(at.get("caller")),
        at.get("requestedAt").as(Forms::parseTime),
        at.get("finishedAt").as(Forms::parseTime));
  }

  private static Function function(Located at) {
    at.only("name", "cid", "sha256", "manifestSha256", "publishIndex");
    var module = at.get("sha256").as(Digest::new);
    requireText(at.get("cid"), new Cid(module).toString());
    return new Function(
        at.get("name").text(),
        module,
        at.get("manifestSha256").as(Digest::new),
        at.get("publishIndex").integer(0, Json.MAX_INTEGER));
  }

  private static Content input(Located at) {
    at.only("sha256", "size");
    return new Content(
        at.get("sha256").as(Digest::new), at.get("size").integer(0, Json.MAX_INTEGER));
  }

  private static End end(Located at) {
    var exit = at.get("exit");
    var trap = at.get("trap");
    var fuel = at.get("fuel");
    if (!trap.isNull()) {
      requireNull(exit);
      requireNull(fuel);
      return trap.as(End.Trap::new);
    }
    return new End.Exit(
        exit.int32(Integer.MIN_VALUE, Integer.MAX_VALUE),
        fuel.isNull() ? OptionalLong.empty() : OptionalLong.of(fuel.integer(0, Json.MAX_INTEGER)));
  }

  private static Certificate certificate(Located at) {
    at.only("envelopeSha256", "workers", "dissent");
    if (!at.get("dissent").elements().isEmpty())
      throw at.get("dissent").fail("dissent is not known to this version, expected []");
    return new Certificate(
        at.get("envelopeSha256").as(Digest::new),
        at.get("workers").elements().stream().map(ReceiptStatement::worker).toList());
  }

  private static Worker worker(Located at) {
    at.only("id", "keyid", "zone", "registerIndex");
    return new Worker(
        at.get("id").text(),
        at.get("keyid").text(),
        optional(at.get("zone")),
        at.get("registerIndex").integer(0, Json.MAX_INTEGER));
  }

  private static Optional<String> optional(Located at) {
    return at.isNull() ? Optional.empty() : Optional.of(at.text());
  }

  private static void requireText(Located at, String expected) {
    if (!at.text().equals(expected)) throw at.fail("is " + at.text() + ", expected " + expected);
  }

  private static void requireNull(Located at) {
    if (!at.isNull()) throw at.fail("expected null: this version knows no other value");
  }
}
