package dev.windlass.witness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.identity.TestClock;
import dev.windlass.tlog.KeyType;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.VerifierKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The requests that torchwood's litewitness is tested with, of a log whose key is theirs, and the
 * statuses it gives. One differs: their wrong signature is no canonical base64, which we refuse as
 * malformed; with canonical base64 it is refused as a signature.
 */
class WitnessVectorTest {
  private static final String TREE =
      "4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
  private static final String ORIGIN = "sigsum.org/v1/tree/" + TREE;
  private static final VerifierKey LOG =
      new VerifierKey(
          ORIGIN,
          KeyType.ED25519,
          HexFormat.of()
              .parseHex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"));

  private static final String LEAF_1 = "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  private static final String LEAF_2 = "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  private static final String SIZE_1 =
      signed(
          "1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
          "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=");
  private static final String TEXT_3 = "3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=";
  private static final String SIGNATURE_3 =
      "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6g";
  private static final String SIZE_3 = signed(TEXT_3, SIGNATURE_3 + "o=");
  private static final String SIZE_5 =
      signed(
          "5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
          "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=");

  private final SigningKey key = new SigningKey("example.com/witness", new byte[32]);
  private Witness witness;

  @BeforeEach
  void open() throws IOException {
    witness = Witness.open(new MemoryStates(), key, List.of(LOG), new TestClock());
  }

  private static String signed(String text, String signature) {
    return ORIGIN + "\n" + text + "\n\n\u2014 " + ORIGIN + " " + signature + "\n";
  }

  private WitnessAnswer post(String body) {
    return witness.addCheckpoint(body.getBytes(StandardCharsets.UTF_8));
  }

  private void cosigned(WitnessAnswer answer, String note) {
    assertEquals(200, answer.status(), () -> new String(answer.body(), StandardCharsets.UTF_8));
    var whole = Note.parse(note + new String(answer.body(), StandardCharsets.UTF_8));
    assertEquals(VerifierKey.Found.GOOD, key.cosigner().find(whole));
  }

  private void refused(int status, String why, String body) {
    var answer = post(body);
    assertEquals(status, answer.status());
    var text = new String(answer.body(), StandardCharsets.UTF_8);
    assertTrue(text.contains(why), text);
  }

  @Test
  void the_key_id_is_theirs() {
    assertEquals("5202289b", HexFormat.of().toHexDigits(LOG.keyId()));
  }

  @Test
  void their_requests_get_their_answers() {
    cosigned(post("old 0\n\n" + SIZE_1), SIZE_1);

    refused(
        403,
        "invalid signature",
        "old 1\n" + LEAF_1 + LEAF_2 + "\n" + signed(TEXT_3, SIGNATURE_3 + "w="));
    refused(400, "base64", "old 1\n" + LEAF_1 + LEAF_2 + "\n" + signed(TEXT_3, SIGNATURE_3 + "x="));
    refused(
        404, "unknown log", "old 1\n" + LEAF_1 + LEAF_2 + "\n" + SIZE_3.replace("e562", "e563"));
    refused(422, "consistency proof", "old 1\n\n" + SIZE_3);
    refused(
        422,
        "consistency proof",
        "old 1\n" + LEAF_1 + "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABBA=\n\n" + SIZE_3);

    cosigned(post("old 1\n" + LEAF_1 + LEAF_2 + "\n" + SIZE_3), SIZE_3);

    var behind =
        post(
            "old 1\n"
                + LEAF_1
                + "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\n"
                + "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
                + SIZE_5);
    assertEquals(409, behind.status());
    assertEquals("text/x.tlog.size", behind.contentType());
    assertArrayEquals("3\n".getBytes(StandardCharsets.US_ASCII), behind.body());

    cosigned(
        post(
            "old 3\n"
                + LEAF_2
                + "KgMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                + "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=\n"
                + "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
                + SIZE_5),
        SIZE_5);

    var again = post("old 0\n\n" + SIZE_5);
    assertEquals(409, again.status());
    assertArrayEquals("5\n".getBytes(StandardCharsets.US_ASCII), again.body());

    var text = SIZE_5.substring(0, SIZE_5.indexOf("\n\n") + 1);
    refused(400, "bad request", "old 5\n\n" + text);
    refused(
        400,
        "bad request",
        "old 5\n\n"
            + signed(
                "five\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "UgIom4JTC2MerrFcJ5xDcWHzRPVB6zzGBIw4OFqcKDflqjH4q4xY5vMxUxyczvdIlEwFYf7ivQU4KoWan2bLmzLx0go="));
    assertEquals(5, witness.size(ORIGIN));
  }
}
