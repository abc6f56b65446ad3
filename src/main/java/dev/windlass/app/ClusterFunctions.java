package dev.windlass.app;

import dev.windlass.artifact.ContentStore;
import dev.windlass.artifact.FetchSettings;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.log.Added;
import dev.windlass.log.LogClient;
import dev.windlass.operator.ArtifactServer;
import dev.windlass.operator.FunctionLog;
import dev.windlass.operator.FunctionPorts;
import dev.windlass.operator.LeaderTask;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.ExecutionPolicy;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * What the operator needs for Functions: a store, the log with the operator's key, and the service
 * that gives heads what is in the store. Keys come from the registrar of the same process, once it
 * runs; until then an entry waits.
 */
final class ClusterFunctions {
  /** A commit takes a second at most; a log that restarts takes a few. */
  private static final long COMMIT_SECONDS = 20;

  /** Modules of many functions; what is served is never pushed out. */
  private static final long STORE_BYTES = 2L << 30;

  private final Settings settings;
  private final ContentStore store;
  private final AtomicReference<Optional<Keys>> keys = new AtomicReference<>(Optional.empty());

  /**
   * @param data directory, which may be empty at each start
   * @param listen for heads
   * @param plainHttp registries that may be asked without TLS
   * @param own name of the artifact service
   * @param logged whether there is a log
   */
  record Settings(
      Path data, ListenAddress listen, Set<String> plainHttp, SpiffeId own, boolean logged) {}

  /**
   * What the registrar brings.
   *
   * @param operator signs what is published
   * @param log absent where there is none
   * @param issue credentials for a name in this process
   */
  record Keys(
      Ed25519Key operator, Optional<LogClient> log, Function<SpiffeId, CredentialSource> issue) {}

  private ClusterFunctions(Settings settings, ContentStore store) {
    this.settings = settings;
    this.store = store;
  }

  static ClusterFunctions open(Settings settings) {
    try {
      var store = ContentStore.open(settings.data().resolve("artifacts"), STORE_BYTES);
      return new ClusterFunctions(settings, store);
    } catch (IOException e) {
      throw new StartFailure("windlass operator: --data " + settings.data() + ": " + e);
    }
  }

  /** The registrar runs, or no longer. */
  void use(Optional<Keys> now) {
    keys.set(now);
  }

  FunctionPorts ports() {
    Optional<FunctionLog> log = settings.logged() ? Optional.of(this::publish) : Optional.empty();
    return new FunctionPorts(store, FetchSettings.DEFAULT.withPlainHttp(settings.plainHttp()), log);
  }

  /** To be started after the registrar. */
  LeaderTask artifacts() {
    var listen = settings.listen();
    return new ArtifactServer(
        store,
        () -> present().issue().apply(settings.own()),
        listen.host(),
        listen.port(),
        InstantSource.system());
  }

  private Keys present() throws IOException {
    return keys.get().orElseThrow(() -> new IOException("the release's keys are not read yet"));
  }

  private long publish(Manifest manifest, Digest version) throws IOException {
    var present = present();
    var log = present.log().orElseThrow(() -> new IOException("there is no log"));
    var entry =
        new LogEntry.FunctionPublish(
            InstantSource.system().instant(),
            manifest.name(),
            version.toString(),
            manifest.module(),
            version,
            ExecutionPolicy.single(manifest.determinism().profile()));
    var leaf = SignedEntry.sign(entry, present.operator()).leaf();
    try {
      var added =
          log.add(new Submission.Plain(leaf).encode())
              .toCompletableFuture()
              .get(COMMIT_SECONDS, TimeUnit.SECONDS);
      return switch (added) {
        case Added.Logged(var index, _) -> index;
        case Added.Refused refused -> throw new FunctionLog.Refused(refused.toString());
        case Added.Later later ->
            throw new IOException("the log takes nothing now: " + later.why());
      };
    } catch (TimeoutException _) {
      throw new IOException("no commit of function.publish within " + COMMIT_SECONDS + " s");
    } catch (ExecutionException e) {
      throw new IOException("the log cannot be reached: " + e.getCause().getMessage(), e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the log was asked");
    }
  }
}
