package dev.windlass.head;

import dev.windlass.function.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What to call the output of a function of the world {@code wasi}, which has no header fields of
 * its own. A client that accepts exactly one concrete type gets that; otherwise UTF-8 is text/plain
 * and anything else application/octet-stream. Browsers accept many types and so never get a type
 * that they would execute.
 */
final class MediaType {
  static final String TEXT = "text/plain; charset=utf-8";
  static final String OCTETS = "application/octet-stream";

  private static final Pattern CONCRETE =
      Pattern.compile("[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,64}");

  private MediaType() {}

  static String of(@Nullable String accept, Bytes output) {
    if (accept != null && !accept.startsWith("*") && CONCRETE.matcher(accept).matches())
      return accept;
    return isUtf8(output.unsafeArray()) ? TEXT : OCTETS;
  }

  static boolean isUtf8(byte[] octets) {
    int ascii = 0;
    while (ascii < octets.length && octets[ascii] > 0) ascii++;
    if (ascii == octets.length) return true;
    if (octets[ascii] == 0) return false;
    try {
      var rest = ByteBuffer.wrap(octets, ascii, octets.length - ascii);
      return StandardCharsets.UTF_8.newDecoder().decode(rest).chars().noneMatch(c -> c == 0);
    } catch (CharacterCodingException _) {
      return false;
    }
  }
}
