package dev.windlass.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CodecTest {
  @Test
  void every_message_comes_back_as_it_was() throws ProtocolException {
    for (var message : Messages.all()) assertEquals(message, roundTrip(message));
  }

  @Test
  void random_messages_come_back_as_they_were() throws ProtocolException {
    var chance = new SplittableRandom(1);
    for (int i = 0; i < 2_000; i++) {
      var message = Messages.random(chance);
      assertEquals(message, roundTrip(message));
    }
  }

  /** A message has one encoding, so whatever decodes encodes to the same octets. */
  @Test
  void mutated_messages_fail_only_as_declared_or_are_other_messages() {
    var chance = new SplittableRandom(2);
    var all = Messages.all();
    int decoded = 0;
    for (int i = 0; i < 100_000; i++) {
      var encoded = encode(all.get(chance.nextInt(all.size())));
      byte[] header = mutated(encoded.header(), chance);
      if (decodesToOneEncoding(encoded.kind(), header, body(encoded))) decoded++;
    }
    assertTrue(decoded > 1_000, "only " + decoded + " decoded: the mutations reach too little");
  }

  @Test
  void random_octets_fail_only_as_declared() {
    var chance = new SplittableRandom(3);
    var kinds = Kind.values();
    for (int i = 0; i < 200_000; i++) {
      var header = new byte[chance.nextInt(80)];
      chance.nextBytes(header);
      if (header.length > 0 && chance.nextBoolean()) header[0] = (byte) (0x80 | chance.nextInt(16));
      decodesToOneEncoding(kinds[chance.nextInt(kinds.length)], header, new byte[0]);
    }
  }

  @Test
  void every_prefix_of_a_message_is_refused() {
    for (var message : Messages.all()) {
      var encoded = encode(message);
      int most = Math.min(encoded.header().length, 900);
      for (int size = 0; size < most; size++) {
        byte[] part = Arrays.copyOf(encoded.header(), size);
        assertThrows(
            ProtocolException.class,
            () -> Codec.decode(encoded.kind(), part, body(encoded)),
            () -> message.getClass() + " cut to " + part.length);
      }
    }
  }

  @Test
  void octets_after_the_end_of_a_header_are_refused() {
    for (var message : Messages.all()) {
      var encoded = encode(message);
      byte[] longer = Arrays.copyOf(encoded.header(), encoded.header().length + 1);
      refused("1 octets after the end", encoded.kind(), longer, body(encoded));
    }
  }

  @Test
  void a_field_too_many_is_refused() {
    refused("control has 6 elements", "86 00 01 02 03 04 05");
    refused("control 1 has 4 fields, not 5", "84 01 01 18 40 10");
  }

  @Test
  void integers_that_are_not_in_their_shortest_form_are_refused() {
    refused("shortest", "85 01 1801 1840 10 00");
    refused("shortest", "85 01 01 190040 10 00");
    refused("shortest", "85 01 01 1a00000040 10 00");
    refused("shortest", "85 01 01 1b0000000000000040 10 00");
  }

  @Test
  void indefinite_lengths_tags_floats_and_maps_are_refused() {
    refused("indefinite", "9f 01 01 1840 10 00 ff");
    refused("CBOR type 6", "c0 85 01 01 1840 10 00");
    refused("CBOR type 7", "85 01 01 f93c00 10 00");
    refused("CBOR type 5", "a0");
  }

  @Test
  void a_length_beyond_what_is_there_is_refused_before_anything_is_allocated() {
    refused("has 2147483647 octets, at most 8192", "82 03 7a7fffffff");
    refused("has 8192 octets, 0 are left", "82 03 792000");
    refused("beyond 63 bits", "82 03 7bffffffffffffffff");
    refused(
        "has 4096 elements in 0 octets",
        Kind.REPLY,
        "8601 5820" + "00".repeat(32) + "000000 991000");
  }

  @Test
  void text_that_is_not_utf_8_is_refused() {
    refused("not UTF-8", "82 03 62 c328");
    refused("not UTF-8", "82 03 63 eda080");
  }

  @Test
  void env_names_out_of_order_or_twice_are_refused() {
    var head =
        "87 00 50 01a1f0a33c0070018000000000000002 50"
            + "00".repeat(16)
            + "5820"
            + "00".repeat(32)
            + "0000";
    refused("ascending", Kind.ORDER, head + "84 6162 60 6161 60");
    refused("ascending", Kind.ORDER, head + "84 6161 60 6161 60");
    refused("without a value", Kind.ORDER, head + "81 6161");
  }

  @Test
  void a_field_against_its_own_rule_is_refused() {
    var nonce = "50" + "00".repeat(16) + "5820" + "00".repeat(32) + "000080";
    refused("not a UUIDv7", Kind.ORDER, "87 00 50 01a1f0a33c0040018000000000000002" + nonce);
    refused("must be 1 to 63", Kind.ORDER, "84 02 6100 6161 5820" + "00".repeat(32));
  }

  @Test
  void stderr_larger_than_the_body_is_refused() {
    var done = encode(Messages.done(new Outcome.Exited(0), java.util.Optional.empty()));
    refused("size of stderr is 9 in a body of 3", done.kind(), done.header(), new byte[3]);
  }

  @Test
  void a_body_where_none_belongs_is_refused() {
    refused("octets of body", Kind.CONTROL, hex("82 03 6161"), new byte[1]);
  }

  @Test
  void a_header_over_its_bound_is_neither_written_nor_read() {
    var env = new TreeMap<String, String>();
    for (int i = 0; i < 5; i++) env.put("V" + i, "x".repeat(60_000));
    var invoke = Messages.invoke(Bytes.EMPTY, 0);
    var large =
        new Order.Invoke(
            invoke.invocation(), invoke.nonce(), invoke.manifest(), env, invoke.body(), 0);

    assertThrows(ProtocolException.class, () -> Codec.encode(large));
    refused("at most 262144", Kind.CONTROL, new byte[Codec.MAX_HEADER + 1], new byte[0]);
  }

  @Test
  void what_the_reader_would_refuse_is_not_written() {
    var invoke = Messages.invoke(Bytes.EMPTY, 0);
    var lone = new TreeMap<>(java.util.Map.of("A", "\uD800"));
    assertThrows(
        ProtocolException.class,
        () ->
            Codec.encode(
                new Order.Invoke(
                    invoke.invocation(), invoke.nonce(), invoke.manifest(), lone, Bytes.EMPTY, 0)));
    assertThrows(ProtocolException.class, () -> Codec.encode(new Reply.Busy(-1)));
  }

  @Test
  void a_long_explanation_is_cut_and_a_broken_one_mended() throws ProtocolException {
    var cut = (Reply.Refused) roundTrip(new Reply.Refused(Reply.Why.TOO_LATE, "ü".repeat(100_000)));
    assertEquals("ü".repeat(2048), cut.detail());
    assertEquals(new Answer.NotFound("a?"), roundTrip(new Answer.NotFound("a\uD800")));
  }

  @Test
  void a_body_that_is_a_whole_array_is_not_copied() throws ProtocolException {
    var body = new byte[100];
    var header = encode(new Answer.Found(Bytes.EMPTY)).header();
    var found = (Answer.Found) Codec.decode(Kind.ANSWER, header, body);
    assertTrue(found.bytes().unsafeArray() == body);
  }

  private static Message roundTrip(Message message) throws ProtocolException {
    var encoded = Codec.encode(message);
    assertEquals(Kind.of(message), encoded.kind());
    return Codec.decode(encoded.kind(), encoded.header(), body(encoded));
  }

  /** False: refused. Anything but ProtocolException fails the test by itself. */
  private static boolean decodesToOneEncoding(Kind kind, byte[] header, byte[] body) {
    Message message;
    try {
      message = Codec.decode(kind, header, body);
    } catch (ProtocolException _) {
      return false;
    }
    var again = encode(message);
    assertArrayEquals(header, again.header(), () -> "two encodings of " + message);
    assertArrayEquals(body, body(again));
    return true;
  }

  private static byte[] mutated(byte[] header, RandomGenerator chance) {
    byte[] mutant = header.clone();
    for (int i = 1 + chance.nextInt(3); i > 0; i--) {
      int at = chance.nextInt(mutant.length);
      switch (chance.nextInt(4)) {
        case 0 -> mutant[at] ^= (byte) (1 << chance.nextInt(8));
        case 1 -> mutant[at] = (byte) chance.nextInt();
        case 2 -> mutant = Arrays.copyOf(mutant, Math.max(1, at));
        default -> mutant[at] += 1;
      }
    }
    return mutant;
  }

  private static Encoded encode(Message message) {
    try {
      return Codec.encode(message);
    } catch (ProtocolException e) {
      throw new AssertionError(message + " does not encode", e);
    }
  }

  private static byte[] body(Encoded encoded) {
    byte[] body = Arrays.copyOf(encoded.body(), encoded.bodySize());
    System.arraycopy(encoded.rest(), 0, body, encoded.body().length, encoded.rest().length);
    return body;
  }

  private static void refused(String why, String header) {
    refused(why, Kind.CONTROL, header);
  }

  private static void refused(String why, Kind kind, String header) {
    refused(why, kind, hex(header), new byte[0]);
  }

  private static void refused(String why, Kind kind, byte[] header, byte[] body) {
    var refusal = assertThrows(ProtocolException.class, () -> Codec.decode(kind, header, body));
    assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
