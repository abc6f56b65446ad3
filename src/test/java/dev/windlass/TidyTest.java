package dev.windlass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The style that a compiler does not check. Each failure names the place and what to write instead.
 */
class TidyTest {
  private static final Path MAIN = Path.of("src/main/java");
  private static final Path TEST = Path.of("src/test/java");
  private static final int MAX_LINES = 400;
  private static final int MAX_COLUMNS = 120;

  /** What may not stand in any source, and what to use in its place. */
  private static final Map<String, String> BANNED =
      Map.ofEntries(
          Map.entry("\\.toLower" + "Case\\(\\)", "toLowerCase(Locale.ROOT)"),
          Map.entry("\\.toUpper" + "Case\\(\\)", "toUpperCase(Locale.ROOT)"),
          Map.entry("import mod" + "ule ", "explicit imports"),
          Map.entry("import (static )?[\\w.]+\\.\\*;", "explicit imports"),
          Map.entry("org\\." + "mockito", "a strict fake"),
          Map.entry("import lom" + "bok", "a record"),
          Map.entry("print" + "StackTrace\\(", "an error that says what we were doing"),
          Map.entry("Arena\\.of" + "Shared", "Arena.ofConfined or Arena.global"),
          Map.entry(
              "@Dis" + "abled|assume" + "True\\(|assume" + "False\\(", "a test that runs, or none"),
          Map.entry(
              "\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b(?!\\(#\\d+\\))",
              "an issue, as TO" + "DO(#123), or the work"));

  /** What may not stand in tests only. */
  private static final Map<String, String> BANNED_IN_TESTS =
      Map.of("Thread\\.sle" + "ep\\(", "a bounded wait for a condition");

  @Test
  void every_package_says_what_it_is_for() {
    var silent = new ArrayList<String>();
    for (var directory : directoriesWithSources(MAIN)) {
      var info = directory.resolve("package-info.java");
      if (!Files.exists(info)) {
        silent.add(directory + " has no package-info.java");
      } else if (!text(info).contains("@NullMarked")) {
        silent.add(info + " is not @NullMarked");
      }
    }
    assertNone(silent);
  }

  @Test
  void files_and_lines_stay_short() {
    var long_ = new ArrayList<String>();
    for (var file : sources(MAIN, TEST)) {
      var lines = text(file).lines().toList();
      if (file.startsWith(MAIN) && lines.size() > MAX_LINES) {
        long_.add(file + " has " + lines.size() + " lines, at most " + MAX_LINES);
      }
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).length() > MAX_COLUMNS) {
          long_.add(
              file
                  + ":"
                  + (i + 1)
                  + " has "
                  + lines.get(i).length()
                  + " columns, at most "
                  + MAX_COLUMNS);
        }
      }
    }
    assertNone(long_);
  }

  @Test
  void banned_words_have_a_replacement() {
    var found = new ArrayList<String>();
    for (var file : sources(MAIN, TEST)) {
      find(file, BANNED, found);
      if (file.startsWith(TEST)) find(file, BANNED_IN_TESTS, found);
    }
    assertNone(found);
  }

  @Test
  void test_names_are_claims() {
    var short_ = new ArrayList<String>();
    var test =
        Pattern.compile(
            "@(?:Test|ParameterizedTest|RepeatedTest)[^\\n]*\\n"
                + "(?:\\s*@[^\\n]*\\n|\\s*[^\\n;{]*\\)\\n)*?\\s*(?:public )?void (\\w+)\\(");
    for (var file : sources(TEST)) {
      if (file.endsWith("ArchitectureTest.java")) continue;
      test.matcher(text(file))
          .results()
          .map(m -> m.group(1))
          .filter(name -> !name.contains("_"))
          .forEach(
              name ->
                  short_.add(
                      file
                          + ": "
                          + name
                          + " is no claim in words, such as a_name_says_what_holds"));
    }
    assertNone(short_);
  }

  /** The threat model cites tests as {@code `ClassTest.method`}; each must exist. */
  @Test
  void the_threat_model_names_tests_that_exist() {
    var missing = new ArrayList<String>();
    var named =
        Pattern.compile("`(\\w+(?:Test|IT|Simulation))\\.(\\w+)`")
            .matcher(text(Path.of("docs/threat-model.md")))
            .results()
            .toList();
    for (var m : named) {
      boolean exists =
          sources(TEST).stream()
              .filter(f -> f.getFileName().toString().equals(m.group(1) + ".java"))
              .anyMatch(f -> text(f).contains(" " + m.group(2) + "("));
      if (!exists) missing.add("docs/threat-model.md names " + m.group() + ", which is not there");
    }
    assertTrue(named.size() >= 100, "the threat model names only " + named.size() + " tests");
    assertNone(missing);
  }

  @Test
  void every_dependency_says_why_it_is_here() {
    var document = text(Path.of("docs/dependencies.md"));
    var silent = new ArrayList<String>();
    Pattern.compile("<artifactId>([^<]+)</artifactId>")
        .matcher(text(Path.of("pom.xml")))
        .results()
        .map(m -> m.group(1))
        .filter(name -> !name.equals("windlass"))
        .filter(name -> !document.contains("`" + name + "`"))
        .forEach(name -> silent.add("docs/dependencies.md does not say why " + name + " is used"));
    assertNone(silent);
  }

  @Test
  void versions_stand_in_one_block_of_the_pom() {
    var pom = text(Path.of("pom.xml"));
    var rest = pom.substring(pom.indexOf("</properties>"));
    var strays =
        Pattern.compile("<version>(?!\\$\\{|\\[)[^<]*</version>")
            .matcher(rest)
            .results()
            .map(m -> m.group())
            .toList();
    assertEquals(List.of(), strays, "write these as properties");
  }

  @Test
  void decisions_are_numbered_and_carry_a_date_and_a_status() throws IOException {
    var wrong = new ArrayList<String>();
    var numbers = new TreeSet<Integer>();
    try (Stream<Path> files = Files.list(Path.of("docs/design"))) {
      for (var file : files.sorted().toList()) {
        var name = file.getFileName().toString();
        if (!name.matches("\\d{4}-[a-z0-9-]+\\.md")) {
          wrong.add(file + " is not named NNNN-title.md");
          continue;
        }
        if (!numbers.add(Integer.parseInt(name.substring(0, 4))))
          wrong.add(file + " takes a number twice");
        if (!Pattern.compile(
                "(?m)^Date: \\d{4}-\\d\\d-\\d\\d\\. Status: (accepted|superseded by \\d{4})\\.$")
            .matcher(text(file))
            .find()) {
          wrong.add(file + " has no line 'Date: YYYY-MM-DD. Status: accepted.'");
        }
      }
    }
    assertTrue(!numbers.isEmpty(), "docs/design holds no decision");
    assertNone(wrong);
  }

  @Test
  void the_changelog_begins_with_what_is_unreleased() {
    assertTrue(
        text(Path.of("CHANGELOG.md")).contains("\n## Unreleased\n"),
        "CHANGELOG.md has no '## Unreleased'");
  }

  private static void find(Path file, Map<String, String> words, List<String> found) {
    var lines = text(file).lines().toList();
    words.forEach(
        (word, instead) -> {
          var pattern = Pattern.compile(word);
          for (int i = 0; i < lines.size(); i++) {
            var m = pattern.matcher(lines.get(i));
            if (m.find())
              found.add(file + ":" + (i + 1) + " has '" + m.group() + "', write " + instead);
          }
        });
  }

  private static void assertNone(List<String> complaints) {
    assertTrue(complaints.isEmpty(), () -> String.join("\n", complaints));
  }

  private static List<Path> directoriesWithSources(Path root) {
    return sources(root).stream().map(Path::getParent).distinct().toList();
  }

  private static List<Path> sources(Path... roots) {
    var all = new ArrayList<Path>();
    for (var root : roots) {
      try (Stream<Path> files = Files.walk(root)) {
        files.filter(f -> f.toString().endsWith(".java")).sorted().forEach(all::add);
      } catch (IOException e) {
        throw new UncheckedIOException("couldn't walk " + root, e);
      }
    }
    assertTrue(!all.isEmpty(), "no sources found");
    return all;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read " + file, e);
    }
  }
}
