package dev.windlass.receipt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Cid;
import dev.windlass.function.Digest;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.ReceiptDraft.Certificate;
import dev.windlass.receipt.ReceiptDraft.Content;
import dev.windlass.receipt.ReceiptDraft.Head;
import dev.windlass.receipt.ReceiptDraft.Invocation;
import dev.windlass.receipt.ReceiptDraft.Worker;
import dev.windlass.receipt.ResultStatement.End;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReceiptStatementTest {
  private static final Instant TIME = Instant.parse("2026-11-22T07:00:00.123456Z");
  private static final List<String> HOSTILE =
      List.of(
          "plain",
          "\"},\"seq\":1,\"x\":{\"",
          "back\\slash",
          "\u0000\u0001\u001f\b\t\n\f\r\u007f",
          "</script> \u2028\u2029 \u00e9\u00df\u20ac",
          "\ud83d\ude00\ufeff\uffff",
          "x".repeat(100));

  private static Digest digest(String of) {
    return Digest.of(Bytes.utf8(of));
  }

  private static ReceiptDraft draft(String text, End end, int workers) {
    var all = new ArrayList<Worker>();
    for (int i = 0; i < workers; i++)
      all.add(
          new Worker(
              "spiffe://td/" + text + i,
              "SHA256:" + i,
              i % 2 == 0 ? Optional.empty() : Optional.of(text),
              70 + i));
    return new ReceiptDraft(
        new Invocation(
            "0197f3a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b",
            Bytes.wrap(new byte[16]),
            text.equals("plain") ? Optional.empty() : Optional.of(text),
            TIME,
            TIME.plusMillis(40)),
        new ReceiptDraft.Function(text + "@1.4.0", digest("m"), digest("manifest"), 18_231),
        new Content(digest("in"), 512),
        end,
        new Content(digest("out"), Json.MAX_INTEGER),
        digest(text),
        new ExecutionPolicy(
            "quorum", 3, 2, List.of("node", "zone"), workers % 2 == 0 ? 0.05 : 0, "det-1"),
        new Certificate(digest("envelope"), all),
        new Head("spiffe://td/" + text, 10));
  }

  /** The same, as {@link Json} writes it. */
  private static Json json(ReceiptStatement receipt) {
    var d = receipt.draft();
    var exit = d.end() instanceof End.Exit e ? Json.of(e.code()) : Json.ofNull();
    var fuel =
        d.end() instanceof End.Exit(int _, OptionalLong f) && f.isPresent()
            ? Json.of(f.getAsLong())
            : Json.ofNull();
    var trap = d.end() instanceof End.Trap t ? Json.of(t.word()) : Json.ofNull();
    var policy = d.policy();
    var terms =
        Json.object()
            .put("mode", policy.mode())
            .put("n", policy.n())
            .put("threshold", policy.threshold())
            .put("diversity", Json.texts(policy.diversity()))
            .put("audit", Json.of(policy.audit()))
            .put("profile", policy.profile());
    var predicate =
        Json.object()
            .put(
                "invocation",
                Json.object()
                    .put("id", d.invocation().id())
                    .put("nonce", "AAAAAAAAAAAAAAAAAAAAAA")
                    .put("caller", text(d.invocation().caller()))
                    .put("requestedAt", "2026-11-22T07:00:00.123Z")
                    .put("finishedAt", "2026-11-22T07:00:00.163Z")
                    .build())
            .put(
                "function",
                Json.object()
                    .put("name", d.function().name())
                    .put("cid", new Cid(d.function().module()).toString())
                    .put("sha256", d.function().module().hex())
                    .put("manifestSha256", d.function().manifest().hex())
                    .put("publishIndex", d.function().publishIndex())
                    .build())
            .put(
                "input",
                Json.object()
                    .put("sha256", d.input().sha256().hex())
                    .put("size", d.input().size())
                    .build())
            .put(
                "result",
                Json.object()
                    .put("exit", exit)
                    .put("trap", trap)
                    .put("size", d.output().size())
                    .put("stderrSha256", d.stderr().hex())
                    .put("fuel", fuel)
                    .build())
            .put("policy", terms.put("sha256", policy.digest().hex()).build())
            .put(
                "certificate",
                Json.object()
                    .put("envelopeSha256", d.certificate().envelope().hex())
                    .put(
                        "workers",
                        Json.array(
                            d.certificate().workers().stream()
                                .map(
                                    w ->
                                        Json.object()
                                            .put("id", w.id())
                                            .put("keyid", w.keyId())
                                            .put("zone", text(w.zone()))
                                            .put("registerIndex", w.registerIndex())
                                            .build())
                                .toList()))
                    .put("dissent", Json.array(List.of()))
                    .build())
            .put(
                "head",
                Json.object()
                    .put("id", d.head().id())
                    .put("seq", receipt.seq())
                    .put("prev", text(receipt.prev().map(Digest::toString)))
                    .put("mmdSeconds", d.head().mmdSeconds())
                    .build())
            .put("zk", Json.ofNull())
            .put("supersedes", Json.ofNull())
            .build();
    var subject =
        Json.object()
            .put("name", "output")
            .put("digest", Json.object().put("sha256", d.output().sha256().hex()).build())
            .build();
    return Json.object()
        .put("_type", "https://in-toto.io/Statement/v1")
        .put("subject", Json.array(List.of(subject)))
        .put("predicateType", "https://windlass.dev/attestation/execution/v1")
        .put("predicate", predicate)
        .build();
  }

  private static Json text(Optional<String> text) {
    return text.map(Json::of).orElse(Json.ofNull());
  }

  @Test
  void the_fast_rendering_is_the_canonical_json_for_hostile_strings_too() {
    var ends =
        List.of(
            new End.Exit(0, OptionalLong.of(183_422)),
            new End.Exit(-1, OptionalLong.empty()),
            new End.Trap("out-of-fuel"));
    for (var text : HOSTILE)
      for (var end : ends)
        for (int workers = 1; workers <= 3; workers++)
          for (long seq : new long[] {1, 9, 10, 90_211, Json.MAX_INTEGER}) {
            var prev = seq == 1 ? Optional.<Digest>empty() : Optional.of(digest("prev" + seq));
            var receipt = new ReceiptStatement(draft(text, end, workers), seq, prev);

            var canonical = receipt.canonical();

            assertEquals(json(receipt).canonicalText(), canonical.utf8());
            assertEquals(canonical, ReceiptStatement.parse(canonical).canonical());
            assertTrue(canonical.size() <= receipt.draft().prepare().mostOctets());
          }
  }

  @Test
  void random_text_is_rendered_as_the_json_writer_does() {
    var chance = new SplittableRandom(7);
    for (int round = 0; round < 300; round++) {
      var text = new StringBuilder("x");
      for (int i = chance.nextInt(40); i > 0; i--) {
        int c = chance.nextInt(10) == 0 ? chance.nextInt(0x10ffff) : chance.nextInt(0x80);
        text.appendCodePoint(c >= 0xd800 && c < 0xe000 ? '-' : c);
      }
      var end = new End.Exit(0, OptionalLong.empty());
      var receipt = new ReceiptStatement(draft(text.toString(), end, 2), 1, Optional.empty());

      assertEquals(json(receipt).canonicalText(), receipt.canonical().utf8());
    }
  }

  @Test
  void a_chain_begins_at_1_and_names_the_payload_before() {
    var chain = new ReceiptChain();
    var prepared = draft("plain", new End.Exit(0, OptionalLong.empty()), 1).prepare();

    var first = chain.add(prepared);
    var second = ReceiptStatement.parse(chain.add(prepared));

    assertEquals(1, ReceiptStatement.parse(first).seq());
    assertEquals(Optional.empty(), ReceiptStatement.parse(first).prev());
    assertEquals(2, second.seq());
    assertEquals(Optional.of(Digest.of(first)), second.prev());
    assertEquals(3, chain.nextSeq());
    assertEquals(Digest.of(second.canonical()), Digest.ofHash(chain.lastHash()));
  }

  @Test
  void only_the_canonical_json_of_the_known_members_is_a_receipt() {
    var good =
        new ReceiptStatement(
                draft("plain", new End.Exit(0, OptionalLong.of(7)), 1), 1, Optional.empty())
            .canonical()
            .utf8();
    for (var change :
        List.of(
            new String[] {"{\"_type\"", " {\"_type\""},
            new String[] {"\"seq\":1", "\"seq\":1,\"seq\":1"},
            new String[] {"\"seq\":1", "\"seq\":2"},
            new String[] {"\"seq\":1", "\"seq\":1.0"},
            new String[] {"\"seq\":1", "\"seq\":0"},
            new String[] {"\"prev\":null", "\"prev\":\"" + digest("x") + "\""},
            new String[] {"\"prev\":null,", ""},
            new String[] {"\"zk\":null", "\"zk\":{}"},
            new String[] {"\"zk\":null", "\"zk\":null,\"zz\":1"},
            new String[] {"\"supersedes\":null", "\"supersedes\":7"},
            new String[] {"\"dissent\":[]", "\"dissent\":[1]"},
            new String[] {"\"workers\":[{", "\"workers\":[],\"x\":[{"},
            new String[] {"execution/v1", "execution/v2"},
            new String[] {"Statement/v1", "Statement/v0.1"},
            new String[] {"\"name\":\"output\"", "\"name\":\"stdout\""},
            new String[] {"\"cid\":\"bafk", "\"cid\":\"bafy"},
            new String[] {"00.123Z", "00.123000Z"},
            new String[] {"\"mode\":\"quorum\"", "\"mode\":\"single\""},
            new String[] {"\"exit\":0", "\"exit\":null"},
            new String[] {"AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB"},
            new String[] {"@1.4.0", "\\u00401.4.0"},
            new String[] {"det-1", "det 1"})) {
      assertTrue(good.contains(change[0]), change[0]);
      var text = good.replace(change[0], change[1]);
      assertThrows(JsonException.class, () -> ReceiptStatement.parse(Bytes.utf8(text)), text);
    }
    assertThrows(JsonException.class, () -> ReceiptStatement.parse(Bytes.EMPTY));
  }

  @Test
  void any_octets_fail_only_as_declared() {
    var good =
        new ReceiptStatement(
                draft("plain", new End.Trap("unreachable"), 2), 2, Optional.of(digest("x")))
            .canonical();
    var chance = new SplittableRandom(11);
    for (int round = 0; round < 2_000; round++) {
      var octets = good.toArray();
      for (int flips = 1 + chance.nextInt(3); flips > 0; flips--)
        octets[chance.nextInt(octets.length)] = (byte) chance.nextInt(256);
      var text = Bytes.wrap(octets);
      try {
        assertEquals(text, ReceiptStatement.parse(text).canonical());
      } catch (JsonException e) {
        assertTrue(String.valueOf(e.getMessage()).length() > 5);
      }
    }
  }

  @Test
  void a_draft_that_cannot_be_written_in_one_way_is_refused() {
    assertThrows(IllegalArgumentException.class, () -> new Head("spiffe://td/\ud800", 10));
    assertThrows(IllegalArgumentException.class, () -> new Head("http://td", 10));
    assertThrows(IllegalArgumentException.class, () -> new Head("spiffe://td", 0));
    assertThrows(IllegalArgumentException.class, () -> new Certificate(digest("x"), List.of()));
    assertThrows(
        IllegalArgumentException.class, () -> new Worker("spiffe://td", "k", Optional.of(""), 1));
    assertThrows(IllegalArgumentException.class, () -> new Content(digest("x"), -1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ExecutionPolicy("single", 1, 2, List.of(), 0, "det-1"));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ExecutionPolicy("single", 1, 1, List.of(), Double.NaN, "det-1"));
    var prepared = draft("plain", new End.Trap("x"), 1).prepare();
    assertThrows(IllegalArgumentException.class, () -> prepared.at(0, null));
    assertThrows(IllegalArgumentException.class, () -> prepared.at(1, new byte[32]));
    assertThrows(IllegalArgumentException.class, () -> prepared.at(2, null));
  }
}
