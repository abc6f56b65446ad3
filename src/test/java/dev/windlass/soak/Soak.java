package dev.windlass.soak;

import dev.windlass.bench.Up;
import dev.windlass.function.Digest;
import dev.windlass.json.Json;
import dev.windlass.soak.Client.Versions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code Soak [seconds]}: mixed calls on a real {@code windlass up} with two workers. For six
 * tenths of the time a worker is killed with SIGKILL now and then; one function is replaced all the
 * time. It fails, with exit code 1, when an answer is wrong, missing or undocumented, when memory
 * grows while nothing is killed, or when descriptors, processes or files are left behind.
 */
public final class Soak {
  private static final int CLIENTS = 12;
  private static final int WORKERS = 2;

  /** Head and workers together; a Java heap that is still finding its size needs some. */
  private static final double MOST_MEBIBYTES_PER_MINUTE = 16;

  /** Too short a calm says nothing about growth. */
  private static final double LEAST_CALM_SECONDS = 120;

  private static final int MOST_DESCRIPTORS_MORE = 24;

  /** Versions are kept: the manifest in the head's store, in the function's and in two workers'. */
  private static final int FILES_A_VERSION = 6;

  private final Path home;
  private final Duration length;
  private final Tally tally = new Tally();
  private final SplittableRandom chance = new SplittableRandom(2026);
  private final Versions versions = new Versions();

  public Soak(Path home, Duration length) {
    this.home = home;
    this.length = length;
  }

  public static void main(String[] arguments) throws IOException {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 600;
    var violations = new Soak(Path.of("").toAbsolutePath(), Duration.ofSeconds(seconds)).run();
    violations.forEach(violation -> System.out.println("VIOLATION " + violation));
    System.exit(violations.isEmpty() ? 0 : 1);
  }

  /** Prints as it goes; what was violated, empty when all held. */
  public List<String> run() throws IOException {
    try (var up = Up.start(home, WORKERS, List.of())) {
      var vitals = new Vitals(up);
      var before = load(up, vitals);
      requireNothingLeft(up, vitals, before);
      summarise(vitals);
    }
    return tally.violations();
  }

  /** Returns the state before the load. */
  private Vitals.Sample load(Up up, Vitals vitals) throws IOException {
    try (var api = new Api(up)) {
      var environment = deploy(up, api);
      var before = vitals.take();
      System.out.println("soak: " + length.toSeconds() + " s on " + up.url());
      load(up, api, vitals, environment);
      return before;
    }
  }

  private void load(Up up, Api api, Vitals vitals, Digest environment) throws IOException {
    var goesOn = new AtomicBoolean(true);
    double calmFrom = calmFrom();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        var client = new Client(api, versions, tally, i, goesOn::get);
        clients.execute(() -> serve(client));
      }
      long began = System.nanoTime();
      double nextKill = 5;
      double nextLine = 0;
      try {
        for (double now = 0; now < length.toSeconds(); now = (System.nanoTime() - began) / 1e9) {
          var sample = vitals.take();
          if (now >= nextLine) {
            System.out.println(sample + "  " + tally.counts());
            nextLine = now + 15;
          }
          if (now >= nextKill && now < calmFrom) {
            killOne(up);
            nextKill = now + 15 + chance.nextInt(10);
          }
          redeploy(api, environment);
          LockSupport.parkNanos(1_000_000_000);
        }
      } finally {
        goesOn.set(false);
      }
    }
    if (!isLong()) return;
    double slope = vitals.mebibytesPerMinuteSince(grownUpFrom());
    if (slope > MOST_MEBIBYTES_PER_MINUTE)
      tally.violation(
          String.format(
              Locale.ROOT,
              "memory grows by %.1f MiB a minute, at most %.1f",
              slope,
              MOST_MEBIBYTES_PER_MINUTE));
  }

  /** From then on nothing is killed. */
  private double calmFrom() {
    return length.toSeconds() * 0.6;
  }

  /** The worker that was killed last needs a while to be as large as the others. */
  private double grownUpFrom() {
    return calmFrom() + (length.toSeconds() - calmFrom()) / 2;
  }

  private boolean isLong() {
    return length.toSeconds() - calmFrom() >= LEAST_CALM_SECONDS;
  }

  private void serve(Client client) {
    try {
      client.run();
    } catch (RuntimeException e) { // an edge: what a client did not expect is a violation
      tally.violation("a client gave up: " + e);
    }
  }

  private Digest deploy(Up up, Api api) throws IOException {
    var guests = home.resolve("src/test/guests/soak");
    for (var name : List.of("tiny", "echo", "trap", "exit", "environment"))
      up.client("deploy", guests.resolve(name + ".wat").toString(), "--name", name);
    up.client(
        "deploy", guests.resolve("spin.wat").toString(), "--name", "spin", "--limit", "fuel=2M");
    up.client(
        "deploy",
        home.resolve("examples/request.wat").toString(),
        "--name",
        "request",
        "--world",
        "cgi");
    var shown = Api.json(api.get("/api/v1/namespaces/default/functions/environment"));
    var digest = moduleOf(shown);
    redeploy(api, digest);
    return digest;
  }

  private static Digest moduleOf(Json shown) {
    var module = shown.at().get("module");
    return module.value() instanceof Json.Str
        ? module.as(Digest::parse)
        : module.get("digest").as(Digest::parse);
  }

  private void redeploy(Api api, Digest module) throws IOException {
    int next = versions.begun().incrementAndGet();
    var manifest =
        Json.object()
            .put("name", "default/environment")
            .put("module", module.toString())
            .put("env", Json.object().put("VERSION", Integer.toString(next)).build())
            .build();
    var answer = api.put("/api/v1/namespaces/default/functions/environment", manifest.canonical());
    tally.count("deploy:" + answer.statusCode());
    if (answer.statusCode() / 100 == 2) versions.done().set(next);
  }

  private void killOne(Up up) {
    var workers = up.workers();
    if (workers.size() < WORKERS) return;
    workers.get(chance.nextInt(workers.size())).destroyForcibly();
    tally.count("kill");
  }

  private void requireNothingLeft(Up up, Vitals vitals, Vitals.Sample before) throws IOException {
    if (!up.head().isAlive()) tally.violation("the head died\n" + up.log());
    boolean settled =
        Up.await(
            Duration.ofSeconds(90),
            () ->
                up.workers().size() == WORKERS
                    && vitals.take().headDescriptors()
                        <= before.headDescriptors() + MOST_DESCRIPTORS_MORE);
    var after = vitals.take();
    System.out.println("before " + before + "\nafter  " + after);
    if (!settled) tally.violation("left behind: before " + before + ", after " + after);
    int most = before.files() + FILES_A_VERSION * versions.begun().get() + 100;
    if (after.files() > most)
      tally.violation(after.files() + " files in the data directory, at most " + most);
    var workers = up.workers();
    var code = up.stop(Duration.ofSeconds(60));
    if (!code.equals(Optional.of(0)))
      tally.violation("windlass up ended with " + code + " after SIGTERM\n" + up.log());
    if (!Up.await(Duration.ofSeconds(10), () -> workers.stream().noneMatch(ProcessHandle::isAlive)))
      tally.violation("workers outlived windlass up");
  }

  private void summarise(Vitals vitals) {
    var counts = tally.counts();
    long answers =
        counts.entrySet().stream()
            .filter(e -> !e.getKey().contains(":") && !e.getKey().equals("kill"))
            .mapToLong(Map.Entry::getValue)
            .sum();
    System.out.printf(
        Locale.ROOT,
        "soak: %d s, %d answers (%.0f/s), %d kills, %d versions, %s, %d violations%n",
        length.toSeconds(),
        answers,
        answers / (double) length.toSeconds(),
        tally.count("kill", 0),
        versions.done().get(),
        isLong()
            ? String.format(
                Locale.ROOT, "memory %+.1f MiB/min", vitals.mebibytesPerMinuteSince(grownUpFrom()))
            : "too short to see memory grow",
        tally.violated());
  }
}
