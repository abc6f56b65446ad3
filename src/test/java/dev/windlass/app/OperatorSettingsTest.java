package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.operator.OperatorConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorSettingsTest {
  /** No more than is required. */
  private static final List<String> LEAST =
      List.of(
          "--worker-image=ghcr.io/windlass/windlass:0.1.0",
          "--registrar-address=windlass-registrar.windlass.svc:7070",
          "--heads-address=windlass-heads.windlass.svc:7443");

  @Test
  void what_is_not_said_has_a_default() {
    var settings = OperatorSettings.parse(LEAST, Optional.of("windlass-operator-7"));

    var config = settings.config();
    assertEquals("windlass", config.namespace());
    assertEquals(Optional.of("windlass-operator-7"), config.pod());
    assertEquals(OperatorConfig.ZONE_LABEL, config.zoneLabel());
    assertEquals(Optional.of(OperatorConfig.Election.USUAL), config.election());
    assertEquals("127.0.0.1:7070", settings.registrarListen().toString());
    assertEquals(Optional.empty(), settings.functions());
    assertEquals(Optional.empty(), settings.log());
    assertEquals(0, settings.witnesses());
  }

  /** Words separated by blanks, and what is said: the option, its value, what it should be. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --namespace=Windlass           | --namespace is Windlass, expected a name of at most 53
          --namespace=                   | --namespace is missing, expected a name of at most 53
          --name=-x                      | --name is -x, expected a name of at most 53
          --instance=a/b                 | --instance is a/b, expected the value of a label
          --pod=Operator_0               | --pod is Operator_0, expected the name of an object
          --listen=8080                  | --listen is 8080, expected HOST:PORT
          --listen=0.0.0.0:70000         | --listen is 0.0.0.0:70000, expected HOST:PORT
          --registrar-listen=x           | --registrar-listen is x, expected HOST:PORT
          --registrar-listen=::1:7070    | --registrar-listen is ::1:7070, expected HOST:PORT or [IPV6]:PORT
          --artifacts-listen=:7071       | --artifacts-listen is :7071, expected HOST:PORT
          --trust-domain=Acme!           | --trust-domain is Acme!, expected a trust domain such as
          --worker-image=                | --worker-image is missing, expected the image of worker pods
          --worker-image='a b'           | --worker-image is a b, expected the image of worker pods
          --worker-image-pull-policy=Now | --worker-image-pull-policy is Now, expected Always, IfNotPresent or Never
          --registrar-address=           | --registrar-address is missing, expected HOST:PORT
          --registrar-address=svc        | --registrar-address is svc, expected HOST:PORT
          --heads-address=http://svc:7   | --heads-address is http://svc:7, expected HOST:PORT
          --heads-address=svc:70000      | --heads-address is svc:70000, expected HOST:PORT
          --heads-address=svc:0          | --heads-address is svc:0, expected HOST:PORT
          --log=windlass-log:8090        | --log is windlass-log:8090, expected a URL such as
          --authority-secret=My Secret   | --authority-secret is My Secret, expected the name of an object
          --witnesses=two                | --witnesses is 0 to 16, not two
          --witnesses=17                 | --witnesses is 0 to 16, not 17
          --witnesses=2                  | --witnesses is 2: --witness-url-template is missing
          --witness-url-template=http://w| --witness-url-template is http://w, expected a URL with {i}
          --quorum=1                     | --quorum is 0 to 0, not 1
          --allowed-image=latest         | --allowed-image is latest, expected sha256: and 64
          --zone-label=a/b/c             | --zone-label is a/b/c, expected the key of a label, such as
          --base-url=fn.example.com      | --base-url is fn.example.com, expected a URL such as
          --leader-election=yes          | --leader-election is yes, expected true or false
          --replicas=2                   | windlass operator has no option --replicas; it has --allowed-image, --
          operate                        | windlass operator has no option operate; it has
          --log                          | windlass operator: --log needs a value
          """)
  void a_wrong_option_ends_with_6_and_says_what_it_is_and_what_it_should_be(
      String word, String words) {
    var all = new ArrayList<>(LEAST);
    all.add(word.replace("'", ""));
    var said = new ByteArrayOutputStream();
    var before = System.err;
    int code;
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      code = Main.told(() -> OperatorProcess.run(all));
    } finally {
      System.setErr(before);
    }

    var text = said.toString(StandardCharsets.UTF_8);
    assertEquals(ExitCode.LOCAL, code, text);
    assertTrue(text.startsWith("error: ") && text.contains(words), text);
    assertEquals(1, text.lines().count(), text);
  }

  @Test
  void of_an_option_that_stands_twice_the_last_one_counts() {
    var words = new ArrayList<>(LEAST);
    words.addAll(Arrays.asList("--name", "one", "--name=two"));

    assertEquals("two", OperatorSettings.parse(words, Optional.empty()).config().name());
  }
}
