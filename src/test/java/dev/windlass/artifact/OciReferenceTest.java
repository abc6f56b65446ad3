package dev.windlass.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** References and logins, as texts. */
class OciReferenceTest {
  private static final String HEX =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  @ParameterizedTest
  @CsvSource({
    "hello, docker.io/library/hello:latest",
    "hello:1, docker.io/library/hello:1",
    "acme/hello, docker.io/acme/hello:latest",
    "index.docker.io/hello, docker.io/library/hello:latest",
    "oci://ghcr.io/acme/hello:1.0, ghcr.io/acme/hello:1.0",
    "localhost/hello, localhost/hello:latest",
    "localhost:5000/a/b/c:x, localhost:5000/a/b/c:x",
    "[::1]:5000/hello, [::1]:5000/hello:latest",
    "r.example/a__b/c-d.e:V_1, r.example/a__b/c-d.e:V_1",
    "r.example/hello@sha256:" + HEX + ", r.example/hello@sha256:" + HEX,
    "r.example/hello:1@sha256:" + HEX + ", r.example/hello:1@sha256:" + HEX
  })
  void a_reference_means_what_docker_makes_of_it(String text, String whole) {
    var reference = OciReference.parse(text);

    assertEquals(whole, reference.toString());
    assertEquals(reference, OciReference.parse(reference.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "Hello",
        "a//b",
        "a/../b",
        "a/b:",
        "a/b:-1",
        "a/b@",
        "a/b@sha512:00",
        "a b",
        "a/b?x",
        "http://host/a",
        "host:99999999/a",
        "user@host/a",
        "-a",
        "a/b:1:2"
      })
  void what_is_no_reference_is_refused(String text) {
    assertThrows(IllegalArgumentException.class, () -> OciReference.parse(text));
  }

  @Test
  void long_references_are_refused() {
    assertThrows(IllegalArgumentException.class, () -> OciReference.parse("a/" + "b".repeat(600)));
    assertThrows(
        IllegalArgumentException.class, () -> OciReference.parse("r.io/" + "b/".repeat(150) + "c"));
  }

  @Test
  void docker_hub_is_not_where_its_name_says() {
    assertEquals("registry-1.docker.io", OciReference.parse("hello").host());
    assertEquals("ghcr.io", OciReference.parse("ghcr.io/a/b").host());
  }

  @ParameterizedTest
  @CsvSource({
    "ghcr.io, ghcr.io/acme/hello",
    "https://ghcr.io/, ghcr.io/acme/hello",
    "ghcr.io/acme, ghcr.io/acme/hello",
    "https://index.docker.io/v1/, hello",
    "docker.io, acme/hello"
  })
  void a_login_is_found_by_host_and_by_path(String key, String reference) {
    var secret = OciFetchTest.secret(key, "ada:password");

    var login = secret.loginFor(OciReference.parse(reference));

    assertEquals(Optional.of("ada"), login.map(PullSecret.Login::user));
  }

  @Test
  void a_login_of_another_host_or_path_is_not_found() {
    var secret = OciFetchTest.secret("ghcr.io/acme", "ada:password");

    assertEquals(Optional.empty(), secret.loginFor(OciReference.parse("ghcr.io/acmes/hello")));
    assertEquals(Optional.empty(), secret.loginFor(OciReference.parse("quay.io/acme/hello")));
  }

  @Test
  void user_and_password_may_stand_beside_auth() {
    var secret =
        PullSecret.parse(
            Bytes.utf8("{\"auths\":{\"r.io\":{\"username\":\"ada\",\"password\":\"pw\"}}}"));

    assertEquals(
        "Basic YWRhOnB3", secret.loginFor(OciReference.parse("r.io/a")).orElseThrow().basic());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"auths\":[]}",
        "{\"auths\":{\"r.io\":{}}}",
        "{\"auths\":{\"r.io\":{\"auth\":\"c2VjcmV0\"}}}",
        "{\"auths\":{\"r.io\":{\"auth\":\"s%cret\"}}}",
        "{\"auths\":{\"r.io\":\"secret\"}}"
      })
  void what_is_no_docker_config_is_refused_without_repeating_it(String text) {
    var refused =
        assertThrows(IllegalArgumentException.class, () -> PullSecret.parse(Bytes.utf8(text)));

    assertTrue(refused.getMessage().startsWith("not a dockerconfigjson"), refused.getMessage());
    assertTrue(!refused.getMessage().contains("cret"), refused.getMessage());
  }
}
