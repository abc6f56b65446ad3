package dev.windlass.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinTokenTest {
  private final TestClock clock = new TestClock();
  private final SecureRandom random = new SecureRandom();
  private final CertificateAuthority ca = CertificateAuthority.create("acme.test", clock, random);

  @Test
  void a_token_is_read_back_as_it_was_written() {
    var token = JoinToken.make(65535, ca.certificate(), random);
    var read = JoinToken.parse(token.reveal());

    assertEquals(65535, read.port());
    assertTrue(read.pins(ca.certificate()));
    assertArrayEquals(token.secretDigest(), read.secretDigest());
    assertEquals(92, token.reveal().length());
  }

  @Test
  void a_token_pins_one_authority() {
    var other = CertificateAuthority.create("acme.test", clock, random);
    assertFalse(JoinToken.make(1, ca.certificate(), random).pins(other.certificate()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "wj1.", "wj1.AAAA", "wj2.", " wj1."})
  void what_is_not_a_token_is_refused_without_repeating_it(String start) {
    var text = start + "S3cret";
    var e = assertThrows(IllegalArgumentException.class, () -> JoinToken.parse(text));
    assertFalse(e.getMessage().contains("S3cret"), e.getMessage());
  }

  @Test
  void a_token_with_more_or_less_or_other_characters_is_refused() {
    var text = JoinToken.make(7, ca.certificate(), random).reveal();
    for (var bad :
        new String[] {
          text + "A",
          text.substring(1),
          text + "=",
          text + "\n",
          text.replace("wj1", "WJ1"),
          text.substring(0, 50) + "+" + text.substring(51),
          text.substring(0, 50) + " " + text.substring(51)
        }) assertThrows(IllegalArgumentException.class, () -> JoinToken.parse(bad));
  }

  @Test
  void a_token_without_a_port_is_refused() {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> JoinToken.parse("wj1." + "A".repeat(88)));
    assertTrue(e.getMessage().contains("from 1 to 65535, not 0"), e.getMessage());
  }

  @Test
  void a_token_does_not_show_its_secret() {
    var token = JoinToken.make(7, ca.certificate(), random);
    assertEquals("JoinToken[port 7, secret redacted]", token.toString());
  }
}
