package dev.windlass.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * HTTP load from a process of its own: wrk where it is installed, else {@link Requests} in a second
 * JVM.
 */
final class Load {
  private static final Pattern QUANTILE =
      Pattern.compile("^\\s+(50|75|90|99)%\\s+([0-9.]+)(us|ms|s)\\s*$", Pattern.MULTILINE);
  private static final Pattern RATE =
      Pattern.compile("^Requests/sec:\\s+([0-9.]+)", Pattern.MULTILINE);
  private static final Pattern FAILED =
      Pattern.compile(
          "^\\s*(?:Non-2xx or 3xx responses: (\\d+)|Socket errors: (.*))$", Pattern.MULTILINE);

  private Load() {}

  /**
   * @param p50Micros half of the requests took no longer
   * @param failures what was not a 2xx answer, in words; empty when all were
   */
  record Result(
      String tool, double perSecond, double p50Micros, double p99Micros, String failures) {}

  /** One request after the other on each connection, for so many seconds; GET. */
  static Result run(URI url, int connections, int seconds) throws IOException {
    boolean wrk = Files.isExecutable(Path.of("/usr/bin/wrk"));
    var command =
        wrk
            ? List.of(
                "wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--latency", url.toString())
            : ours(url, connections, seconds);
    return parse(wrk ? "wrk" : "ours", output(command));
  }

  private static List<String> ours(URI url, int connections, int seconds) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.add(Requests.class.getName());
    command.addAll(List.of(url.toString(), "" + connections, "" + seconds));
    return command;
  }

  /** The form of wrk, which {@link Requests} writes too. */
  static Result parse(String tool, String text) {
    double p50 = Double.NaN;
    double p99 = Double.NaN;
    var quantiles = QUANTILE.matcher(text);
    while (quantiles.find()) {
      double micros = Double.parseDouble(quantiles.group(2)) * unit(quantiles.group(3));
      if (quantiles.group(1).equals("50")) p50 = micros;
      if (quantiles.group(1).equals("99")) p99 = micros;
    }
    var rate = RATE.matcher(text);
    if (!rate.find() || Double.isNaN(p50))
      throw new IllegalArgumentException("not what " + tool + " prints:\n" + text);
    var failures = new ArrayList<String>();
    var failed = FAILED.matcher(text);
    while (failed.find())
      failures.add(failed.group(1) != null ? failed.group(1) + " not 2xx" : failed.group(2));
    return new Result(
        tool, Double.parseDouble(rate.group(1)), p50, p99, String.join(", ", failures));
  }

  private static double unit(String unit) {
    return switch (unit.toLowerCase(Locale.ROOT)) {
      case "us" -> 1;
      case "ms" -> 1e3;
      default -> 1e6;
    };
  }

  private static String output(List<String> command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
