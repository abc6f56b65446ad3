package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The chart's rules are ours, and none is wider than it has to be. */
class RbacTest {
  private static final Path DIRECTORY = Path.of("helm/windlass/files/rbac");

  @Test
  void the_files_of_the_chart_are_what_the_code_asks_for() throws IOException {
    for (var document : Rbac.all()) {
      var file = DIRECTORY.resolve(document.file());
      if (Boolean.getBoolean("golden.update")) {
        Files.createDirectories(DIRECTORY);
        Files.writeString(file, Rbac.yaml(document));
      }
      assertEquals(Files.readString(file), Rbac.yaml(document), "-Dgolden.update writes it");
    }
    try (var files = Files.list(DIRECTORY)) {
      assertEquals(
          Rbac.all().stream().map(Rbac.Document::file).sorted().toList(),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void no_rule_has_a_wildcard_or_lets_somebody_become_somebody_else() {
    var escalating = List.of("*", "escalate", "bind", "impersonate", "deletecollection");
    for (var document : Rbac.all()) {
      for (var rule : document.rules()) {
        assertFalse(rule.group().contains("*") || rule.resources().contains("*"), rule.why());
        escalating.forEach(verb -> assertFalse(rule.verbs().contains(verb), rule.why()));
      }
    }
  }

  @Test
  void heads_read_no_secret_and_write_nothing_but_the_status_of_workers() {
    for (var rule : Rbac.all().getLast().rules()) {
      assertFalse(rule.resources().contains("secrets"));
      if (!List.of("get", "list", "watch").containsAll(rule.verbs()))
        assertEquals(List.of("workers/status"), rule.resources());
    }
  }
}
