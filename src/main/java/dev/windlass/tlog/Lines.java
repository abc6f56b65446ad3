package dev.windlass.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What the text formats of C2SP share: strict UTF-8, strict base64, strict decimals. */
final class Lines {
  /** How much of an offending value a message repeats. */
  private static final int SHOWN = 80;

  private static final String MAX_DECIMAL = Long.toString(Long.MAX_VALUE);

  private Lines() {}

  static String utf8(String what, byte[] octets) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    } catch (CharacterCodingException e) {
      throw new TlogException(what + " is not UTF-8: " + e.getMessage());
    }
  }

  /** RFC 4648 §4 with padding; the one encoding of its octets, or an error. */
  static byte[] base64(String what, String text) {
    byte[] octets;
    try {
      octets = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new TlogException(what + " is not base64: " + shown(text) + ", " + e.getMessage());
    }
    if (!text.equals(base64(octets)))
      throw new TlogException(
          what
              + " is not canonical base64: "
              + shown(text)
              + ", expected "
              + shown(base64(octets)));
    return octets;
  }

  static String base64(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  /** A number below 2^63 in ASCII digits without leading zeros. */
  static long decimal(String what, String text) {
    int length = text.length();
    boolean digits = length > 0 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || length > 1 && text.charAt(0) == '0')
      throw new TlogException(what + " is not a decimal without leading zeros: " + shown(text));
    if (length > MAX_DECIMAL.length()
        || length == MAX_DECIMAL.length() && text.compareTo(MAX_DECIMAL) > 0)
      throw new TlogException(what + " is " + shown(text) + ", at most " + MAX_DECIMAL);
    return Long.parseLong(text);
  }

  /** A quoted, bounded form of a value that somebody else wrote. */
  static String shown(String value) {
    var cut = value.length() > SHOWN ? value.substring(0, SHOWN) + "…" : value;
    var safe = new StringBuilder("\"");
    for (int i = 0; i < cut.length(); i++) {
      char c = cut.charAt(i);
      if (c < 0x20 || c == 0x7f || Character.isSurrogate(c))
        safe.append("\\u%04x".formatted((int) c));
      else safe.append(c);
    }
    return safe.append('"').toString();
  }

  /** Whether UTF-8 can carry it: no half of a surrogate pair. */
  static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
