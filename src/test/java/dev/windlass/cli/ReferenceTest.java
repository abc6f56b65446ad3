package dev.windlass.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

/** docs/cli.md is what {@code help} says; {@code -Dgolden.update} writes it. */
class ReferenceTest {
  private static final Path DOCUMENT = Path.of("docs/cli.md");

  private static final String BEFORE =
      """
      # Commands

      Generated from the commands themselves: `mvn test -Dtest=ReferenceTest -Dgolden.update` writes it, and without
      that flag the same test compares.

      A result goes to stdout, everything for the person to stderr. Client commands find the head by `--url` or
      `WINDLASS_URL` (default http://localhost:8080); `WINDLASS_ADMIN_TOKEN` is the bearer token of a head that asks
      for one.

      | exit code | meaning |
      |---|---|
      | 0 | done |
      | 1 | the function failed (`invoke`), or its exit code does not fit a process's (`run`) |
      | 2 | the command line is wrong |
      | 3 | no head answers |
      | 4 | a result does not verify (`invoke`); a checkpoint, a tile or an entry does not (`log`); \
      nothing is proven (`verify-misbehaviour`) |
      | 5 | the head refused; it says why |
      | 6 | a file or this machine is the reason |
      | 7 | the receipt is on its way (`receipt`, `invoke --receipt`); come again |
      | 10–24 | `verify`: the first check that failed: 10 statement (or the file cannot be read), 11 signature, \
      12 key, 13 batch, 14 manifest, 15 function, 16 environment, 17 input, 18 output, 19 re-execution, \
      20 certificate, 21 workers, 22 diversity, 23 inclusion, 24 witnesses |
      | 20 | `log monitor`, `log replay`: somebody broke a promise that they signed |
      | 124, 134, 137, 139, 152, 153 | `run`: out of time, trap, out of memory, stack overflow, \
      out of fuel, output too large |
      | 125, 126 | no engine, module unusable |
      | others | `run`: the guest's own |
      """;

  @Test
  void the_document_says_what_help_says() throws IOException {
    var line = new CommandLineOf(Map.of());
    line.run("help");
    var text = new StringBuilder(BEFORE).append("\n```\n").append(line.out).append("```\n");
    for (var name : Windlass.names(line.ports())) {
      line.run("help", name);
      text.append("\n## ").append(name).append("\n\n```\n").append(line.out).append("```\n");
      if (!name.equals("log")) continue;
      for (var one : LogCommand.commands(line.ports(), Terminal.ofProcess()).keySet()) {
        line.run("log", one, "--help");
        text.append("\n### log ").append(one).append("\n\n```\n").append(line.out).append("```\n");
      }
    }

    if (System.getProperty("golden.update") != null) Files.writeString(DOCUMENT, text);
    assertEquals(Files.readString(DOCUMENT), text.toString(), "docs/cli.md: -Dgolden.update");
    assertEquals(-1, text.indexOf("\033"), Ansi.AUTO + " must be off where nobody sees it");
  }
}
