package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.Ed25519Key;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Roles that need no API server, in pods as Kubernetes makes them: the environment says where one
 * is, by every way that a client looks for it, and nobody dials it. As processes, because a library
 * may do so by itself.
 */
class NoKubernetesIT {
  @TempDir Path directory;
  private final List<UpRun> running = new ArrayList<>();
  private final List<String> dialled = new CopyOnWriteArrayList<>();
  private ServerSocket server;
  private Map<String, String> environment;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::refuseAll);
    var port = Integer.toString(server.getLocalPort());
    var kubeconfig = directory.resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: strict, cluster: {server: "http://127.0.0.1:%s"}}]
        users: [{name: strict, user: {token: "t"}}]
        contexts: [{name: strict, context: {cluster: strict, user: strict}}]
        current-context: strict
        """
            .formatted(port));
    environment =
        Map.of(
            "KUBERNETES_SERVICE_HOST",
            "127.0.0.1",
            "KUBERNETES_SERVICE_PORT",
            port,
            "KUBERNETES_MASTER",
            "http://127.0.0.1:" + port,
            "KUBECONFIG",
            kubeconfig.toString());
  }

  /** Strict: whoever comes is a failure, whatever they want. */
  private void refuseAll() {
    while (!server.isClosed()) {
      try (var socket = server.accept()) {
        socket.setSoTimeout(2_000);
        var head = socket.getInputStream().readNBytes(16);
        dialled.add(new String(head, StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        if (!server.isClosed()) dialled.add(e.toString());
      }
    }
  }

  @AfterEach
  void stop() throws IOException {
    running.forEach(UpRun::close);
    server.close();
  }

  @Test
  void worker_log_witness_mirror_and_the_head_of_one_machine_ask_no_api_server() throws Exception {
    var registrar = new Ed25519Key(Bytes.wrap(new byte[32])).publicKey().spki().toArray();
    var shown = run("log", "log", "serve", "--data", data("log"), "--only-key");
    assertEquals(0, shown.exitCode(), shown::output);
    var key = shown.output().lines().findFirst().orElseThrow().substring("log ".length());

    var witness =
        ready(
            "witness --data %s --name w.test/witness --listen 127.0.0.1:0 --log"
                .formatted(data("witness")),
            key);
    var vkey =
        witness.output().lines().filter(l -> l.startsWith("witness ")).findFirst().orElseThrow();
    var log =
        ready(
            "log serve --data %s --listen 127.0.0.1:0 --quorum 1 --registrar-key %s --witness"
                .formatted(data("log"), Base64.getEncoder().encodeToString(registrar)),
            vkey.substring("witness ".length()).replace(' ', ','));
    var url = log.output().lines().filter(l -> l.startsWith("ready ")).findFirst().orElseThrow();
    ready(
        "mirror --data %s --policy %s --listen 127.0.0.1:0 --source"
            .formatted(data("mirror"), data("log/policy.txt")),
        url.substring("ready ".length()));
    ready("up --port 0 --workers 1 --data", data("up"));

    Files.writeString(directory.resolve("token"), "not-a-token");
    Files.writeString(directory.resolve("roots.pem"), "");
    var worker =
        run(
            "worker",
            "worker",
            "--head=127.0.0.1:1",
            "--registrar=127.0.0.1:1",
            "--token-file=" + directory.resolve("token"),
            "--roots=" + directory.resolve("roots.pem"),
            "--data=" + data("worker"));
    worker.await("it asks its registrar", () -> worker.output().contains("no identity yet"));

    assertEquals(List.of(), dialled);
    for (var process : running) {
      assertTrue(process.stop() <= 143, process::output);
    }
    assertEquals(List.of(), dialled, "not when they end either");

    var operator =
        run(
            "operator",
            "operator",
            "--listen=127.0.0.1:0",
            "--worker-image=windlass",
            "--registrar-address=127.0.0.1:1",
            "--heads-address=127.0.0.1:1");
    operator.await("it is there for one who looks", () -> !dialled.isEmpty());
  }

  private String data(String name) {
    return directory.resolve(name).toString();
  }

  private UpRun run(String name, String... words) throws IOException {
    var run =
        UpRun.start(Files.createDirectories(directory.resolve("out-" + name)), environment, words);
    if (!Arrays.asList(words).contains("--only-key")) running.add(run);
    return run;
  }

  /**
   * @param words separated by blanks
   * @param last one that may have blanks
   */
  private UpRun ready(String words, String last) throws IOException {
    var all = new ArrayList<>(List.of(words.split(" ", -1)));
    all.add(last);
    var run = run(all.getFirst(), all.toArray(String[]::new));
    run.await("ready", () -> run.output().contains("ready http://"));
    return run;
  }
}
