package dev.windlass.soak;

import dev.windlass.bench.Up;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.receipt.Check;
import dev.windlass.receipt.ReceiptAudit;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code LogSoak [seconds]}: log, three witnesses, mirror and head with two workers as processes of
 * their own, under load; each is killed with SIGKILL in turn and started again. A receipt counts as
 * acknowledged when a client has it. At the end each of them is fetched once more and verified, the
 * log is checked whole, and a monitor looks for forks, omissions and double sequence numbers. Exit
 * code 1 on a violation.
 */
public final class LogSoak {
  private static final int CLIENTS = 6;
  private static final Duration BETWEEN_KILLS = Duration.ofSeconds(8);
  private static final Duration DOWN = Duration.ofSeconds(2);

  private final Path home;
  private final Path work;
  private final Duration length;
  private final Tally tally = new Tally();
  private final Map<String, Digest> acknowledged = new ConcurrentHashMap<>();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final List<RoleProcess> roles = new ArrayList<>();
  private URI head = URI.create("http://127.0.0.1");

  private LogSoak(Path home, Path work, Duration length) {
    this.home = home;
    this.work = work;
    this.length = length;
  }

  public static void main(String[] arguments) throws Exception {
    var length = Duration.ofSeconds(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 600);
    var violations = run(Path.of("").toAbsolutePath(), length);
    violations.forEach(violation -> System.out.println("VIOLATION " + violation));
    System.exit(violations.isEmpty() ? 0 : 1);
  }

  /** Prints as it goes; what was violated, empty when all held. */
  public static List<String> run(Path home, Duration length) throws Exception {
    Files.createDirectories(home.resolve("target"));
    var work = Files.createTempDirectory(home.resolve("target"), "log-soak-");
    var soak = new LogSoak(home, work, length);
    try {
      soak.begin();
      soak.load();
      soak.judge();
    } finally {
      for (var role : soak.roles.reversed()) role.close();
      soak.http.close();
    }
    if (soak.tally.violations().isEmpty()) delete(work);
    return soak.tally.violations();
  }

  /** In the order in which keys become known: log, witnesses, policy, head, log again. */
  private void begin() throws Exception {
    var data = work.resolve("log").toString();
    int port = freePort();
    var key = command("log", "serve", "--data", data, "--only-key");
    var vkey = key.lines().findFirst().orElseThrow().substring("log ".length());
    var log =
        new ArrayList<>(
            List.of("log", "serve", "--data", data, "--listen", "127.0.0.1:" + port, "--quorum=2"));
    for (int i = 1; i <= 3; i++) {
      var at = "127.0.0.1:" + freePort();
      var name = "w" + i;
      var words =
          List.of(
              "witness",
              "--data=" + work.resolve(name),
              "--name=" + name + ".soak",
              "--log=" + vkey,
              "--listen=" + at);
      var witness = started(name, words);
      log.add("--witness=" + witness.line("witness ").split(" ")[0] + ",http://" + at);
    }
    var asked = new ArrayList<>(log);
    asked.add("--only-key");
    command(asked.toArray(String[]::new));
    var policy = work.resolve("log/policy.txt").toString();
    int headPort = freePort();
    head = URI.create("http://127.0.0.1:" + headPort);
    var up =
        new RoleProcess(
            home,
            work,
            "head",
            List.of(
                "up",
                "--data=" + work.resolve("up"),
                "--port=" + headPort,
                "--log=http://127.0.0.1:" + port,
                "--log-policy=" + policy,
                "--operator-key=" + work.resolve("log/operator.pem")));
    roles.add(up);
    if (!Up.await(Duration.ofSeconds(60), () -> up.output().contains("registrar ")))
      throw new IllegalStateException(up.output());
    log.add("--registrar-key=" + up.line("  registrar"));
    started("log", log);
    var mirror =
        List.of(
            "mirror",
            "--data=" + work.resolve("mirror"),
            "--source=http://127.0.0.1:" + port,
            "--policy=" + policy,
            "--listen=127.0.0.1:" + freePort());
    started("mirror", mirror);
    up.awaitReady();
    command("deploy", home.resolve("examples/hello.wat").toString(), "--name", "hello");
  }

  private RoleProcess started(String name, List<String> words) throws IOException {
    var role = new RoleProcess(home, work, name, words);
    roles.add(role);
    return role.awaitReady();
  }

  private void load() throws Exception {
    var goesOn = new AtomicBoolean(true);
    System.out.println("log soak: " + length.toSeconds() + " s on " + head);
    long end = System.nanoTime() + length.toNanos();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        clients.execute(() -> client(number, goesOn));
      }
      try {
        killInTurn(end);
      } finally {
        goesOn.set(false); // before the clients are waited for
      }
    }
  }

  private void killInTurn(long end) throws IOException {
    for (int turn = 0; System.nanoTime() < end; turn++) {
      LockSupport.parkNanos(BETWEEN_KILLS.toNanos());
      var victim = roles.get(turn % roles.size());
      if (!victim.isAlive()) tally.violation(victim.name() + " died by itself\n" + victim.output());
      victim.kill();
      tally.count("kill:" + victim.name());
      LockSupport.parkNanos(DOWN.toNanos());
      victim.restart();
      System.out.println(tally.counts() + ", acknowledged " + acknowledged.size());
      // the next one may be killed while this one starts: both orders happen
      if (turn % 3 != 2) victim.awaitReady();
      else victim.forgetUnready();
    }
  }

  private void client(int number, AtomicBoolean goesOn) {
    for (int n = 0; goesOn.get(); n++) {
      var body = "client " + number + " call " + n;
      try {
        var call =
            HttpRequest.newBuilder(head.resolve("/fn/default/hello"))
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString(body));
        boolean waits = n % 4 == 0;
        if (waits) call.header("Prefer", "receipt=witnessed, wait=10");
        answered(http.send(call.build(), BodyHandlers.ofByteArray()), body, waits);
      } catch (IOException e) {
        tally.count("broken");
        LockSupport.parkNanos(200_000_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private void answered(HttpResponse<byte[]> answer, String body, boolean waited)
      throws IOException, InterruptedException {
    tally.count("status " + answer.statusCode());
    if (answer.statusCode() == 503) LockSupport.parkNanos(200_000_000);
    if (answer.statusCode() != 200) return;
    var expected = "Hello, " + body + "!\n";
    var output = Bytes.wrap(answer.body());
    if (!output.utf8().equals(expected)) tally.violation("answered " + output.utf8());
    var id = answer.headers().firstValue("Windlass-Receipt");
    if (id.isEmpty()) {
      tally.violation("an answer without a receipt");
    } else if (waited
        && answer.headers().firstValue("Windlass-Witnessed").orElse("").equals("true")) {
      acknowledged.put(id.get(), Digest.of(output));
    } else if (id.get().hashCode() % 8 == 0) {
      var fetched = fetch(id.get(), 10);
      if (fetched.statusCode() == 200) acknowledged.put(id.get(), Digest.of(output));
      tally.count("fetch " + fetched.statusCode());
    }
  }

  private HttpResponse<byte[]> fetch(String id, int wait) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(head.resolve("/api/v1/receipts/" + id + "?wait=" + wait))
            .timeout(Duration.ofSeconds(60))
            .build();
    return http.send(request, BodyHandlers.ofByteArray());
  }

  private void judge() throws Exception {
    for (var role : roles) {
      if (!role.isAlive()) role.restart();
      role.forgetUnready();
    }
    var policy = WitnessPolicy.parse(Files.readString(work.resolve("log/policy.txt")));
    if (!Up.await(Duration.ofSeconds(120), this::isServing))
      tally.violation("the head does not serve again\n" + roles.get(3).output());
    long verified = 0;
    for (var each : acknowledged.entrySet()) {
      var answer = fetch(each.getKey(), 30);
      if (answer.statusCode() != 200) {
        tally.violation("acknowledged and gone: " + each.getKey() + " " + answer.statusCode());
        continue;
      }
      var checks = audit(policy, answer.body(), each.getValue());
      checks.stream()
          .filter(check -> check.state() == Check.State.FAILED)
          .forEach(check -> tally.violation(each.getKey() + " " + check));
      verified++;
    }
    System.out.println("verified " + verified + " of " + acknowledged.size() + " acknowledged");
    if (acknowledged.isEmpty()) tally.violation("nothing was acknowledged");
    var mirror = roles.getLast().line("ready ");
    var text = work.resolve("log/policy.txt").toString();
    System.out.print(command("log", "monitor", "--once", "--log", mirror, "--policy", text));
    for (var role : roles.reversed()) role.close();
    System.out.print(command("log", "fsck", "--log", work.resolve("log").toString()));
    System.out.printf(
        Locale.ROOT,
        "log soak: %d s, %s, %d acknowledged and verified, %d violations%n",
        length.toSeconds(),
        tally.counts(),
        verified,
        tally.violated());
  }

  private static List<Check> audit(WitnessPolicy policy, byte[] file, Digest output) {
    var evidence =
        new ReceiptAudit.Evidence(
            Optional.of(output),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return ReceiptAudit.of(ReceiptFile.parse(file), policy, evidence);
  }

  private boolean isServing() {
    try {
      var request =
          HttpRequest.newBuilder(head.resolve("/fn/default/hello"))
              .timeout(Duration.ofSeconds(20))
              .header("Prefer", "receipt=witnessed, wait=10")
              .POST(BodyPublishers.ofString("again"))
              .build();
      var answer = http.send(request, BodyHandlers.ofByteArray());
      return answer.headers().firstValue("Windlass-Witnessed").orElse("").equals("true");
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A command that ends; its output. One that fails is a violation. */
  private String command(String... words) throws IOException, InterruptedException {
    var all = new ArrayList<>(List.of(home.resolve("bin/windlass").toString()));
    all.addAll(List.of(words));
    var builder = new ProcessBuilder(all).redirectErrorStream(true);
    builder.environment().put("WINDLASS_URL", head.toString());
    var run = builder.start();
    run.getOutputStream().close();
    var said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = run.waitFor();
    if (code != 0) tally.violation(String.join(" ", words) + " ended with " + code + "\n" + said);
    return said;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> files;
    try (var all = Files.walk(directory)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (var file : files) Files.deleteIfExists(file);
  }
}
