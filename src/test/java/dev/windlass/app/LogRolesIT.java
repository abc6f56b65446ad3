package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256Key;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log, witnesses and mirror as processes of their own, each killed with -9 once. */
class LogRolesIT {
  @TempDir Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Ed25519Key registrar = new Ed25519Key(Bytes.wrap(new byte[32]));
  private final List<UpRun> running = new ArrayList<>();

  @AfterEach
  void stop() {
    running.forEach(UpRun::close);
    http.close();
  }

  private UpRun start(String... words) throws IOException {
    var run = UpRun.start(directory, Map.of(), words);
    running.add(run);
    run.await("ready", () -> run.output().contains("ready http://"));
    return run;
  }

  private static String url(UpRun run) {
    return line(run, "ready ");
  }

  private static String line(UpRun run, String begin) {
    var line = run.output().lines().filter(l -> l.startsWith(begin)).findFirst().orElseThrow();
    return line.substring(begin.length());
  }

  private String data(String name) {
    return directory.resolve(name).toString();
  }

  /** A command that ends: its exit code is asserted, its output given. */
  private String command(int exit, String... words) throws Exception {
    var run = UpRun.start(directory, Map.of(), words);
    assertEquals(exit, run.exitCode(), run::output);
    return run.output();
  }

  private UpRun witness(String name, String log, String listen) throws IOException {
    return start(
        "witness",
        "--data",
        data(name),
        "--name",
        name + ".test/witness",
        "--log",
        log,
        "--listen",
        listen);
  }

  private UpRun log(List<String> witnesses) throws IOException {
    var words = new ArrayList<String>();
    words.addAll(List.of("log", "serve", "--data", data("log"), "--listen", "127.0.0.1:0"));
    words.addAll(List.of("--quorum", "2", "--registrar-key"));
    words.add(Base64.getEncoder().encodeToString(registrar.publicKey().spki().toArray()));
    for (var witness : witnesses) words.add("--witness=" + witness);
    return start(words.toArray(String[]::new));
  }

  /** Enters a head; the log answers when it is committed. */
  private void enter(String log, int number) throws Exception {
    var now = Instant.now();
    var holder =
        new LogEntry.Holder(
            "spiffe://windlass.local/ns/default/head/h" + number,
            Digest.of(Bytes.utf8("certificate " + number)),
            Optional.empty(),
            now.plusSeconds(3600));
    var seed = new byte[32];
    seed[0] = (byte) number;
    var entry =
        new LogEntry.HeadRegister(
            now,
            holder,
            new Ed25519Key(Bytes.wrap(seed)).publicKey(),
            P256Key.make(new SecureRandom()).publicKey());
    var leaf = SignedEntry.sign(entry, registrar).leaf();
    var request =
        HttpRequest.newBuilder(URI.create(log + "/add"))
            .POST(BodyPublishers.ofByteArray(new Submission.Plain(leaf).encode().toArray()))
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    assertEquals(200, answer.statusCode(), answer::body);
  }

  private String checkpoint(String url) {
    try {
      var request = HttpRequest.newBuilder(URI.create(url + "/checkpoint")).build();
      return http.send(request, BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      return "";
    }
  }

  private void assertMeasures(String url, String line) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(url + "/q/metrics")).build();
    var measured = http.send(request, BodyHandlers.ofString()).body();
    assertTrue(measured.contains(line), measured);
  }

  private void awaitSize(UpRun run, String url, int size) {
    run.await("size " + size, () -> checkpoint(url).contains("/ledger\n" + size + "\n"));
  }

  private static void kill(UpRun run) throws InterruptedException {
    ProcessHandle.of(run.pid()).ifPresent(ProcessHandle::destroyForcibly);
    assertEquals(137, run.exitCode());
  }

  @Test
  void each_of_them_is_killed_and_comes_back_and_no_old_copy_of_the_log_starts() throws Exception {
    var vkey = command(0, "log", "serve", "--data", data("log"), "--only-key");
    var key = vkey.lines().findFirst().orElseThrow().substring("log ".length());
    var w1 = witness("w1", key, "127.0.0.1:0");
    var w2 = witness("w2", key, "127.0.0.1:0");
    var both =
        List.of(line(w1, "witness ").replace(' ', ','), line(w2, "witness ").replace(' ', ','));
    var log = log(both);
    awaitSize(log, url(log), 1);
    var policy = directory.resolve("log/policy.txt").toString();
    var mirror =
        start(
            "mirror",
            "--data",
            data("m"),
            "--source",
            url(log),
            "--policy",
            policy,
            "--listen",
            "127.0.0.1:0");
    enter(url(log), 1);
    awaitSize(mirror, url(mirror), 2);
    assertMeasures(url(mirror), "windlass_mirror_size 2.0");
    assertMeasures(url(w1), "windlass_witness_size{origin=\"");
    var state = data("state");
    var monitor =
        new String[] {"log", "monitor", "--once", "--log", url(mirror), "--policy", policy};
    command(0, with(monitor, "--state", state));

    kill(w1);
    enter(url(log), 2); // committed, not shown: two of two have to cosign
    assertTrue(checkpoint(url(log)).contains("/ledger\n2\n"));
    w1 = witness("w1", key, url(w1).substring("http://".length()));
    awaitSize(log, url(log), 3);

    log.stop();
    copy(directory.resolve("log"), directory.resolve("old"));
    log = log(both);
    kill(mirror);
    enter(url(log), 3);
    awaitSize(log, url(log), 4);
    kill(log);
    assertTrue(command(0, "log", "fsck", "--log", data("log")).contains("4 entries"));
    log = log(both);
    enter(url(log), 4);
    awaitSize(log, url(log), 5);
    mirror =
        start(
            "mirror",
            "--data",
            data("m"),
            "--source",
            url(log),
            "--policy",
            policy,
            "--listen",
            "127.0.0.1:0");
    awaitSize(mirror, url(mirror), 5);
    monitor[4] = url(mirror);
    assertTrue(command(0, with(monitor, "--state", state)).contains("ok: 5 entries, 3 new"));
    assertTrue(command(0, "log", "fsck", "--log", url(mirror)).contains("clean"));

    log.stop();
    delete(directory.resolve("log"));
    copy(directory.resolve("old"), directory.resolve("log"));
    var words = new ArrayList<>(List.of("log", "serve", "--data", data("log"), "--listen"));
    words.addAll(List.of("127.0.0.1:0", "--quorum=2", "--witness=" + both.get(0)));
    words.add("--witness=" + both.get(1));
    var refused = command(6, words.toArray(String[]::new));
    assertTrue(refused.contains("5"), refused);
    assertTrue(refused.contains("error:"), refused);
    assertEquals("size      5", shown(url(mirror)), "the mirror serves on");
  }

  private String shown(String url) throws Exception {
    return command(0, "log", "show", "--log", url)
        .lines()
        .filter(l -> l.startsWith("size"))
        .findFirst()
        .orElseThrow();
  }

  private static String[] with(String[] words, String... more) {
    var all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.toList()) Files.copy(file, to.resolve(from.relativize(file)));
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList())
        Files.delete(file);
    }
  }
}
