package dev.windlass.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CidTest {
  /** Computed by Python: base32(01 55 12 20 + SHA-256). */
  @Test
  void the_cid_of_known_octets_is_the_known_one() {
    assertEquals(
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
        new Cid(Digest.of(new byte[0])).toString());
    assertEquals(
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
        new Cid(Digest.of(Bytes.utf8("hello world"))).toString());
  }

  @Test
  void a_cid_is_read_back_as_the_digest_it_was_made_of() {
    var chance = new SplittableRandom(3);
    for (int i = 0; i < 1_000; i++) {
      var octets = new byte[32];
      chance.nextBytes(octets);
      var cid = new Cid(Digest.ofHash(octets));
      assertEquals(cid, Cid.parse(cid.toString()));
    }
  }

  @Test
  void other_codecs_hashes_bases_and_leftover_bits_are_refused() {
    var good = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    for (var bad :
        List.of(
            "",
            "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n",
            "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
            good.toUpperCase(Locale.ROOT),
            good.substring(1),
            good + "a",
            good.substring(0, 58) + "v")) {
      assertThrows(IllegalArgumentException.class, () -> Cid.parse(bad), bad);
    }
  }
}
