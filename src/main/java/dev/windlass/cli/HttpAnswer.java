package dev.windlass.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A status, header fields and a body that is read as it comes.
 *
 * @param fields by lower-case name; of a repeated field all values, joined by a comma
 */
record HttpAnswer(int status, Map<String, String> fields, InputStream body, Socket socket)
    implements AutoCloseable {
  private static final int MAX_LINE = 16 << 10;
  private static final int MAX_FIELDS = 256;
  private static final int MAX_INTERIM = 16;

  HttpAnswer {
    fields = Collections.unmodifiableMap(fields);
  }

  Optional<String> field(String name) {
    return Optional.ofNullable(fields.get(name.toLowerCase(Locale.ROOT)));
  }

  /** All of the body. */
  byte[] whole(int most) {
    try {
      var octets = body.readNBytes(most);
      if (octets.length == most && body.read() >= 0)
        throw new CommandFailure(Exit.REFUSED, "the answer has more than " + most + " bytes");
      return octets;
    } catch (IOException e) {
      throw new CommandFailure(Exit.UNREACHABLE, "the answer broke off: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    Http.close(socket);
  }

  /**
   * @param method a HEAD has no body, whatever the fields say
   */
  static HttpAnswer read(Socket socket, InputStream in, String method) throws IOException {
    for (int i = 0; i < MAX_INTERIM; i++) {
      int status = status(line(in));
      var fields = fields(in);
      if (status >= 100 && status < 200) continue;
      return new HttpAnswer(status, fields, body(in, status, fields, method), socket);
    }
    throw new IOException("more than " + MAX_INTERIM + " interim answers");
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] [1-9][0-9]{2}( .*)?"))
      throw new IOException("no HTTP/1.1: " + line.substring(0, Math.min(40, line.length())));
    return Integer.parseInt(line.substring(9, 12));
  }

  private static Map<String, String> fields(InputStream in) throws IOException {
    var fields = new TreeMap<String, String>();
    for (int i = 0; i < MAX_FIELDS; i++) {
      var line = line(in);
      if (line.isEmpty()) return fields;
      int colon = line.indexOf(':');
      if (colon < 1) throw new IOException("a header field without a name: " + line);
      var name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      fields.merge(name, line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
    }
    throw new IOException("more than " + MAX_FIELDS + " header fields");
  }

  private static InputStream body(
      InputStream in, int status, Map<String, String> fields, String method) throws IOException {
    if (method.equals("HEAD") || status == 204 || status == 304)
      return InputStream.nullInputStream();
    var coding = fields.get("transfer-encoding");
    if (coding != null) {
      if (!coding.equalsIgnoreCase("chunked"))
        throw new IOException("unknown Transfer-Encoding " + coding);
      return new HttpBody(in, HttpBody.CHUNKED);
    }
    var length = fields.get("content-length");
    if (length == null) return in; // until the connection ends
    if (!length.matches("[0-9]{1,18}")) throw new IOException("Content-Length is " + length);
    return new HttpBody(in, Long.parseLong(length));
  }

  /** A line without its CRLF. */
  static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream(128);
    while (true) {
      int c = in.read();
      if (c < 0) throw new IOException("the connection ended");
      if (c == '\n') break;
      if (line.size() == MAX_LINE) throw new IOException("a line over " + MAX_LINE + " bytes");
      line.write(c);
    }
    var text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
