package dev.windlass.head;

import dev.windlass.function.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a CGI program wrote (RFC 3875 §6): header fields that end in LF or CRLF, an empty line, a
 * body. Hop-by-hop fields, Content-Length and Windlass-* belong to the head and are never passed
 * on.
 */
sealed interface CgiResponse {
  /** Of the header block, its empty line included. */
  int MAX_HEADER_BYTES = 64 << 10;

  int MAX_FIELDS = 256;

  /** A document, or a redirect that the client follows. */
  record Document(int status, List<Map.Entry<String, String>> headers, Bytes body)
      implements CgiResponse {
    public Document {
      headers = List.copyOf(headers);
    }
  }

  /** Answer as if the client had asked for this path (RFC 3875 §6.2.2). */
  record LocalRedirect(String path, String query) implements CgiResponse {}

  record Malformed(String why) implements CgiResponse {}

  Set<String> OURS =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "content-length");

  static CgiResponse parse(Bytes output) {
    var octets = output.unsafeArray();
    var fields = new ArrayList<Map.Entry<String, String>>();
    int at = 0;
    while (true) {
      int end = lineEnd(octets, at);
      if (end < 0)
        return new Malformed(
            octets.length == 0
                ? "the program wrote nothing; a CGI response begins with header fields"
                : "its header has no empty line within " + MAX_HEADER_BYTES + " bytes");
      int length = end - at - (end > at && octets[end - 1] == '\r' ? 1 : 0);
      if (length == 0) return of(fields, Bytes.wrap(rest(octets, end + 1)));
      if (fields.size() == MAX_FIELDS)
        return new Malformed("it has more than " + MAX_FIELDS + " header fields");
      var line = new String(octets, at, length, StandardCharsets.ISO_8859_1);
      var field = field(line);
      if (field == null)
        return new Malformed(
            "line " + (fields.size() + 1) + " is no header field (name: value): " + shown(line));
      fields.add(field);
      at = end + 1;
    }
  }

  private static int lineEnd(byte[] octets, int from) {
    int limit = Math.min(octets.length, MAX_HEADER_BYTES);
    for (int i = from; i < limit; i++) if (octets[i] == '\n') return i;
    return -1;
  }

  private static byte[] rest(byte[] octets, int from) {
    return from == 0 ? octets : Arrays.copyOfRange(octets, from, octets.length);
  }

  private static Map.@org.jspecify.annotations.Nullable Entry<String, String> field(String line) {
    int colon = line.indexOf(':');
    if (colon <= 0) return null;
    for (int i = 0; i < colon; i++) if (!isTokenCharacter(line.charAt(i))) return null;
    var value = line.substring(colon + 1).strip();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x20 && c != '\t' || c == 0x7f) return null;
    }
    return Map.entry(line.substring(0, colon), value);
  }

  private static boolean isTokenCharacter(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  private static String shown(String line) {
    return line.substring(0, Math.min(80, line.length())).replaceAll("\\p{Cntrl}", "?");
  }

  private static CgiResponse of(List<Map.Entry<String, String>> fields, Bytes body) {
    int status = 0;
    String location = null;
    boolean typed = false;
    var kept = new ArrayList<Map.Entry<String, String>>(fields.size());
    for (var field : fields) {
      switch (field.getKey().toLowerCase(Locale.ROOT)) {
        case "status" -> {
          if (status != 0) return new Malformed("it has two Status fields");
          status = status(field.getValue());
          if (status == 0)
            return new Malformed(
                "Status must be 200 to 599 and a reason, not " + shown(field.getValue()));
        }
        case "location" -> {
          if (location != null) return new Malformed("it has two Location fields");
          location = field.getValue();
          kept.add(field);
        }
        case "content-type" -> {
          typed = true;
          kept.add(field);
        }
        case String name when OURS.contains(name) || name.startsWith("windlass-") -> {}
        case String _ -> kept.add(field);
      }
    }
    if (location != null) {
      if (status == 0 && location.startsWith("/") && !location.startsWith("//")) {
        int mark = location.indexOf('?');
        return mark < 0
            ? new LocalRedirect(location, "")
            : new LocalRedirect(location.substring(0, mark), location.substring(mark + 1));
      }
      return new Document(status == 0 ? 302 : status, kept, body);
    }
    if (status == 0 && !typed)
      return new Malformed("it has neither Content-Type nor Status nor Location");
    return new Document(status == 0 ? 200 : status, kept, body);
  }

  /** 0 where it is none. */
  private static int status(String value) {
    if (value.length() < 3 || value.length() > 3 && value.charAt(3) != ' ') return 0;
    int status = 0;
    for (int i = 0; i < 3; i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) return 0;
      status = status * 10 + digit;
    }
    return status >= 200 && status <= 599 ? status : 0;
  }
}
