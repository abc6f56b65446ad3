package dev.windlass.receipt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Cid;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.ResultStatement.End;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ResultStatementTest {
  private static final String INVOCATION = "0197f3a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

  static Digest digest(String of) {
    return Digest.of(Bytes.utf8(of));
  }

  static ResultStatement statement(End end) {
    return new ResultStatement(
        INVOCATION,
        Bytes.wrap(new byte[] {-1, -2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}),
        digest("module"),
        digest("manifest"),
        digest("input"),
        digest("env"),
        "det-1",
        digest("engine"),
        digest("output"),
        end,
        Optional.empty());
  }

  private static Json tree(ResultStatement s) {
    var json =
        Json.object()
            .put("v", 1)
            .put("invocation", s.invocation())
            .put(
                "nonce",
                Base64.getUrlEncoder().withoutPadding().encodeToString(s.nonce().toArray()))
            .put(
                "function",
                Json.object()
                    .put("cid", new Cid(s.module()).toString())
                    .put("sha256", s.module().hex())
                    .build())
            .put("manifest", s.manifest().toString())
            .put("input", s.input().toString())
            .put("env", s.env().toString())
            .put("profile", s.profile())
            .put("engine", s.engine().toString())
            .put("output", s.output().toString())
            .put("io", s.io().map(d -> Json.of(d.toString())).orElse(Json.ofNull()));
    switch (s.end()) {
      case End.Exit exit ->
          json.put("exit", exit.code())
              .put("trap", Json.ofNull())
              .put(
                  "fuel",
                  exit.fuel().isPresent() ? Json.of(exit.fuel().getAsLong()) : Json.ofNull());
      case End.Trap trap ->
          json.put("exit", Json.ofNull()).put("trap", trap.word()).put("fuel", Json.ofNull());
    }
    return json.build();
  }

  @Test
  void the_direct_writer_writes_what_the_canonical_writer_writes() {
    var chance = new SplittableRandom(4);
    for (int i = 0; i < 500; i++) {
      End end =
          switch (chance.nextInt(4)) {
            case 0 -> new End.Trap("unreachable");
            case 1 -> new End.Exit(chance.nextInt(), OptionalLong.empty());
            default -> new End.Exit(0, OptionalLong.of(chance.nextLong(Json.MAX_INTEGER)));
          };
      var nonce = new byte[16];
      chance.nextBytes(nonce);
      var io = chance.nextBoolean() ? Optional.of(digest("io" + i)) : Optional.<Digest>empty();
      var one =
          new ResultStatement(
              INVOCATION,
              Bytes.wrap(nonce),
              digest("m" + i),
              digest("f" + i),
              digest("i" + i),
              digest("e" + i),
              "nondet",
              digest("g" + i),
              digest("o" + i),
              end,
              io);

      assertEquals(tree(one).canonicalText(), one.canonical().utf8());
      assertEquals(one, ResultStatement.parse(one.canonical()));
    }
  }

  @Test
  void a_statement_has_exactly_the_members_of_the_design() {
    var text = statement(new End.Exit(0, OptionalLong.of(183422))).canonical().utf8();

    assertTrue(
        text.startsWith("{\"engine\":\"sha256:")
            && text.endsWith(",\"profile\":\"det-1\",\"trap\":null,\"v\":1}"));
    assertTrue(text.contains("\"exit\":0,\"fuel\":183422,\"function\":{\"cid\":\"bafkrei"));
    assertTrue(text.contains("\"nonce\":\"__4DBAUGBwgJCgsMDQ4PEA\""));
    assertEquals(14, Json.parse(text, Bounds.DEFAULT).at().object().members().size());
  }

  @Test
  void what_is_not_exactly_a_statement_is_refused() {
    var text = statement(new End.Exit(0, OptionalLong.of(7))).canonical().utf8();
    var other = new Cid(digest("other")).toString();
    for (var bad :
        List.of(
            text.replace("\"v\":1", "\"v\":2"),
            text.replace(",\"v\":1", ""),
            text.replace("\"v\":1", "\"v\":1,\"w\":0"),
            text.replace(",\"io\":null", ", \"io\":null"),
            text.replace(new Cid(digest("module")).toString(), other),
            text.replace("\"trap\":null", "\"trap\":\"unreachable\""),
            text.replace("\"exit\":0", "\"exit\":null"),
            text.replace("\"exit\":0", "\"exit\":4294967296"),
            text.replace("\"fuel\":7", "\"fuel\":-7"),
            text.replace("\"fuel\":7", "\"fuel\":7.5"),
            text.replace("__4DBAUGBwgJCgsMDQ4PEA", "__4DBAUGBwgJCgsMDQ4PEB"),
            text.replace("__4DBAUGBwgJCgsMDQ4PEA", "__4DBAUGBwgJCgsMDQ4P"),
            text.replace("-7e3f-", "-4e3f-"),
            text.replace(INVOCATION, INVOCATION.toUpperCase(java.util.Locale.ROOT)),
            text.replace("det-1", "det 1"),
            text.replace(digest("input").hex(), "00"),
            text + " ",
            "null",
            ""))
      assertThrows(JsonException.class, () -> ResultStatement.parse(Bytes.utf8(bad)), bad);
  }

  @Test
  void any_change_of_a_byte_is_refused_or_another_statement() {
    var one = statement(new End.Trap("out-of-fuel"));
    var octets = one.canonical().toArray();
    for (int i = 0; i < octets.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        var changed = octets.clone();
        changed[i] ^= (byte) (1 << bit);
        try {
          var other = ResultStatement.parse(Bytes.wrap(changed));
          assertTrue(!other.equals(one) && other.canonical().equals(Bytes.wrap(changed)));
        } catch (JsonException _) {
          // refused as declared
        }
      }
    }
  }

  @Test
  void a_trap_has_neither_exit_nor_fuel() {
    var text = statement(new End.Trap("out-of-fuel")).canonical().utf8();

    assertTrue(
        text.contains("\"exit\":null,\"fuel\":null") && text.contains("\"trap\":\"out-of-fuel\""));
    assertThrows(IllegalArgumentException.class, () -> new End.Trap("Out of \"fuel\""));
  }

  @Test
  void the_environment_is_named_by_all_the_guest_saw() {
    var env = new TreeMap<>(java.util.Map.of("B", "2", "A", "ä"));

    assertEquals(
        digest("{\"args\":[\"hello\",\"-x\"],\"env\":{\"A\":\"ä\",\"B\":\"2\"}}"),
        new Environment(List.of("hello", "-x"), env).digest());
  }
}
