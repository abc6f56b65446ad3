package dev.windlass.head;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The meta-variables of RFC 3875 §4.1 for a request, and REQUEST_URI, REMOTE_PORT and HTTPS, which
 * programs expect too.
 *
 * <p>Not passed on: Proxy (it would become HTTP_PROXY, "httpoxy"), Proxy-Authorization, hop-by-hop
 * fields, and names with an underscore (X_A and X-A would be the same variable). Authorization and
 * Cookie are passed on: the head authenticates nobody for a function, so only the function can.
 */
final class CgiVariables {
  private static final Set<String> WITHHELD =
      Set.of(
          "PROXY",
          "PROXY_AUTHORIZATION",
          "PROXY_CONNECTION",
          "CONNECTION",
          "KEEP_ALIVE",
          "TE",
          "TRAILER",
          "TRANSFER_ENCODING",
          "UPGRADE",
          "EXPECT",
          "CONTENT_LENGTH",
          "CONTENT_TYPE");

  private CgiVariables() {}

  /**
   * @throws Problem.Thrown with bad-path where PATH_INFO would not be text
   */
  static SortedMap<String, String> of(FunctionRequest request, String software) {
    var variables = new TreeMap<String, String>();
    for (Map.Entry<String, String> field : request.headers()) {
      var name = variable(field.getKey());
      if (name == null || WITHHELD.contains(name)) continue;
      var separator = name.equals("COOKIE") ? "; " : ", ";
      variables.merge("HTTP_" + name, field.getValue(), (a, b) -> a + separator + b);
    }
    var contentType = request.headers().get("Content-Type");
    if (contentType != null) variables.put("CONTENT_TYPE", contentType);
    if (request.body().size() > 0)
      variables.put("CONTENT_LENGTH", Integer.toString(request.body().size()));
    var connection = request.connection();
    variables.put("GATEWAY_INTERFACE", "CGI/1.1");
    variables.put("REQUEST_METHOD", request.method());
    variables.put("SCRIPT_NAME", request.mount().equals("/") ? "" : request.mount());
    variables.put("PATH_INFO", decoded(request.rest()));
    variables.put("QUERY_STRING", request.query());
    variables.put("REQUEST_URI", uri(request));
    variables.put("REMOTE_ADDR", connection.remoteAddress());
    variables.put("REMOTE_PORT", Integer.toString(connection.remotePort()));
    variables.put("SERVER_NAME", hostOf(request.headers().get("Host")));
    variables.put("SERVER_PORT", Integer.toString(connection.localPort()));
    variables.put("SERVER_PROTOCOL", connection.protocol());
    variables.put("SERVER_SOFTWARE", software);
    if (connection.tls()) variables.put("HTTPS", "on");
    return variables;
  }

  private static String uri(FunctionRequest request) {
    var mount = request.mount().equals("/") ? "" : request.mount();
    var path = mount + request.rest();
    if (path.isEmpty()) path = "/";
    return request.query().isEmpty() ? path : path + "?" + request.query();
  }

  /** The field name as a variable, or null where it is no plain token. */
  private static @org.jspecify.annotations.Nullable String variable(String field) {
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!plain && c != '-') return null;
    }
    return field.isEmpty() ? null : field.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** The host of a Host field without its port; {@code localhost} where there is none. */
  static String hostOf(@org.jspecify.annotations.Nullable String field) {
    if (field == null || field.isEmpty()) return "localhost";
    int end = field.startsWith("[") ? field.indexOf(']') + 1 : field.indexOf(':');
    return (end <= 0 ? field : field.substring(0, end)).toLowerCase(Locale.ROOT);
  }

  /** Percent-decoding (RFC 3986 §2.1) to UTF-8 text without control characters. */
  static String decoded(String path) {
    if (path.indexOf('%') < 0) return path;
    var octets = new ByteArrayOutputStream(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '%') {
        octets.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      int high = i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
      int low = i + 2 < path.length() ? Character.digit(path.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) throw bad("has a % without two hexadecimal digits", path);
      int octet = high << 4 | low;
      if (octet < 0x20 || octet == 0x7f) throw bad("has an encoded control character", path);
      octets.write(octet);
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(octets.toByteArray()))
          .toString();
    } catch (CharacterCodingException _) {
      throw bad("is not UTF-8 once decoded", path);
    }
  }

  private static Problem.Thrown bad(String what, String path) {
    return Problem.of(ProblemType.BAD_PATH, "the path " + what + ": " + path).thrown();
  }
}
