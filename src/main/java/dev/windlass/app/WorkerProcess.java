package dev.windlass.app;

import dev.windlass.identity.Attestation;
import dev.windlass.identity.Enrolment;
import dev.windlass.identity.EnrolmentRefusedException;
import dev.windlass.identity.JoinToken;
import dev.windlass.identity.Surroundings;
import dev.windlass.link.HeadAddress;
import dev.windlass.wasm.EngineUnavailable;
import dev.windlass.worker.Worker;
import dev.windlass.worker.WorkerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The role {@code worker}: joins by a token, or attests as a pod, and runs until it is told to
 * leave. It does not boot Quarkus, because nothing of it is needed here (docs/design/0008).
 *
 * <p>Signs to leave: SIGTERM, and the end of standard input when its supervisor holds the other end
 * ({@code --supervised true}). Both drain first. A lost identity ends a process that joined:
 * whoever started it has a new token to give. One that attested drains, and attests again with
 * fresh keys.
 */
final class WorkerProcess {
  private static final Set<String> OPTIONS =
      Set.of(
          "head",
          "registrar",
          "data",
          "join-token",
          "join-token-file",
          "token-file",
          "roots",
          "lanes",
          "memory",
          "supervised");
  private static final int LONGEST_TOKEN = 512;

  /** Completes when somebody has told us to leave. */
  private final CompletableFuture<Void> leave = new CompletableFuture<>();

  private final CountDownLatch left = new CountDownLatch(1);
  private final Arguments arguments;

  /** Written by the main thread before it counts {@code left} down. */
  private volatile int exitCode = ExitCode.LOCAL;

  private WorkerProcess(List<String> words) {
    this.arguments = new Arguments("worker", words, OPTIONS);
  }

  /** Blocks until the worker has left; the result is the exit code. */
  static int run(List<String> words) {
    Logs.toStandardError();
    forgetAddressesSoon();
    return new WorkerProcess(words).run();
  }

  /** The JVM remembers an address for 30 s: heads of a cluster come and go faster. */
  private static void forgetAddressesSoon() {
    Security.setProperty("networkaddress.cache.ttl", "2");
    Security.setProperty("networkaddress.cache.negative.ttl", "1");
  }

  private int run() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::leaveAndHalt, "leave"));
    try {
      exitCode = work();
    } finally {
      left.countDown();
    }
    return exitCode;
  }

  /**
   * On SIGTERM the hook lets the main thread drain and then ends the process with its code; the
   * system frees what is still open.
   */
  private void leaveAndHalt() {
    leave.complete(null);
    try {
      left.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }

  private int work() {
    var heads = heads();
    var joining = joining(heads);
    if (heads.isEmpty())
      throw new StartFailure("windlass worker: say which head to join with --head HOST:PORT");
    try {
      while (true) {
        var worker = Worker.start(settings(heads), joining);
        if (Boolean.parseBoolean(arguments.text("supervised", "false"))) watchSupervisor();
        var lost = worker.identityEnded();
        awaitEither(leave, lost);
        worker.drain();
        if (leave.isDone()) return ExitCode.OK;
        System.err.println("ERROR identity lost: " + lost.join());
        if (!attests()) return ExitCode.LOCAL;
        worker.close();
      }
    } catch (EnrolmentRefusedException e) {
      throw new StartFailure("the registrar refused this worker: " + e.getMessage(), e);
    } catch (EngineUnavailable e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      if (leave.isDone()) return ExitCode.OK;
      throw new StartFailure("the worker could not start: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.LOCAL;
    }
  }

  private static void awaitEither(CompletableFuture<?> one, CompletableFuture<?> other)
      throws InterruptedException {
    try {
      CompletableFuture.anyOf(one, other).get();
    } catch (ExecutionException e) {
      throw new AssertionError("neither fails", e);
    }
  }

  private boolean attests() {
    return arguments.has("token-file");
  }

  private Worker.Joining joining(List<HeadAddress> heads) {
    if (attests()) {
      var how = Attestation.ofWorker(hostAndPort(), file("token-file"), file("roots"));
      return () -> attested(how);
    }
    var token = token();
    var host = heads.isEmpty() ? "" : arguments.text("registrar", heads.getFirst().host());
    return () -> Enrolment.join(host, token, Surroundings.real());
  }

  /** A registrar that is away is asked for ever, or until we are told to leave. */
  private Enrolment attested(Attestation how) throws IOException, EnrolmentRefusedException {
    var asking = new AtomicReference<@Nullable Thread>(Thread.currentThread());
    leave.thenRun(
        () -> {
          var thread = asking.getAndSet(null);
          if (thread != null) thread.interrupt();
        });
    var enrolment = Enrolment.attest(how, Surroundings.real());
    if (asking.getAndSet(null) != null) return enrolment;
    enrolment.close();
    throw new InterruptedIOException("told to leave");
  }

  private String hostAndPort() {
    var text = arguments.text("registrar", "");
    try {
      return HeadAddress.parse(text).toString();
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          "windlass worker: --registrar is %s, expected HOST:PORT with --token-file"
              .formatted(text.isEmpty() ? "missing" : text),
          e);
    }
  }

  private Path file(String option) {
    if (!arguments.has(option))
      throw new StartFailure("windlass worker: --" + option + " FILE is missing");
    return Path.of(arguments.text(option, "")).toAbsolutePath();
  }

  private List<HeadAddress> heads() {
    try {
      return arguments.texts("head").stream().map(HeadAddress::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new StartFailure("windlass worker: --head: " + e.getMessage(), e);
    }
  }

  private WorkerSettings settings(List<HeadAddress> heads) {
    var data = Path.of(arguments.text("data", DataDirectory.usual().resolve("worker").toString()));
    var usual = WorkerSettings.Bounds.forCpus(Runtime.getRuntime().availableProcessors());
    var bounds =
        usual
            .withLanes(arguments.number("lanes", usual.lanes(), 1, 1024))
            .withMemory((long) arguments.number("memory", 0, 0, 1 << 20) << 20);
    return new WorkerSettings(
        data.toAbsolutePath().normalize(), heads, EngineProcess.command(), bounds, Version.TEXT);
  }

  private JoinToken token() {
    var text =
        Optional.ofNullable(System.getenv("WINDLASS_JOIN_TOKEN"))
            .orElseGet(() -> arguments.text("join-token", ""));
    if (arguments.has("join-token-file")) text = fromFile(arguments.text("join-token-file", ""));
    if (text.isEmpty())
      throw new StartFailure(
          "windlass worker: a join token is needed, in WINDLASS_JOIN_TOKEN or --join-token-file"
              + "\n  a head makes one: windlass get join-token");
    try {
      return JoinToken.parse(text.strip());
    } catch (IllegalArgumentException e) {
      throw new StartFailure("windlass worker: " + e.getMessage(), e);
    }
  }

  /** {@code -} is the first line of standard input, which stays open. */
  private static String fromFile(String file) {
    try {
      return file.equals("-") ? firstLine(System.in) : Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new StartFailure("windlass worker: couldn't read the join token from " + file, e);
    }
  }

  private static String firstLine(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (line.length() == LONGEST_TOKEN) throw new IOException("the first line is too long");
      line.append((char) c);
    }
    return line.toString();
  }

  private void watchSupervisor() {
    Thread.ofPlatform()
        .daemon()
        .name("supervisor")
        .start(
            () -> {
              try {
                while (System.in.read() >= 0) continue;
              } catch (IOException _) {
                // as good as its end
              }
              leave.complete(null);
            });
  }
}
