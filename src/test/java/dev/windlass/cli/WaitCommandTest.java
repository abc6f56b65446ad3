package dev.windlass.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WaitCommandTest {
  /** Status of each answer to come; the last one stays. */
  private final Deque<Integer> answers = new ArrayDeque<>();

  private final CommandLineOf line = new CommandLineOf(Map.of());
  private HttpServer server;
  private String url;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    url = "http://localhost:" + server.getAddress().getPort();
    server.createContext(
        "/",
        exchange -> {
          int status = 404;
          if (exchange.getRequestURI().toString().equals("/q/health/ready"))
            status = answers.size() > 1 ? answers.pop() : answers.peek();
          var body = "{\n \"status\": \"%d\"}".formatted(status).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void it_ends_when_all_are_ready_and_says_once_what_it_waits_for() {
    answers.addAll(List.of(503, 503, 200));

    assertEquals(0, line.run("wait", url, url + "/"));

    assertEquals("ready " + url + "\nready " + url + "/\n", line.out);
    assertEquals("waiting: " + url + " answers 503 { \"status\": \"503\"}\n", line.err);
  }

  @Test
  void it_gives_up_in_time_and_says_what_was_missing() {
    answers.add(503);

    assertEquals(3, line.run("wait", "--timeout", "1s", url));

    assertTrue(line.err.contains("was not ready within 1s: " + url + " answers 503"), line.err);
  }

  @Test
  void nobody_there_is_waited_for_too() {
    assertEquals(3, line.run("wait", "--timeout=1s", "http://localhost:1"));

    assertTrue(line.err.contains("waiting: no head answers at http://localhost:1"), line.err);
  }

  @Test
  void a_wrong_time_or_url_is_told_at_once() {
    assertEquals(2, line.run("wait", "--timeout=soon", url));
    assertTrue(line.err.contains("--timeout is soon, expected such as 30s or 5m"), line.err);
    assertEquals(2, line.run("wait", "ftp://here"));
    assertTrue(line.err.contains("not the URL of a head: ftp://here"), line.err);
    assertEquals(2, line.run("wait"));
  }
}
