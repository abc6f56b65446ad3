package dev.windlass.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 (RFC 9112), one connection a request. Its own, because it has to be there in
 * milliseconds: on two cores {@code java.net.http} took 1 s to its first answer, {@code
 * HttpURLConnection} 0.3 s and knows no PATCH, this one 0.1 s.
 */
final class Http {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  private final URI base;

  /**
   * @param base {@code http://host[:port][/path]} or https
   */
  Http(URI base) {
    var scheme = base.getScheme();
    boolean known = "http".equals(scheme) || "https".equals(scheme);
    if (!known || base.getHost() == null || base.getRawQuery() != null)
      throw new CommandFailure(
          Exit.USAGE, "not the URL of a head: " + base, "such as http://localhost:8080");
    this.base = base;
  }

  /**
   * @param path with its query, percent-encoded, beginning with {@code /}
   * @param body absent is not the same as empty: no Content-Length is sent
   * @param patience longest silence of the other side
   */
  record Request(
      String method,
      String path,
      List<Map.Entry<String, String>> fields,
      byte @Nullable [] body,
      Duration patience) {}

  URI base() {
    return base;
  }

  /**
   * @throws CommandFailure when nobody answers
   */
  HttpAnswer send(Request request) {
    var socket = connect();
    try {
      socket.setSoTimeout((int) request.patience().toMillis());
      socket.setTcpNoDelay(true);
      IOException unsent = null;
      try {
        write(socket.getOutputStream(), request);
      } catch (IOException e) {
        unsent = e; // a refusal may have come before the body was through: read it
      }
      try {
        return HttpAnswer.read(
            socket, new BufferedInputStream(socket.getInputStream(), 16 << 10), request.method());
      } catch (IOException e) {
        throw unsent == null ? e : unsent;
      }
    } catch (IOException e) {
      close(socket);
      throw new CommandFailure(
          Exit.UNREACHABLE, base + " did not answer " + request.method() + ": " + e.getMessage());
    }
  }

  /** Tries each address: {@code localhost} is often ::1 first, where nobody listens. */
  private Socket connect() {
    boolean tls = base.getScheme().equals("https");
    int port = base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80;
    var host = base.getHost().replaceAll("[\\[\\]]", "");
    IOException last = new IOException("no address");
    try {
      for (var address : InetAddress.getAllByName(host)) {
        var socket = new Socket();
        try {
          socket.connect(new InetSocketAddress(address, port), (int) CONNECT.toMillis());
          return tls ? secured(socket, host, port) : socket;
        } catch (IOException e) {
          close(socket);
          last = e;
        }
      }
    } catch (UnknownHostException e) {
      last = new IOException("unknown host " + host);
    }
    throw new CommandFailure(
        Exit.UNREACHABLE,
        "no head answers at " + base + ": " + last.getMessage(),
        "start one with `windlass up`, or say where it is with --url or WINDLASS_URL");
  }

  private static Socket secured(Socket socket, String host, int port) throws IOException {
    var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    var secured = (SSLSocket) factory.createSocket(socket, host, port, true);
    var parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  private void write(OutputStream to, Request request) throws IOException {
    var out = new BufferedOutputStream(to, 16 << 10);
    var prefix = base.getRawPath() == null ? "" : base.getRawPath().replaceAll("/+$", "");
    var head = new StringBuilder(256);
    head.append(request.method()).append(' ').append(prefix).append(request.path());
    head.append(" HTTP/1.1\r\n");
    boolean hasHost =
        request.fields().stream().anyMatch(field -> field.getKey().equalsIgnoreCase("Host"));
    if (!hasHost) head.append("Host: ").append(base.getRawAuthority()).append("\r\n");
    head.append("Connection: close\r\nUser-Agent: windlass\r\n");
    for (var field : request.fields())
      head.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
    var body = request.body();
    if (body != null) head.append("Content-Length: ").append(body.length).append("\r\n");
    head.append("\r\n");
    out.write(head.toString().getBytes(StandardCharsets.UTF_8));
    if (body != null) out.write(body);
    out.flush();
  }

  static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // nothing is lost: what was to be read has been read
    }
  }
}
