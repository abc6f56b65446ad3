package dev.windlass.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "wait",
    sortOptions = false,
    description = {
      "Waits until processes of Windlass are ready, as their /q/health/ready says.",
      "",
      "One after the other; says on stderr what it waits for. Exit code 3 when the time is up. The"
          + " chart's readiness job and `helm test` run it."
    })
final class WaitCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final int MOST_BYTES = 64 << 10;

  @Parameters(arity = "1..*", paramLabel = "URL", description = "such as http://localhost:8080")
  List<String> urls = List.of();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "for all of them together, such as 30s or 5m (default: 5m)")
  String timeout = "5m";

  private final Terminal terminal;

  WaitCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    var targets = urls.stream().map(WaitCommand::target).toList();
    long end = System.nanoTime() + duration(timeout).toNanos();
    for (var target : targets) {
      await(target, end);
      terminal.out().println("ready " + target.base());
    }
    return Exit.OK;
  }

  private void await(Http target, long end) throws InterruptedException {
    var said = "";
    while (true) {
      var state = state(target);
      if (state == null) return;
      if (!state.equals(said)) terminal.err().println("waiting: " + state);
      said = state;
      if (System.nanoTime() - end >= 0)
        throw new CommandFailure(
            Exit.UNREACHABLE, target.base() + " was not ready within " + timeout + ": " + state);
      Thread.sleep(PAUSE);
    }
  }

  /** Null: ready. */
  private static @Nullable String state(Http target) {
    var ask = new Http.Request("GET", "/q/health/ready", List.of(), null, PATIENCE);
    try (var answer = target.send(ask)) {
      if (answer.status() == 200) return null;
      var body = new String(answer.whole(MOST_BYTES), StandardCharsets.UTF_8);
      return target.base()
          + " answers "
          + answer.status()
          + " "
          + body.replaceAll("\\s+", " ").strip();
    } catch (CommandFailure e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static Http target(String url) {
    try {
      return new Http(new URI(url));
    } catch (URISyntaxException e) {
      throw new CommandFailure(Exit.USAGE, "not a URL: " + url, "such as http://localhost:8080");
    }
  }

  private static Duration duration(String text) {
    if (!text.matches("[1-9][0-9]{0,4}[smh]"))
      throw new CommandFailure(Exit.USAGE, "--timeout is " + text + ", expected such as 30s or 5m");
    int count = Integer.parseInt(text.substring(0, text.length() - 1));
    return switch (text.charAt(text.length() - 1)) {
      case 's' -> Duration.ofSeconds(count);
      case 'm' -> Duration.ofMinutes(count);
      default -> Duration.ofHours(count);
    };
  }
}
