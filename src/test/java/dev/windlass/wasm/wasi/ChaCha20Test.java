package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class ChaCha20Test {
  @Test
  void the_block_of_rfc_8439_section_2_3_2_comes_out() {
    var key = new byte[32];
    for (int i = 0; i < 32; i++) key[i] = (byte) i;
    var nonce = HexFormat.of().parseHex("000000090000004a00000000");
    var block = new byte[64];

    new ChaCha20(key, 1, nonce).next(block, 0, 64);

    assertEquals(
        "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            + "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e",
        HexFormat.of().formatHex(block));
  }

  @Test
  void the_stream_of_rfc_8439_appendix_a_1_comes_out_in_pieces_of_any_size() {
    var stream = new ChaCha20(new byte[32]);
    var octets = new byte[128];
    int[] pieces = {1, 62, 2, 0, 63};
    int at = 0;

    for (int piece : pieces) {
      stream.next(octets, at, piece);
      at += piece;
    }

    assertEquals(128, at);
    assertEquals(
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            + "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
            + "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
            + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
        HexFormat.of().formatHex(octets));
  }

  @Test
  void ten_thousand_bytes_are_those_of_the_platforms_cipher() throws GeneralSecurityException {
    var key = new byte[32];
    key[7] = 42;
    var cipher = Cipher.getInstance("ChaCha20");
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(key, "ChaCha20"),
        new ChaCha20ParameterSpec(new byte[12], 0));
    var ours = new byte[10_000];

    new ChaCha20(key).next(ours, 0, ours.length);

    assertArrayEquals(cipher.doFinal(new byte[10_000]), ours);
  }
}
