package dev.windlass.cli;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the head is. */
final class HeadOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "of the head (default: WINDLASS_URL, else http://localhost:8080)")
  @Nullable String url;

  Head head(Terminal terminal) {
    var text = url != null ? url : terminal.variable("WINDLASS_URL", "http://localhost:8080");
    try {
      return new Head(new Http(new URI(text)), terminal.variable("WINDLASS_ADMIN_TOKEN", ""));
    } catch (URISyntaxException e) {
      throw new CommandFailure(Exit.USAGE, "not a URL: " + text, "such as http://localhost:8080");
    }
  }
}
