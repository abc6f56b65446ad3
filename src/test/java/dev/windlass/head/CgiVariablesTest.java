package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.windlass.function.Bytes;
import io.vertx.core.MultiMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CgiVariablesTest {
  private static final FunctionRequest.Connection FROM =
      new FunctionRequest.Connection("192.0.2.7", 4711, 8080, "HTTP/1.1", false);

  private static Map<String, String> of(String rest, MultiMap headers, String body) {
    var request =
        new FunctionRequest(
            "POST", "/fn/default/app", rest, "a=1&b=%20", headers, Bytes.utf8(body), FROM);
    return CgiVariables.of(request, "windlass/1");
  }

  private static MultiMap headers() {
    return MultiMap.caseInsensitiveMultiMap().add("Host", "Example.org:8080");
  }

  @Test
  void the_meta_variables_of_rfc_3875_are_there() {
    var variables = of("/x%20y/z", headers().add("Content-Type", "text/plain"), "body");
    assertEquals("CGI/1.1", variables.get("GATEWAY_INTERFACE"));
    assertEquals("POST", variables.get("REQUEST_METHOD"));
    assertEquals("/fn/default/app", variables.get("SCRIPT_NAME"));
    assertEquals("/x y/z", variables.get("PATH_INFO"));
    assertEquals("a=1&b=%20", variables.get("QUERY_STRING"));
    assertEquals("/fn/default/app/x%20y/z?a=1&b=%20", variables.get("REQUEST_URI"));
    assertEquals("text/plain", variables.get("CONTENT_TYPE"));
    assertEquals("4", variables.get("CONTENT_LENGTH"));
    assertEquals("192.0.2.7", variables.get("REMOTE_ADDR"));
    assertEquals("example.org", variables.get("SERVER_NAME"));
    assertEquals("8080", variables.get("SERVER_PORT"));
    assertEquals("HTTP/1.1", variables.get("SERVER_PROTOCOL"));
    assertEquals("windlass/1", variables.get("SERVER_SOFTWARE"));
    assertEquals("Example.org:8080", variables.get("HTTP_HOST"));
    assertFalse(variables.containsKey("HTTPS"));
  }

  @Test
  void a_request_without_a_body_has_no_content_length() {
    assertFalse(of("", headers(), "").containsKey("CONTENT_LENGTH"));
  }

  @Test
  void a_proxy_field_cannot_become_http_proxy() {
    var variables = of("", headers().add("Proxy", "http://evil.example"), "");
    assertFalse(variables.containsKey("HTTP_PROXY"));
  }

  @Test
  void names_with_an_underscore_cannot_pose_as_others() {
    var variables = of("", headers().add("X_Real_IP", "1.1.1.1").add("X-Real-IP", "2.2.2.2"), "");
    assertEquals("2.2.2.2", variables.get("HTTP_X_REAL_IP"));
  }

  @Test
  void repeated_fields_are_joined_and_cookies_in_their_own_way() {
    var variables =
        of(
            "",
            headers().add("X-A", "1").add("x-a", "2").add("Cookie", "a=1").add("Cookie", "b=2"),
            "");
    assertEquals("1, 2", variables.get("HTTP_X_A"));
    assertEquals("a=1; b=2", variables.get("HTTP_COOKIE"));
  }

  @Test
  void credentials_for_a_proxy_and_hop_by_hop_fields_stay_behind() {
    var variables =
        of(
            "",
            headers()
                .add("Proxy-Authorization", "Basic eA==")
                .add("Connection", "keep-alive")
                .add("Transfer-Encoding", "chunked")
                .add("Authorization", "Bearer t"),
            "");
    assertFalse(variables.containsKey("HTTP_PROXY_AUTHORIZATION"));
    assertFalse(variables.containsKey("HTTP_CONNECTION"));
    assertFalse(variables.containsKey("HTTP_TRANSFER_ENCODING"));
    assertEquals("Bearer t", variables.get("HTTP_AUTHORIZATION"));
  }

  @Test
  void a_path_that_is_no_text_is_refused() {
    assertBad("/%00");
    assertBad("/%0a");
    assertBad("/%zz");
    assertBad("/%4");
    assertBad("/%");
    assertBad("/%ff%fe");
    assertEquals("/A", CgiVariables.decoded("/%41"));
    assertEquals("/ä", CgiVariables.decoded("/%c3%a4"));
  }

  private static void assertBad(String path) {
    var thrown = assertThrows(Problem.Thrown.class, () -> CgiVariables.decoded(path), path);
    assertEquals(ProblemType.BAD_PATH, thrown.problem().type());
  }

  @Test
  void the_host_is_read_without_its_port() {
    assertEquals("[::1]", CgiVariables.hostOf("[::1]:8080"));
    assertEquals("a.example", CgiVariables.hostOf("A.example:80"));
    assertEquals("localhost", CgiVariables.hostOf(null));
  }
}
