package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.tlog.SigningKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UpSettingsTest {
  @Test
  void options_are_words_or_have_an_equals_sign() {
    var settings =
        UpSettings.parse(
            "up",
            List.of("--data", "/tmp/d", "--port=0", "--workers=3", "--worker-listen=[::1]:7000"));

    assertEquals(Path.of("/tmp/d"), settings.data());
    assertEquals(0, settings.port());
    assertEquals(3, settings.workers());
    assertEquals("::1", settings.workerHost());
    assertEquals(7000, settings.linkPort());
    assertEquals("http://127.0.0.1:4711", settings.withPort(4711).url());
  }

  @Test
  void nothing_is_reachable_from_elsewhere_unless_asked_for() {
    var settings = UpSettings.parse("up", List.of());

    assertEquals("127.0.0.1", settings.host());
    assertEquals("127.0.0.1", settings.workerHost());
    assertEquals(8080, settings.port());
    assertEquals(2, settings.workers());
    assertEquals(0, UpSettings.parse("head", List.of()).workers());
  }

  @Test
  void an_unknown_option_and_a_number_out_of_range_are_named() {
    var unknown = refusal("--prot", "1");
    assertTrue(unknown.startsWith("windlass up has no option --prot; it has --data, "), unknown);

    assertEquals("windlass up: --workers is 0 to 64, not 65", refusal("--workers=65"));
    assertEquals("windlass up: --port is 0 to 65535, not http", refusal("--port", "http"));
    assertEquals("windlass up: --data needs a value", refusal("--data"));
  }

  @Test
  void a_log_is_on_unless_told_otherwise() {
    var elsewhere = List.of("--log=http://log:8090", "--log-policy=p.txt", "--operator-key=o.pem");

    assertEquals(new LogChoice.Here(), UpSettings.parse("up", List.of()).log());
    assertEquals(new LogChoice.Off(), UpSettings.parse("up", List.of("--log=off")).log());
    assertEquals(
        new LogChoice.At("http://log:8090", Path.of("p.txt"), Path.of("o.pem")),
        UpSettings.parse("head", elsewhere).log());
    assertEquals("windlass up: --log is on, off or a URL, not maybe", refusal("--log", "maybe"));
    assertEquals(
        "windlass up: --log http://log:8090 needs --log-policy FILE, which says whose signatures"
            + " count",
        refusal("--log", "http://log:8090"));
  }

  @Test
  void a_quorum_is_most_witnesses_unless_told_otherwise() {
    var key = SigningKey.generate("w.example/witness", new SplittableRandom(1)).cosigner();
    var witness = "--witness=" + key + ",http://127.0.0.1:1/w";

    assertEquals(0, LogSettings.parse(List.of()).quorum());
    assertEquals(1, LogSettings.parse(List.of(witness)).quorum());
    assertEquals(2, LogSettings.parse(List.of(witness, witness, witness)).quorum());
    assertEquals("W2", LogSettings.parse(List.of(witness, witness)).witnesses().get(1).name());
    var wrong =
        assertThrows(StartFailure.class, () -> LogSettings.parse(List.of("--witness", "w")));
    assertEquals("windlass log serve: --witness is w, expected VKEY,URL", wrong.getMessage());
  }

  @Test
  void keys_that_are_given_to_a_log_are_given_all() {
    var given = List.of("--key", "/k/log.key", "--operator-key", "/k/o.pem", "--policy", "/p.txt");
    var files = LogSettings.parse(given).given().orElseThrow();
    assertEquals(Path.of("/k/log.key"), files.key());
    assertEquals(Path.of("/k/o.pem"), files.operator());
    assertEquals(Path.of("/p.txt"), files.policy());

    var e = assertThrows(StartFailure.class, () -> LogSettings.parse(given.subList(0, 2)));
    assertTrue(e.getMessage().contains("missing: --operator-key, --policy"), e.getMessage());
    var more = Stream.concat(given.stream(), Stream.of("--quorum", "1")).toList();
    e = assertThrows(StartFailure.class, () -> LogSettings.parse(more));
    assertTrue(
        e.getMessage().contains("--quorum is for a log that makes its keys"), e.getMessage());
  }

  @Test
  void a_taken_port_is_named_with_what_to_do() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      var refusal =
          assertThrows(StartFailure.class, () -> TcpPorts.take("127.0.0.1", port)).getMessage();

      assertTrue(refusal.startsWith("port " + port + " on 127.0.0.1 cannot be used: "), refusal);
      assertTrue(refusal.contains("--port 0 for a free one"), refusal);
    }
    assertTrue(TcpPorts.take("127.0.0.1", 0) > 0);
  }

  @Test
  void the_version_is_that_of_the_pom() throws IOException {
    var pom = Files.readString(Path.of("pom.xml"));

    assertTrue(
        pom.contains("<artifactId>windlass</artifactId>\n  <version>" + Version.TEXT + "<"),
        Version.TEXT);
  }

  private static String refusal(String... words) {
    var failure = assertThrows(StartFailure.class, () -> UpSettings.parse("up", List.of(words)));
    return String.valueOf(failure.getMessage());
  }
}
