package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoteTest {
  private static final String DASH = "\u2014 ";
  private static final String TEXT = "example.com/log\n5\n" + Hash.EMPTY_ROOT.base64() + "\n";
  private static final SigningKey LOG = key("example.com/log", 1);
  private static final SigningKey WITNESS = key("w1.example.com/witness", 2);
  private static final Instant TIME = Instant.ofEpochSecond(1_700_000_000);

  static SigningKey key(String name, int seed) {
    return SigningKey.generate(name, new SplittableRandom(seed));
  }

  private static String line() {
    return LOG.sign(TEXT).line();
  }

  private static String refused(String note) {
    var message =
        assertThrows(TlogException.class, () -> Note.parse(note), () -> "accepted: " + note)
            .getMessage();
    assertThrows(
        TlogException.class, () -> Note.parse(note.getBytes(StandardCharsets.UTF_8)), message);
    return message;
  }

  @Test
  void a_note_is_written_back_as_it_came() {
    var note = new Note(TEXT, List.of(LOG.sign(TEXT), WITNESS.cosign(TEXT, TIME)));

    assertEquals(note, Note.parse(note.encode()));
    assertEquals(note.encoded(), Note.parse(note.encoded()).encoded());
    assertEquals(note.signatures(), NoteSignature.parseLines(note.signatureLines()));
  }

  @Test
  void a_text_may_hold_empty_lines_and_ends_at_the_last_one() {
    var text = "one\n\n\ntwo\n\nthree\n";
    var note = new Note(text, List.of(LOG.sign(text)));

    assertEquals(note, Note.parse(note.encoded()));
    assertEquals(VerifierKey.Found.GOOD, LOG.verifier().find(Note.parse(note.encoded())));
  }

  @Test
  void sixteen_signatures_and_a_hundred_are_read_and_more_are_not() {
    for (int count : new int[] {16, Note.MAX_SIGNATURES})
      assertEquals(count, Note.parse(signed(count)).signatures().size());
    assertTrue(refused(signed(Note.MAX_SIGNATURES + 1)).contains("100"));
    assertThrows(TlogException.class, () -> new Note(TEXT, List.of()), "a note without signatures");
  }

  private static String signed(int count) {
    return TEXT + "\n" + (line() + "\n").repeat(count);
  }

  @Test
  void a_note_of_more_octets_than_the_bound_is_refused_with_both_numbers() {
    var message =
        assertThrows(TlogException.class, () -> Note.parse(new byte[Note.MAX_OCTETS + 1]))
            .getMessage();

    assertTrue(message.contains("1048577") && message.contains("1048576"), message);
  }

  @Test
  void what_is_no_note_is_refused() {
    refused("");
    refused("\n");
    refused("\n\n");
    refused(TEXT);
    refused(TEXT + "\n");
    refused(TEXT + line() + "\n");
    refused(TEXT + "\n" + line());
    refused(TEXT + "\n" + line() + "\n\n");
    refused(TEXT + "\n" + line() + "\nUnexpected line.\n");
    refused(TEXT + "\n" + line() + "\r\n");
    refused("\u0001" + TEXT + "\n" + line() + "\n");
    refused("tab\there\n\n" + line() + "\n");
    refused("\n" + line() + "\n");
  }

  @Test
  void octets_that_are_not_utf_8_are_refused() {
    for (int bad : new int[] {0xff, 0xc0, 0x80}) {
      var octets = (TEXT + "\n" + line() + "\n").getBytes(StandardCharsets.UTF_8);
      octets[3] = (byte) bad;
      assertThrows(TlogException.class, () -> Note.parse(octets));
    }
    assertThrows(
        TlogException.class, () -> new Note("half \ud800 a pair\n", List.of(LOG.sign("x\n"))));
    assertThrows(TlogException.class, () -> LOG.sign("no newline"));
    assertThrows(TlogException.class, () -> WITNESS.cosign("tab\t\n", TIME));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- example.com/log AAAAAAE=",
        "\u2013 example.com/log AAAAAAE=",
        "\u2014example.com/log AAAAAAE=",
        "\u2014  example.com/log AAAAAAE=",
        "\u2014 example.com/log  AAAAAAE=",
        "\u2014 example.com/log AAAAAAE= ",
        " \u2014 example.com/log AAAAAAE=",
        "\u2014 example.com/log",
        "\u2014 example.com/log ",
        "\u2014 AAAAAAE=",
        "\u2014 bad name AAAAAAE=",
        "\u2014 bad+name AAAAAAE=",
        "\u2014 bad\u00a0name AAAAAAE=",
        "\u2014 bad\u0085name AAAAAAE=",
        "\u2014 bad\u2028name AAAAAAE=",
        "\u2014 bad\u3000name AAAAAAE=",
        "\u2014 example.com/log AAAAAA==",
        "\u2014 example.com/log AAAAAAE",
        "\u2014 example.com/log AAAAAAF=",
        "\u2014 example.com/log AAAAA-E=",
        "\u2014 example.com/log AAAA AAE=",
        "\u2014 example.com/log !AAAAAE="
      })
  void a_signature_line_is_exact(String line) {
    assertThrows(TlogException.class, () -> NoteSignature.parse(line));
    refused(TEXT + "\n" + line + "\n");
  }

  @Test
  void a_signature_has_a_bounded_number_of_octets() {
    var longest = new NoteSignature("n", 1, new byte[NoteSignature.MAX_OCTETS]);
    assertEquals(longest, NoteSignature.parse(longest.line()));
    assertThrows(
        TlogException.class,
        () -> new NoteSignature("n", 1, new byte[NoteSignature.MAX_OCTETS + 1]));
    assertThrows(TlogException.class, () -> new NoteSignature("n", 1, new byte[0]));
    assertThrows(TlogException.class, () -> new NoteSignature("n".repeat(256), 1, new byte[1]));
    assertThrows(TlogException.class, () -> new NoteSignature("", 1, new byte[1]));
  }

  @Test
  void an_unknown_key_is_ignored_also_under_a_known_name_or_id() {
    var other = key("example.com/log", 3);
    var note = new Note(TEXT, List.of(other.sign(TEXT)));
    assertEquals(VerifierKey.Found.NONE, LOG.verifier().find(note));

    var sameId = new NoteSignature("other", LOG.verifier().keyId(), new byte[64]);
    assertEquals(VerifierKey.Found.NONE, LOG.verifier().find(note.with(sameId)));
    assertEquals(
        VerifierKey.Found.GOOD, LOG.verifier().find(note.with(sameId).with(LOG.sign(TEXT))));
  }

  @Test
  void one_wrong_signature_of_a_key_spoils_a_good_one() {
    var good = LOG.sign(TEXT);
    var wrong = LOG.sign("another\n");

    assertEquals(VerifierKey.Found.GOOD, LOG.verifier().find(new Note(TEXT, List.of(good, good))));
    assertEquals(
        VerifierKey.Found.WRONG, LOG.verifier().find(new Note(TEXT, List.of(good, wrong))));
    assertEquals(
        VerifierKey.Found.WRONG, LOG.verifier().find(new Note(TEXT, List.of(wrong, good))));
  }

  @Test
  void a_signature_of_another_length_or_type_does_not_verify() {
    var octets = new ArrayList<byte[]>();
    for (int length : new int[] {1, 63, 65, 72}) octets.add(new byte[length]);
    for (var blob : octets)
      assertFalse(
          LOG.verifier()
              .verifies(TEXT, new NoteSignature(LOG.name(), LOG.verifier().keyId(), blob)));
    var cosigned = WITNESS.cosign(TEXT, TIME).octets();
    var relabelled = new NoteSignature(WITNESS.name(), WITNESS.verifier().keyId(), cosigned);
    assertFalse(WITNESS.verifier().verifies(TEXT, relabelled));
    assertNotEquals(WITNESS.verifier().keyId(), WITNESS.cosigner().keyId());
  }

  @Test
  void a_cosignature_covers_its_time_and_the_whole_text() {
    var signature = WITNESS.cosign(TEXT, TIME);
    assertTrue(WITNESS.cosigner().verifies(TEXT, signature));
    assertEquals(TIME, Cosignature.of(signature).time());

    assertFalse(WITNESS.cosigner().verifies(TEXT + "extension\n", signature));
    var later = signature.octets();
    later[7]++;
    var moved = new NoteSignature(signature.name(), signature.keyId(), later);
    assertFalse(WITNESS.cosigner().verifies(TEXT, moved));
  }

  @Test
  void a_cosignature_of_a_time_that_nobody_can_say_does_not_verify() {
    var octets = WITNESS.cosign(TEXT, TIME).octets();
    for (byte first : new byte[] {(byte) 0x80, 0x7f}) {
      octets[0] = first;
      var signature = new NoteSignature(WITNESS.name(), WITNESS.cosigner().keyId(), octets);
      assertFalse(WITNESS.cosigner().verifies(TEXT, signature));
      assertThrows(TlogException.class, () -> Cosignature.of(signature));
    }
    assertThrows(TlogException.class, () -> WITNESS.cosign(TEXT, Instant.ofEpochSecond(-1)));
    assertThrows(TlogException.class, () -> Cosignature.of(LOG.sign(TEXT)));
  }

  @Test
  void a_newer_signature_of_a_key_replaces_the_older_one() {
    var note = new Note(TEXT, List.of(LOG.sign(TEXT), WITNESS.cosign(TEXT, TIME)));
    var newer = WITNESS.cosign(TEXT, TIME.plusSeconds(9));

    assertEquals(List.of(LOG.sign(TEXT), newer), note.with(newer).signatures());
  }

  @Test
  void every_part_and_every_changed_character_of_a_vkey_is_refused() {
    var vkey = LOG.verifier().toString();
    assertEquals(LOG.verifier(), VerifierKey.parse(vkey));
    for (int i = 0; i <= vkey.length(); i++)
      for (int j = i; j <= vkey.length(); j++) {
        var part = vkey.substring(i, j);
        if (!part.equals(vkey)) assertThrows(TlogException.class, () -> VerifierKey.parse(part));
      }
    for (int i = 0; i < vkey.length(); i++) {
      var changed = new StringBuilder(vkey);
      changed.setCharAt(i, (char) (vkey.charAt(i) + 1));
      assertThrows(
          TlogException.class, () -> VerifierKey.parse(changed.toString()), changed::toString);
    }
  }

  /** The id is right in each; of x/mod, and with points outside the prime-order group. */
  @Test
  void a_vkey_of_another_length_type_or_group_is_refused() {
    for (var vkey :
        List.of(
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"))
      assertThrows(TlogException.class, () -> VerifierKey.parse(vkey));
    var neutral = new byte[32];
    neutral[0] = 1;
    for (var point : List.of(neutral, new byte[32]))
      assertTrue(
          assertThrows(TlogException.class, () -> new VerifierKey("n", KeyType.ED25519, point))
              .getMessage()
              .contains("prime-order"));
  }

  @Test
  void an_ml_dsa_key_is_read_and_never_believed() {
    var key = new VerifierKey("w", KeyType.ML_DSA_COSIGNATURE, new byte[1312]);
    var signature = new NoteSignature("w", key.keyId(), new byte[2428]);

    assertEquals(key, VerifierKey.parse(key.toString()));
    assertFalse(key.type().isSupported());
    assertFalse(key.verifies(TEXT, signature));
    assertThrows(
        TlogException.class,
        () -> new VerifierKey("w", KeyType.ML_DSA_COSIGNATURE, new byte[1311]));
  }

  @Test
  void an_skey_is_exact_and_no_error_repeats_it() {
    var skey = LOG.secretText();
    var secret = skey.substring(skey.lastIndexOf('+') + 1);
    assertEquals(LOG.verifier(), SigningKey.parse(skey).verifier());
    for (int i = 0; i < skey.length(); i++) {
      var changed = new StringBuilder(skey);
      changed.setCharAt(i, (char) (skey.charAt(i) + 1));
      var message =
          assertThrows(TlogException.class, () -> SigningKey.parse(changed.toString()))
              .getMessage();
      for (int j = 0; j + 10 <= secret.length(); j++)
        assertFalse(message.contains(secret.substring(j, j + 10)), message);
    }
    for (int end = 0; end < skey.length(); end++) {
      var part = skey.substring(0, end);
      assertThrows(TlogException.class, () -> SigningKey.parse(part));
    }
    assertFalse(LOG.toString().contains(secret));
    assertThrows(TlogException.class, () -> new SigningKey("n", new byte[31]));
  }

  @Test
  void the_key_hash_begins_with_the_key_id() {
    var id = Base64.getDecoder().decode(line().substring(line().lastIndexOf(' ') + 1));
    var hash = LOG.verifier().keyHash().toArray();

    for (int i = 0; i < 4; i++) assertEquals(id[i], hash[i]);
  }

  /** What can be made can be read: the bounds of the parts keep the bound of the whole. */
  @Test
  void the_largest_note_is_read() {
    var text = "\uffee".repeat(Note.MAX_TEXT - 1) + "\n";
    var signatures = new ArrayList<NoteSignature>();
    for (int i = 0; i < Note.MAX_SIGNATURES; i++)
      signatures.add(new NoteSignature("n".repeat(255), i, new byte[NoteSignature.MAX_OCTETS]));
    var note = new Note(text, signatures);

    assertTrue(note.encode().length > Note.MAX_OCTETS / 2);
    assertEquals(note, Note.parse(note.encode()));
    assertThrows(TlogException.class, () -> new Note("x" + text, signatures));
    assertThrows(TlogException.class, () -> Note.parse("x".repeat(Note.MAX_OCTETS + 1)));
    var proof = new TlogProof(Optional.of(new byte[TlogProof.MAX_EXTRA]), 0, List.of(), note);
    assertEquals(proof, TlogProof.parse(proof.encode()));
    assertThrows(
        TlogException.class,
        () -> new TlogProof(Optional.of(new byte[TlogProof.MAX_EXTRA + 1]), 0, List.of(), note));
    var request = new AddCheckpoint(Long.MAX_VALUE, List.of(), note);
    assertEquals(request, AddCheckpoint.parse(request.encode()));
  }
}
