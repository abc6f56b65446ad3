package dev.windlass.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * What receipts cost: requests a second with the log on and off, in turns; how long a request waits
 * for its witnessed receipt; how long {@code windlass verify} takes. {@code tools/run-test-main
 * dev.windlass.bench.ReceiptCost [quick]} measures it alone.
 */
public final class ReceiptCost {
  private static final String GROUP = "receipts, 2 workers, load from a separate process";
  private static final int CONNECTIONS = 64;

  private final Path home = Path.of("").toAbsolutePath();
  private final Table table;
  private final int seconds;
  private final int rounds;

  ReceiptCost(Table table, boolean quick) {
    this.table = table;
    this.seconds = quick ? 3 : 10;
    this.rounds = quick ? 1 : 3;
  }

  public static void main(String[] arguments) throws Exception {
    var table = new Table();
    new ReceiptCost(table, Set.of(arguments).contains("quick")).measure();
    System.out.println(table.text());
    System.exit(0);
  }

  void measure() throws Exception {
    double on;
    double off;
    try (var with = Up.start(home, 2, List.of())) {
      deploy(with);
      Load.run(url(with), CONNECTIONS, 6 * seconds); // compilers
      on = rate(with);
      witnessed(with, 1);
      witnessed(with, 16);
      verify(with);
    }
    try (var without = Up.start(home, 2, List.of("--log", "off"))) {
      deploy(without);
      Load.run(url(without), CONNECTIONS, 6 * seconds);
      off = rate(without);
    }
    table.add(GROUP, "64 connections, no log", off, "req/s", "");
    table.add(GROUP, "64 connections, a receipt each", on, "req/s", "");
    table.add(GROUP, "the second in parts of the first", on / off, "×", "goal ≥ 0.8");
  }

  private static void deploy(Up up) throws IOException {
    up.client("deploy", "src/test/guests/soak/tiny.wat", "--name", "tiny");
  }

  private static URI url(Up up) {
    return up.url("/fn/default/tiny");
  }

  /** The median of the rounds. */
  private double rate(Up up) throws IOException {
    var rates = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      var result = Load.run(url(up), CONNECTIONS, seconds);
      if (!result.failures().isEmpty()) throw new IOException(result.failures());
      rates[i] = result.perSecond();
    }
    Arrays.sort(rates);
    return rates[rounds / 2];
  }

  private void witnessed(Up up, int clients) throws Exception {
    var micros = new ArrayList<Long>();
    try (var http = HttpClient.newHttpClient();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var calls = new ArrayList<Callable<List<Long>>>();
      for (int i = 0; i < clients; i++) calls.add(() -> waiting(http, up));
      for (var each : threads.invokeAll(calls)) micros.addAll(each.get());
    }
    micros.sort(null);
    var what = "Prefer: receipt=witnessed, " + clients + " at a time, ";
    table.add(GROUP, what + "p50", micros.get(micros.size() / 2) / 1e3, "ms", "");
    table.add(GROUP, what + "p99", micros.get(micros.size() * 99 / 100) / 1e3, "ms", "");
  }

  private List<Long> waiting(HttpClient http, Up up) throws IOException, InterruptedException {
    var micros = new ArrayList<Long>();
    var request =
        HttpRequest.newBuilder(url(up))
            .header("Prefer", "receipt=witnessed")
            .POST(BodyPublishers.ofString("x"))
            .build();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end) {
      long began = System.nanoTime();
      var answer = http.send(request, BodyHandlers.ofByteArray());
      micros.add((System.nanoTime() - began) / 1_000);
      var witnessed = answer.headers().firstValue("Windlass-Witnessed").orElse("");
      if (!witnessed.equals("true"))
        throw new IOException(answer.statusCode() + ", not witnessed: " + answer.headers());
    }
    return micros;
  }

  private void verify(Up up) throws Exception {
    var directory = Files.createTempDirectory(home.resolve("target"), "verify");
    var receipt = directory.resolve("receipt");
    var policy = directory.resolve("policy");
    try (var http = HttpClient.newHttpClient()) {
      http.send(HttpRequest.newBuilder(up.url("/log/policy")).build(), BodyHandlers.ofFile(policy));
    }
    up.client("invoke", "tiny", "--data", "x", "--receipt", receipt.toString());
    var millis = new double[11];
    for (int i = 0; i < millis.length; i++) {
      long began = System.nanoTime();
      up.client("verify", receipt.toString(), "--policy", policy.toString());
      millis[i] = (System.nanoTime() - began) / 1e6;
    }
    Arrays.sort(millis);
    table.add(
        GROUP, "`windlass verify` of one receipt", millis[millis.length / 2], "ms", "goal < 150");
    for (var file : List.of(receipt, policy, directory)) Files.delete(file);
  }
}
