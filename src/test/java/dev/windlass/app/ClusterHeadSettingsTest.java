package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterHeadSettingsTest {
  /** As the chart starts it. */
  private static final List<String> CHART =
      List.of(
          "--cluster=true",
          "--namespace=windlass",
          "--listen=0.0.0.0:8080",
          "--link-listen=0.0.0.0:7443",
          "--data=/data/head",
          "--registrar=windlass-registrar.windlass.svc:7070",
          "--artifacts=windlass-artifacts.windlass.svc:7071",
          "--token-file=/var/run/secrets/windlass/token",
          "--roots=/etc/windlass/trust/roots.pem",
          "--log=http://windlass-log.windlass.svc:8090",
          "--log-policy=/etc/windlass/log/policy.txt",
          "--base-url=https://fn.example.com");

  @Test
  void the_words_of_the_chart_are_understood() {
    assertTrue(ClusterHeadSettings.isAsked(CHART));
    var settings = ClusterHeadSettings.parse(CHART);
    assertEquals(7443, settings.link().port());
    assertEquals(Path.of("/data/head"), settings.data());
    assertEquals("windlass-registrar.windlass.svc:7070", settings.registrar());
    assertEquals(Optional.of("windlass-artifacts.windlass.svc:7071"), settings.artifacts());
    assertEquals(
        Optional.of(
            new ClusterHeadSettings.RemoteChoice(
                "http://windlass-log.windlass.svc:8090", Path.of("/etc/windlass/log/policy.txt"))),
        settings.log());
    assertEquals("https://fn.example.com", settings.baseUrl());
  }

  @Test
  void without_a_cluster_it_is_the_head_of_one_machine() {
    assertFalse(ClusterHeadSettings.isAsked(List.of("--cluster", "false")));
    assertFalse(ClusterHeadSettings.isAsked(List.of("--port", "0")));
    assertTrue(ClusterHeadSettings.isAsked(List.of("--cluster", "true")));
  }

  @Test
  void what_is_missing_or_wrong_is_named() {
    refused("--registrar is missing, expected HOST:PORT", "--registrar=");
    refused("needs --token-file FILE, the pod's token for the registrar", "--token-file=");
    refused("needs --roots FILE", "--roots=");
    refused("needs --log-policy FILE", "--log-policy=");
    var words = new ArrayList<>(CHART);
    words.replaceAll(w -> w.startsWith("--log=") ? "--log=on" : w);
    var e = assertThrows(StartFailure.class, () -> ClusterHeadSettings.parse(words));
    assertEquals("windlass head: --log is off or a URL, not on", e.getMessage());
  }

  private static void refused(String why, String option) {
    var words = CHART.stream().filter(w -> !w.startsWith(option)).toList();
    var e = assertThrows(StartFailure.class, () -> ClusterHeadSettings.parse(words));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }
}
