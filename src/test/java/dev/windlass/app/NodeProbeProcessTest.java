package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.operator.plan.NodeReport;
import dev.windlass.operator.plan.ProbeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeProbeProcessTest {
  @TempDir Path directory;

  /** Whatever the machine of the test is, it is told in a report that an operator reads. */
  @Test
  void this_machine_is_measured_and_reported() throws IOException {
    var out = Files.createFile(directory.resolve("termination-log"));

    int code =
        NodeProbeProcess.run(List.of("--data", directory.toString(), "--out=" + out, "--share=1"));

    switch (NodeReport.parse(Files.readString(out))) {
      case NodeReport.Measured measured -> {
        assertEquals(ExitCode.OK, code);
        assertTrue(measured.nvmeWriteMBps().isEmpty() || measured.nvmeBytes().isPresent());
      }
      case NodeReport.Failed failed -> assertEquals(ExitCode.LOCAL, code, failed::toString);
    }
  }

  @Test
  void a_measurement_without_an_end_is_reported_as_such() throws IOException {
    var out = directory.resolve("out");

    int code = NodeProbeProcess.run(List.of("--data=" + directory, "--out=" + out), Duration.ZERO);

    assertEquals(ExitCode.LOCAL, code);
    var failed = assertInstanceOf(NodeReport.Failed.class, NodeReport.parse(Files.readString(out)));
    assertEquals("OutOfTime", failed.failure().word());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--data=/no/such/place | --data is /no/such/place, expected a directory",
        "--share=0 | --share is 1 to 90, not 0",
        "--size=1 | has no option --size; it has --data, --out, --share"
      })
  void what_it_cannot_do_it_says(String word, String why) {
    var refused = assertThrows(StartFailure.class, () -> NodeProbeProcess.run(List.of(word)));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  private static OperatorSettings operator(String... more) {
    var words =
        new ArrayList<>(
            List.of(
                "--worker-image=w:1",
                "--registrar-address=r.n.svc:1",
                "--heads-address=h.n.svc:1"));
    words.addAll(List.of(more));
    return OperatorSettings.parse(words, Optional.empty());
  }

  @Test
  void an_operator_probes_only_when_it_is_told_to() {
    assertEquals(
        Optional.empty(), operator("--node-probe-tolerations=[{\"key\":\"a\"}]").nodeProbe());

    var probe =
        operator(
                "--instance=rel",
                "--node-probe=true",
                "--node-probe-tolerations=[{\"key\":\"a\",\"operator\":\"Exists\"}]",
                "--node-probe-resources={\"limits\":{\"memory\":\"1Gi\"}}",
                "--node-probe-storage-class=nvme",
                "--node-probe-pull-secret=reg")
            .nodeProbe()
            .orElseThrow();
    assertEquals("rel windlass windlass w:1", texts(probe));
    assertEquals(Optional.of("nvme"), probe.storageClass());
    assertEquals(List.of("reg"), probe.pullSecrets());
    assertEquals("a", probe.tolerations().getFirst().getKey());
    assertEquals("1Gi", probe.resources().getLimits().get("memory").toString());
  }

  private static String texts(ProbeSettings p) {
    return String.join(" ", p.instance(), p.namespace(), p.prefix(), p.image());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--node-probe=yes | --node-probe is yes, expected true or false",
        "--node-probe-tolerations=[{}] | --node-probe-tolerations is [{}]: $[0]: expected a key",
        "--node-probe-storage-class=a b | --node-probe-storage-class is a b, expected the name of",
        "--node-probe-pull-secret=A | --node-probe-pull-secret is A, expected the name of an object",
        "--node-probe-resources=much | --node-probe-resources is much: "
      })
  void a_value_that_is_none_is_named(String word, String why) {
    var refused = assertThrows(StartFailure.class, () -> operator("--node-probe=true", word));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }
}
