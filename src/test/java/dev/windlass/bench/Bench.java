package dev.windlass.bench;

import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.link.LinkBenchmark;
import dev.windlass.operator.plan.PlanBenchmark;
import dev.windlass.receipt.ReceiptBenchmark;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Prints one table and writes target/bench.json. Every time is also a multiple of the guest's call
 * in process, measured in the same run. {@code Bench quick} measures for a short time only.
 */
public final class Bench {
  private static final int FUNCTIONS = 1_000;

  private final Path home = Path.of("").toAbsolutePath();
  private final Table table = new Table();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final boolean quick;

  private Bench(boolean quick) {
    this.quick = quick;
  }

  public static void main(String[] arguments) throws Exception {
    var bench = new Bench(Set.of(arguments).contains("quick"));
    bench.inProcess();
    bench.endToEnd();
    bench.manyFunctions();
    say("entries into the log, on files and in PostgreSQL");
    new Entries(bench.table, bench.quick).measure();
    say("what receipts cost");
    new ReceiptCost(bench.table, bench.quick).measure();
    System.out.println(bench.table.text());
    Files.write(bench.home.resolve("target/bench.json"), bench.table.json().canonical());
    System.exit(0);
  }

  private void inProcess() throws RunnerException {
    say("guest, signatures and link in process");
    var micros =
        jmh(
            GuestBenchmark.class,
            GuestCallBenchmark.class,
            SignatureBenchmark.class,
            LinkBenchmark.class,
            TreeBenchmark.class,
            ReceiptBenchmark.class,
            PlanBenchmark.class);
    var group = "in one process (JMH)";
    table.reference(
        group, "tiny guest, call after call on its lane", micros.get("call"), "goal ≤ 10");
    row(group, "the same, handed to a lane and back", micros, "callOnAnotherThread");
    row(group, "a guest without WASI, the engine alone", micros, "tinyGuest");
    row(group, "sign a result statement", micros, "sign");
    row(group, "verify it", micros, "verify");
    row(group, "sign, as one of a batch of 64", micros, "signInBatch");
    row(group, "verify, in a known batch", micros, "verifyInKnownBatch");
    row(group, "order and reply over the local event bus", micros, "overTheLocalBus");
    row(group, "order and reply over a mutual-TLS link", micros, "overTheLinkAlone");
    row(group, "the same through the event bus", micros, "overBusAndLink");
    group = "receipts (JMH)";
    row(group, "write one, but its place", micros, "prepareReceipt");
    row(group, "give it its place in the chain", micros, "placeReceipt");
    row(group, "place, leaf, tree, signature, submission: one of 512", micros, "receiptInBatch");
    row(group, "sign one alone", micros, "signReceiptAlone");
    row(group, "verify the signature of one alone", micros, "verifyReceiptSignature");
    row(group, "verify a receipt file, all checks, warm", micros, "verifyReceiptFile");
    group = "the log's arithmetic, a million leaves (JMH)";
    row(group, "hash an entry of 1 KiB", micros, "hashEntryOf1024");
    row(group, "a leaf of a batch of 256: its tiles and the new root", micros, "growByBatch");
    row(group, "prove a leaf beside the last one", micros, "proveNeighbours");
    row(group, "prove a leaf anywhere, tiles checked", micros, "proveAnywhere");
    row(group, "check a checkpoint and three cosignatures", micros, "evaluatePolicy");
    group = "plan of a cluster with 200 WorkerPools and 2,000 Nodes (JMH)";
    row(group, "decide on one pool", micros, "decideOnPool");
    row(group, "match one node against a profile", micros, "matchNode");
    var grown = TreeGrowth.run(quick ? 1_000_000 : 10_000_000, 4_096);
    group = String.format(Locale.ROOT, "a tree of %,d leaves, no disk", grown.leaves());
    table.add(group, "hashed and appended", grown.leaves() / grown.seconds(), "leaves/s", "");
    table.add(group, "heap, more than after a tenth", grown.heapGrowth() / 1024.0, "KiB", "");
  }

  private void row(String group, String what, Map<String, Double> micros, String benchmark) {
    var value = micros.get(benchmark);
    if (value != null) table.add(group, what, value, "µs", "");
  }

  /** Benchmark method → µs an operation. */
  private Map<String, Double> jmh(Class<?>... classes) throws RunnerException {
    var options = new OptionsBuilder().verbosity(VerboseMode.SILENT).param("pooling", "true");
    for (var c : classes) options.include(c.getName().replace(".", "\\.") + "\\..*");
    if (quick)
      options
          .warmupIterations(1)
          .measurementIterations(1)
          .measurementTime(TimeValue.milliseconds(500));
    var micros = new HashMap<String, Double>();
    for (var result : new Runner(options.build()).run()) {
      var name = result.getParams().getBenchmark();
      micros.put(
          name.substring(name.lastIndexOf('.') + 1), result.getPrimaryResult().getScore() / 1e3);
    }
    return micros;
  }

  private void endToEnd() throws IOException {
    int seconds = quick ? 3 : 15;
    try (var up = Up.start(home, 2, List.of())) {
      up.client("deploy", "src/test/guests/soak/tiny.wat", "--name", "tiny");
      memory(up, "memory when idle, just started");
      var url = up.url("/fn/default/tiny");
      warm(url);
      say("load at 1 and at 64 connections");
      var group = "end to end over HTTP, 2 workers, load from a separate process";
      double goal = table.referenceMicros() + 250;
      var one = Load.run(url, 1, seconds);
      table.add(
          group,
          "p50 at 1 connection",
          one.p50Micros(),
          "µs",
          "goal ≤ " + Math.round(goal) + remark(one));
      table.add(group, "p99 at 1 connection", one.p99Micros(), "µs", "");
      table.add(group, "rate at 1 connection", one.perSecond(), "req/s", "");
      var many = Load.run(url, 64, seconds);
      table.add(
          group,
          "rate at 64 connections",
          many.perSecond(),
          "req/s",
          "goal ≥ 12,000; every result signed and verified" + remark(many));
      table.add(group, "p50 at 64 connections", many.p50Micros(), "µs", "");
      table.add(group, "p99 at 64 connections", many.p99Micros(), "µs", "");
      var health = Load.run(up.url("/q/health/live"), 64, quick ? 3 : 5);
      table.add(
          group, "for comparison: /q/health/live", health.perSecond(), "req/s", remark(health));
      memory(up, "memory after that load");
      workerStart(up);
      table.add("start", "windlass up, until ready", up.readyAfter().toMillis(), "ms", "");
    }
  }

  /** Until the compilers are through: the rate no longer grows, or two minutes are over. */
  private void warm(URI url) throws IOException {
    say("warming up");
    double best = 0;
    for (int i = 0; i < (quick ? 2 : 24); i++) {
      double rate = Load.run(url, 64, 5).perSecond();
      if (i > 3 && rate < best * 1.02) return;
      best = Math.max(best, rate);
    }
  }

  private static void say(String what) {
    System.err.println("bench: " + what);
  }

  private static String remark(Load.Result result) {
    return (result.tool().equals("wrk") ? "" : "; load by " + result.tool())
        + (result.failures().isEmpty() ? "" : "; FAILED: " + result.failures());
  }

  private void memory(Up up, String group) {
    table.add(group, "head and registrar", mebibytes(up.head()), "MiB", "");
    for (var worker : up.workers()) table.add(group, "a worker", mebibytes(worker), "MiB", "");
  }

  private static double mebibytes(ProcessHandle process) {
    return Up.residentBytes(process.pid()) / (double) (1 << 20);
  }

  /** From the start of a worker's process until the head lists it. */
  private void workerStart(Up up) throws IOException {
    var before = up.workers();
    before.getFirst().destroyForcibly();
    var old = before.stream().map(ProcessHandle::pid).collect(Collectors.toSet());
    if (!Up.await(Duration.ofSeconds(30), () -> connected(up) == before.size() - 1)
        || !Up.await(Duration.ofSeconds(30), () -> connected(up) == before.size()))
      throw new IOException("the killed worker did not come back\n" + up.log());
    long now = System.currentTimeMillis();
    var restarted =
        up.workers().stream().filter(w -> !old.contains(w.pid())).findFirst().orElseThrow();
    var started = restarted.info().startInstant().orElse(Instant.ofEpochMilli(now));
    table.add(
        "start",
        "a worker, from its process's start until linked",
        now - started.toEpochMilli(),
        "ms",
        "goal < 2,000");
  }

  private int connected(Up up) {
    try {
      var listed = Json.parse(get(up, "/api/v1/workers").body(), Bounds.DEFAULT).at();
      var workers = listed.value() instanceof Json.Arr ? listed : listed.get("workers");
      return workers.elements().size();
    } catch (IOException e) {
      return -1;
    }
  }

  /** Each with bytes of its own, deployed once, then left alone. */
  private void manyFunctions() throws IOException {
    int count = quick ? 50 : FUNCTIONS;
    try (var up = Up.start(home, 2, List.of())) {
      up.client("deploy", "src/test/guests/soak/tiny.wat", "--name", "tiny");
      long headBefore = Up.residentBytes(up.head().pid());
      long workersBefore = up.workers().stream().mapToLong(w -> Up.residentBytes(w.pid())).sum();
      var wasm = TinyModules.base();
      say("deploying " + count + " functions");
      long began = System.nanoTime();
      for (int i = 0; i < count; i++) deploy(up, "f" + i, TinyModules.variant(wasm, i));
      double seconds = (System.nanoTime() - began) / 1e9;
      var group = count + " different functions deployed, then idle";
      table.add(group, "time to deploy each", seconds / count * 1e3, "ms", "");
      long head = Up.residentBytes(up.head().pid()) - headBefore;
      long workers =
          up.workers().stream().mapToLong(w -> Up.residentBytes(w.pid())).sum() - workersBefore;
      table.add(group, "head and registrar, more than before", head / 1048576.0, "MiB", "");
      table.add(group, "both workers, more than before", workers / 1048576.0, "MiB", "");
      long first = System.nanoTime();
      expect(200, get(up, "/fn/default/f0"));
      table.add(group, "first call of one of them", (System.nanoTime() - first) / 1e3, "µs", "");
    }
  }

  private void deploy(Up up, String name, byte[] wasm) throws IOException {
    var digest = Digest.of(wasm);
    expect(201, put(up, "/api/v1/artifacts/" + digest.hex(), wasm, "application/wasm"));
    var manifest =
        Json.object().put("name", "default/" + name).put("module", digest.toString()).build();
    expect(
        201,
        put(
            up,
            "/api/v1/namespaces/default/functions/" + name,
            manifest.canonical(),
            "application/json"));
  }

  private static void expect(int status, HttpResponse<byte[]> answer) throws IOException {
    if (answer.statusCode() != status && answer.statusCode() != 200)
      throw new IOException(
          answer.request().uri() + ": " + answer.statusCode() + " " + new String(answer.body()));
  }

  private HttpResponse<byte[]> get(Up up, String path) throws IOException {
    return send(HttpRequest.newBuilder(up.url(path)).GET().build());
  }

  private HttpResponse<byte[]> put(Up up, String path, byte[] body, String type)
      throws IOException {
    return send(
        HttpRequest.newBuilder(up.url(path))
            .header("Content-Type", type)
            .PUT(BodyPublishers.ofByteArray(body))
            .build());
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
