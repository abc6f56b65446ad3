package dev.windlass.cli;

import dev.windlass.tlog.VerifierKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Runs commands as a shell would and keeps what they print. */
final class CommandLineOf {
  final FakeEngines engines = new FakeEngines();
  final Map<String, String> env;
  LogChecks checks = new NoChecks();
  String in = "";
  String out = "";
  String err = "";
  List<String> started = List.of();

  CommandLineOf(Map<String, String> env) {
    this.env = env;
  }

  static CommandLineOf calling(FakeHead head) {
    return new CommandLineOf(Map.of("WINDLASS_URL", head.url()));
  }

  int run(String... args) {
    var bytesOut = new ByteArrayOutputStream();
    var bytesErr = new ByteArrayOutputStream();
    var terminal =
        new Terminal(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(bytesOut, true, StandardCharsets.UTF_8),
            new PrintStream(bytesErr, true, StandardCharsets.UTF_8),
            env,
            false);
    int exit = Windlass.run(ports(), terminal, args);
    out = bytesOut.toString(StandardCharsets.UTF_8);
    err = bytesErr.toString(StandardCharsets.UTF_8);
    return exit;
  }

  Ports ports() {
    return new Ports("1.2.3", Path.of("target"), engines, new NotedRoles(), checks);
  }

  private final class NotedRoles implements Roles {
    @Override
    public int up(List<String> arguments) {
      started = arguments;
      return 0;
    }

    @Override
    public int worker(List<String> arguments) {
      started = arguments;
      return 69;
    }

    @Override
    public int witness(List<String> arguments) {
      started = arguments;
      return 70;
    }

    @Override
    public int log(List<String> arguments) {
      started = arguments;
      return 72;
    }

    @Override
    public int mirror(List<String> arguments) {
      started = arguments;
      return 71;
    }
  }

  /** For commands that must not ask. */
  private static final class NoChecks implements LogChecks {
    @Override
    public Report check(Source source, VerifierKey log, LongConsumer progress) {
      throw new AssertionError("nobody wanted a log checked");
    }

    @Override
    public Report check(Path directory, VerifierKey log, LongConsumer progress) {
      throw new AssertionError("nobody wanted a log checked");
    }
  }
}
