package dev.windlass.app;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Asks the head in this process, over HTTP as anybody would, how many workers have joined. */
final class HeadProbe {
  private static final int PATIENCE_MILLIS = 2000;
  private static final int MOST_BYTES = 1 << 20;

  private final String host;
  private final int port;

  HeadProbe(String host, int port) {
    this.host = host;
    this.port = port;
  }

  /** -1 while it does not answer. */
  int workers() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      var request =
          "GET /api/v1/workers HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n"
              .formatted(port);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return count(socket.getInputStream().readNBytes(MOST_BYTES));
    } catch (IOException | JsonException _) {
      return -1;
    }
  }

  private static int count(byte[] response) {
    var text = new String(response, StandardCharsets.ISO_8859_1);
    int body = text.indexOf("\r\n\r\n");
    if (!text.startsWith("HTTP/1.1 200 ") || body < 0) return -1;
    var json = Arrays.copyOfRange(response, body + 4, response.length);
    return Json.parse(json, Bounds.DEFAULT).at().get("workers").elements().size();
  }
}
