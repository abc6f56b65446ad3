package dev.windlass.head;

import static dev.windlass.head.HeadFixture.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.head.FakeWorker.Ended;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutesTest {
  @TempDir Path data;
  private HeadFixture at;

  @BeforeEach
  void open() {
    at = new HeadFixture(data);
    at.worker("w1").guest =
        (order, manifest) ->
            Ended.ok(
                "Content-Type: text/plain\n\n"
                    + manifest.name().name()
                    + " "
                    + order.env().get("SCRIPT_NAME")
                    + " "
                    + order.env().get("PATH_INFO"));
  }

  @AfterEach
  void close() {
    at.close();
  }

  private void deploy(String name, String route) {
    at.deploy(name, "\"world\":\"cgi\",\"route\":" + route);
  }

  @Test
  void the_longest_prefix_wins_and_ends_at_a_segment() {
    deploy("all", "{\"path\":\"/\"}");
    deploy("shop", "{\"path\":\"/shop\"}");
    deploy("cart", "{\"path\":\"/shop/cart\"}");
    assertEquals("shop /shop ", at.get("/shop").body());
    assertEquals("shop /shop /", at.get("/shop/").body());
    assertEquals("shop /shop /cartoon", at.get("/shop/cartoon").body());
    assertEquals("cart /shop/cart ", at.get("/shop/cart").body());
    assertEquals("cart /shop/cart /7/x", at.get("/shop/cart/7/x").body());
    assertEquals("all  /shopping", at.get("/shopping").body());
    assertEquals("all  /", at.get("/").body());
  }

  @Test
  void an_exact_host_comes_before_any_host() throws IOException {
    deploy("any", "{\"path\":\"/a/long/path\"}");
    deploy("mine", "{\"host\":\"mine.example\",\"path\":\"/a\"}");
    assertEquals("any /a/long/path ", at.get("/a/long/path").body());
    assertTrue(raw("/a/long/path", "MINE.example:80").endsWith("mine /a /long/path"));
    assertTrue(raw("/b", "mine.example").startsWith("HTTP/1.1 404"));
  }

  @Test
  void a_path_that_nobody_has_is_404() {
    assertEquals(404, at.get("/nothing").statusCode());
    deploy("shop", "{\"path\":\"/shop\"}");
    assertEquals(404, at.get("/nothing").statusCode());
  }

  @Test
  void a_route_of_another_function_or_of_the_head_is_refused() {
    deploy("shop", "{\"path\":\"/shop\"}");
    var taken = at.tryDeploy("thief", HeadFixture.MODULE, "\"route\":{\"path\":\"/shop\"}");
    assertEquals(
        "route /shop belongs to function default/shop",
        problem(ProblemType.ROUTE_CONFLICT, taken).get("detail").text());
    for (var path : new String[] {"/api", "/api/v1", "/fn/default/x", "/q/metrics"})
      problem(
          ProblemType.ROUTE_CONFLICT,
          at.tryDeploy("thief", HeadFixture.MODULE, "\"route\":{\"path\":\"" + path + "\"}"));
  }

  @Test
  void dot_segments_cannot_leave_a_route() throws IOException {
    deploy("shop", "{\"path\":\"/shop\"}");
    for (var path :
        new String[] {
          "/shop/../secret", "/shop/%2e%2e/secret", "/shop/.%2E", "/fn/default/shop/.."
        }) assertTrue(raw(path, "localhost").startsWith("HTTP/1.1 400"), path);
    assertEquals("shop /shop /.well-known/x", at.get("/shop/.well-known/x").body());
  }

  @Test
  void a_deleted_function_leaves_its_route() {
    deploy("shop", "{\"path\":\"/shop\"}");
    assertEquals(
        204, at.send("DELETE", "/api/v1/namespaces/default/functions/shop", "").statusCode());
    assertEquals(404, at.get("/shop").statusCode());
    problem(ProblemType.UNKNOWN_FUNCTION, at.get("/fn/default/shop"));
  }

  private String raw(String path, String host) throws IOException {
    try (var socket = new Socket("127.0.0.1", at.port)) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
