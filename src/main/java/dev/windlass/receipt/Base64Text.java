package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import java.util.Base64;

/** Standard base64 with padding (RFC 4648 §4), one text for each value. */
final class Base64Text {
  private Base64Text() {}

  static String of(Bytes octets) {
    return Base64.getEncoder().encodeToString(octets.unsafeArray());
  }

  static Bytes parse(String text) {
    var octets = Base64.getDecoder().decode(text);
    if (!Base64.getEncoder().encodeToString(octets).equals(text))
      throw new IllegalArgumentException("not base64 with padding in its only form");
    return Bytes.wrap(octets);
  }
}
