package dev.windlass.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTest {
  private static HttpAnswer answer(String text, String method) throws IOException {
    var in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return HttpAnswer.read(new Socket(), in, method);
  }

  private static String body(String text) throws IOException {
    try (var answer = answer(text, "GET")) {
      return new String(answer.whole(1_000), StandardCharsets.UTF_8);
    }
  }

  @Test
  void a_body_ends_by_its_length_its_last_chunk_or_the_connection() throws IOException {
    assertEquals("abc", body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"));
    assertEquals(
        "abcdef",
        body(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;x=y\r\nabc\r\n3\r\ndef\r\n0\r\nTrailer: 1\r\n\r\n"));
    assertEquals("abc", body("HTTP/1.0 200\r\n\r\nabc"));
    assertEquals("", body("HTTP/1.1 204 No Content\r\n\r\n"));
    assertEquals("x", body("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"));
    try (var head = answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD")) {
      assertEquals(0, head.whole(10).length);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"
      })
  void a_body_that_breaks_off_is_an_error_not_a_short_body(String text) {
    var failure = assertThrows(CommandFailure.class, () -> body(text));
    assertEquals(Exit.UNREACHABLE, failure.exit());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SSH-2.0-x\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b"
      })
  void what_is_not_http_is_refused(String text) {
    assertThrows(IOException.class, () -> body(text));
  }

  @Test
  void endless_lines_fields_and_bodies_are_bounded() {
    var line = "HTTP/1.1 200 OK\r\nA: " + "b".repeat(20_000);
    assertThrows(IOException.class, () -> body(line));
    var fields = "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(300) + "\r\n";
    assertThrows(IOException.class, () -> body(fields));
    var interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
    assertThrows(IOException.class, () -> body(interim));
    var large = "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(1_001);
    assertThrows(CommandFailure.class, () -> body(large));
  }

  @Test
  void any_octets_are_an_answer_or_a_declared_failure() {
    var chance = new SplittableRandom(5);
    var good = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder(good);
      for (int k = chance.nextInt(1, 4); k > 0; k--)
        text.setCharAt(chance.nextInt(text.length()), (char) chance.nextInt(128));
      try {
        body(text.toString());
      } catch (IOException | CommandFailure _) {
        // as declared
      }
    }
  }

  @Test
  void a_refusal_that_comes_before_the_body_is_sent_is_still_read() throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var early = Thread.ofVirtual().start(() -> refuseAtOnce(server));
      var http = new Http(URI.create("http://localhost:" + server.getLocalPort() + "/base/"));
      var request =
          new Http.Request("PUT", "/x", List.of(), new byte[64 << 10], Duration.ofSeconds(10));
      try (var answer = http.send(request)) {
        assertEquals(413, answer.status());
      }
      assertTrue(joined(early));
    }
  }

  private static boolean joined(Thread thread) {
    try {
      return thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void refuseAtOnce(ServerSocket server) {
    try (var socket = server.accept()) {
      var first = HttpAnswer.line(socket.getInputStream());
      if (!first.equals("PUT /base/x HTTP/1.1")) throw new AssertionError(first);
      socket.getOutputStream().write("HTTP/1.1 413 X\r\nContent-Length: 0\r\n\r\n".getBytes());
      socket.getOutputStream().flush();
      socket.getInputStream().readNBytes(64 << 10);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
