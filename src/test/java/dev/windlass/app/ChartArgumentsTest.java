package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The chart starts each role with words that the role understands; k8s/ is what it renders. */
class ChartArgumentsTest {
  private static final Path MANIFESTS = Path.of("k8s/install.yaml");
  private static final Path SOURCES = Path.of("src/main/java/dev/windlass/app");

  @Test
  void the_operator_understands_what_the_chart_says() throws IOException {
    var settings = OperatorSettings.parse(wordsOf("windlass-operator"), Optional.empty());

    assertEquals(2, settings.witnesses());
    assertEquals(Optional.of("http://windlass-log.windlass.svc:8090"), settings.log());
    assertEquals("0.0.0.0:7070", settings.registrarListen().toString());
    assertEquals("windlass", settings.config().namespace());
    assertEquals(Optional.of("windlass"), settings.config().instance());
  }

  @Test
  void a_head_understands_what_the_chart_says() throws IOException {
    var words = wordsOf("windlass-head");

    assertTrue(ClusterHeadSettings.isAsked(words), words::toString);
    ClusterHeadSettings.parse(words);
  }

  @Test
  void log_witness_and_mirror_know_every_option_of_the_chart() throws IOException {
    var log = wordsOf("windlass-log");
    assertEquals("serve", log.getFirst());
    assertEquals(Set.of(), unknown(log.subList(1, log.size()), "LogSettings"));
    assertEquals(Set.of(), unknown(wordsOf("windlass-witness"), "WitnessProcess"));
    assertEquals(Set.of(), unknown(wordsOf("windlass-mirror"), "MirrorProcess"));
  }

  /** Their parsers open files that only a pod has, so the lists of options are read instead. */
  private static Set<String> unknown(List<String> words, String source) throws IOException {
    var text = Files.readString(SOURCES.resolve(source + ".java"));
    int from = text.indexOf("OPTIONS =");
    var known = text.substring(from, text.indexOf(';', from));
    var unknown = new TreeSet<String>();
    for (var word : words) {
      var name = Pattern.compile("--([a-z-]+)=.*").matcher(word);
      if (!name.matches() || !known.contains("\"" + name.group(1) + "\"")) unknown.add(word);
    }
    return unknown;
  }

  /** Without the role itself. */
  private static List<String> wordsOf(String workload) throws IOException {
    var words = new ArrayList<String>();
    var yaml = new ObjectMapper(new YAMLFactory());
    try (var all = yaml.readerFor(JsonNode.class).<JsonNode>readValues(MANIFESTS.toFile())) {
      while (all.hasNext()) {
        var object = all.next();
        if (!object.at("/metadata/name").asText().equals(workload)) continue;
        object
            .at("/spec/template/spec/containers/0/args")
            .forEach(a -> words.add(a.asText().replace("$(POD_NAME)", "windlass-operator-0")));
      }
    }
    assertTrue(words.size() > 2, () -> workload + " has no arguments");
    return words.subList(1, words.size());
  }
}
