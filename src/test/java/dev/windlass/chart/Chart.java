package dev.windlass.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Our chart, rendered by Helm. */
final class Chart {
  static final Path DIRECTORY = Path.of("helm/windlass");
  static final String KUBERNETES = "1.34.4";

  /** Values that switch on everything that can be on at one time. */
  static final Path EVERYTHING = Path.of("src/test/resources/dev/windlass/chart/everything.yaml");

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** The same values are rendered by many tests, and a process is a tenth of a second. */
  private static final Map<List<String>, String> RENDERED = new ConcurrentHashMap<>();

  private Chart() {}

  /** As {@code helm template windlass -n windlass} with these values. */
  static Rendering render(String values) {
    return render("windlass", values);
  }

  static Rendering render(String release, String values) {
    return new Rendering(objects(text(release, "windlass", values)));
  }

  static Rendering everything() {
    return render(read(EVERYTHING));
  }

  /** By the program that people use, hooks and tests included. */
  static String text(String release, String namespace, String values) {
    return RENDERED.computeIfAbsent(
        List.of(release, namespace, values), _ -> rendered(release, namespace, values));
  }

  static String rendered(String release, String namespace, String values) {
    var run = helm(release, namespace, values);
    if (run.exit() != 0) throw new AssertionError("helm template ended with " + run);
    return run.out();
  }

  /** What Helm says to values that it refuses. */
  static String refusal(String values) {
    var run = helm("windlass", "windlass", values);
    if (run.exit() == 0) throw new AssertionError("helm took these values:\n" + values);
    return run.err();
  }

  /** By Helm's library, which leaves out hooks. */
  static Rendering renderByLibrary(String values) {
    return withFile(
        values,
        file ->
            new Rendering(
                objects(
                    new Helm(DIRECTORY)
                        .template()
                        .withName("windlass")
                        .withNamespace("windlass")
                        .withKubeVersion(KUBERNETES)
                        .withValuesFile(file)
                        .call())));
  }

  private static Command.Run helm(String release, String namespace, String values) {
    return withFile(
        values,
        file ->
            Command.of("helm", "template", release, DIRECTORY.toString())
                .with("--namespace=" + namespace, "--kube-version=" + KUBERNETES)
                .with("--values=" + file)
                .run());
  }

  private static <T> T withFile(String values, Function<Path, T> use) {
    try {
      var file = Files.createTempFile("values", ".yaml");
      try {
        Files.writeString(file, values);
        return use.apply(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Documents that hold something. */
  static List<JsonNode> objects(String yaml) {
    var objects = new ArrayList<JsonNode>();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      while (documents.hasNext()) {
        var document = documents.next();
        if (document != null && document.isObject()) objects.add(document);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("not YAML:\n" + yaml, e);
    }
    return objects;
  }

  static JsonNode yaml(Path file) {
    return objects(read(file)).getFirst();
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read " + file, e);
    }
  }
}
