package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.head.HeadConfig;
import dev.windlass.head.HeadPorts;
import dev.windlass.head.Ledger;
import dev.windlass.head.WorkerKeys;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.log.EntriesOut;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.registrar.Registrar;
import dev.windlass.registrar.RegistrarEndpoint;
import dev.windlass.registrar.RegistrarLog;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything on one machine: data directory, registrar and head in this process, workers as
 * supervised children of it. The head finds here what it needs of the others.
 *
 * <p>The order at the end: head first (requests in flight are answered), then workers, then
 * registrar, then the lock.
 */
final class Up implements HeadPorts {
  private static final long READY_SECONDS = 60;
  private static final Duration TOKEN_LIFE = dev.windlass.identity.JoinToken.LIFE;

  private final UpSettings settings;
  private final DataDirectory data;
  private final RegistrarEndpoint registrar;
  private final CredentialSource credentials;
  private final Optional<UpLog> log;
  private final Consumer<String> terminal;
  private final CompletableFuture<Integer> linkPort = new CompletableFuture<>();
  private @Nullable WorkerProcesses workers;
  private @Nullable Supplier<EntriesOut> entries;

  private Up(
      UpSettings settings,
      DataDirectory data,
      RegistrarEndpoint registrar,
      Optional<UpLog> log,
      Consumer<String> terminal) {
    this.settings = settings;
    this.data = data;
    this.registrar = registrar;
    this.log = log;
    this.terminal = terminal;
    this.credentials =
        log.map(UpLog::credentials).orElseGet(() -> registrar.registrar().issueLocal(headId()));
  }

  /** Another one at each start, as its keys are: no two pairs of keys sign under one id. */
  private static SpiffeId headId() {
    var name = "head-" + HexFormat.of().toHexDigits(new SecureRandom().nextInt());
    return new SpiffeId(UpSettings.TRUST_DOMAIN, Registrar.NAMESPACE, SpiffeId.HEAD, name);
  }

  /** Takes the data directory and starts registrar and log; throws {@link StartFailure}. */
  static Up open(UpSettings settings, Consumer<String> terminal) {
    var opened = new ArrayDeque<AutoCloseable>();
    try {
      var data = DataDirectory.open(settings.data());
      opened.push(data);
      boolean logs = !(settings.log() instanceof LogChoice.Off);
      // The log's first entry names a key of the registrar, and the registrar enters what it
      // issues in the log: it begins without.
      var log = new CompletableFuture<LogAccess>();
      RegistrarLog late =
          submission ->
              log.isDone()
                  ? log.join().add(submission).thenApply(LogAccess::index)
                  : CompletableFuture.failedFuture(new IllegalStateException("the log starts"));
      var registrar =
          RegistrarEndpoint.open(
              settings.data().resolve("registrar"),
              UpSettings.TRUST_DOMAIN,
              settings.workerHost(),
              0,
              logs ? Optional.of(late) : Optional.empty());
      opened.push(registrar);
      var own = Optional.<UpLog>empty();
      if (logs)
        own =
            Optional.of(
                UpLog.open(
                    settings.log(),
                    settings.data(),
                    headId(),
                    registrar.registrar(),
                    access -> {
                      opened.push(access);
                      log.complete(access);
                    }));
      return new Up(settings, data, registrar, own, terminal);
    } catch (IOException | RuntimeException e) {
      LocalLog.closeAll(opened, e);
      if (e instanceof StartFailure told) throw told;
      throw new StartFailure("couldn't start: " + e.getMessage(), e);
    }
  }

  /**
   * By which channel receipts go to the log.
   *
   * @param out asked when the first goes out: before Quarkus has started there are no channels
   */
  void sendBy(Supplier<EntriesOut> out) {
    entries = out;
  }

  @Override
  public HeadConfig config() {
    return at(HeadConfig.at(settings.data(), Version.TEXT));
  }

  private HeadConfig at(HeadConfig usual) {
    return new HeadConfig(
        usual.data(),
        usual.version(),
        settings.url(),
        usual.adminToken(),
        usual.traffic(),
        usual.memory(),
        usual.store(),
        usual.receipts());
  }

  /** The port of the last time, so that workers elsewhere find this head again. */
  @Override
  public LinkAddress linkAddress() {
    int port = settings.linkPort() > 0 ? settings.linkPort() : lastLinkPort();
    return new LinkAddress(settings.workerHost(), port);
  }

  @Override
  public CredentialSource credentials() {
    return credentials;
  }

  @Override
  public WorkerKeys keys() {
    return worker ->
        registrar.registrar().counting(worker).map(dev.windlass.registrar.RegisteredKey::key);
  }

  @Override
  public void onRevocation(Consumer<SpiffeId> listener) {
    registrar.registrar().registry().onRevocation(listener);
  }

  @Override
  public Bytes trustFile() {
    var json = registrar.registrar().registry().trustFile().toJson();
    return Bytes.wrap(json.canonical());
  }

  @Override
  public HeadPorts.JoinToken mintJoinToken() {
    var token = registrar.registrar().mint(SpiffeId.WORKER, TOKEN_LIFE);
    return new HeadPorts.JoinToken(token.reveal(), Instant.now().plus(TOKEN_LIFE));
  }

  @Override
  public Optional<Ledger> ledger() {
    return log.map(
        own -> {
          if (entries == null) throw new IllegalStateException("no channel to the log yet");
          return new LogLedger(own.log(), entries);
        });
  }

  @Override
  public Optional<HeadPorts.Registration> registration(SpiffeId worker) {
    var index = registrar.registrar().registry().registerIndexOf(worker);
    return index.isPresent()
        ? Optional.of(new HeadPorts.Registration(index.getAsLong(), Optional.empty()))
        : Optional.empty();
  }

  @Override
  public Optional<ReceiptKeys> receiptKeys() {
    return log.flatMap(UpLog::receiptKeys);
  }

  @Override
  public WitnessPolicy policy() {
    return log.orElseThrow().log().policy();
  }

  @Override
  public Optional<Ed25519Key> publisher() {
    return log.map(UpLog::operator);
  }

  @Override
  public Optional<Revoked> revokeWorker(String name) throws IOException {
    SpiffeId id;
    try {
      id = new SpiffeId(UpSettings.TRUST_DOMAIN, Registrar.NAMESPACE, SpiffeId.WORKER, name);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
    if (registrar.registrar().registry().keyOf(id).isEmpty()) return Optional.empty();
    return Optional.of(new Revoked(id, registrar.registrar().revoke(id)));
  }

  @Override
  public void linkListens(int port) {
    try {
      Files.writeString(linkPortFile(), Integer.toString(port));
    } catch (IOException e) {
      terminal.accept("couldn't write " + linkPortFile() + ": " + e.getMessage());
    }
    linkPort.complete(port);
  }

  /** The head listens: starts the workers and returns. Ready is told when they have joined. */
  void started() {
    int port = linkPort.join();
    banner(port);
    try {
      workers = new WorkerProcesses(settings, port, this::workerToken, terminal);
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't start the workers of " + data.path(), e);
    }
    Thread.ofVirtual().name("ready").start(this::tellWhenReady);
  }

  /** After the head has drained. */
  void stop() {
    try {
      if (workers != null) workers.close();
      registrar.close();
      if (log.isPresent()) log.get().log().close();
      data.close();
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't close " + data.path(), e);
    }
  }

  private String workerToken() {
    return registrar.registrar().mint(SpiffeId.WORKER, TOKEN_LIFE).reveal();
  }

  private void banner(int port) {
    terminal.accept("Windlass " + Version.TEXT);
    terminal.accept("  functions   " + settings.url() + "/fn/NAMESPACE/NAME");
    terminal.accept("  management  " + settings.url() + "/api/v1 (from this machine)");
    log.map(UpLog::log).ifPresent(this::showLog);
    terminal.accept("  data        " + settings.data());
    if (settings.workers() > 0) {
      terminal.accept(
          "  workers     "
              + settings.workers()
              + " processes, their log is "
              + WorkerProcesses.logFile(settings.data()));
    }
    terminal.accept(
        "  more        windlass worker --head "
            + settings.workerHost()
            + ":"
            + port
            + " (with a join token)");
    terminal.accept("  stop        Ctrl-C, or kill " + ProcessHandle.current().pid());
  }

  private void showLog(LogAccess access) {
    switch (access) {
      case LocalLog here ->
          terminal.accept(
              "  log         " + settings.url() + "/log, its policy is " + here.shown());
      case RemoteLog elsewhere -> {
        terminal.accept("  log         " + elsewhere.shown());
        var key = registrar.registrar().entryKey().spki().toArray();
        terminal.accept("  registrar   " + Base64.getEncoder().encodeToString(key));
      }
    }
  }

  private void tellWhenReady() {
    var head = new HeadProbe(settings.ownHost(), settings.port());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
    boolean told = false;
    while (head.workers() < settings.workers()) {
      if (!told && System.nanoTime() > end) {
        terminal.accept(
            "not ready after %d s: %d of %d workers have joined; see %s"
                .formatted(
                    READY_SECONDS,
                    Math.max(0, head.workers()),
                    settings.workers(),
                    WorkerProcesses.logFile(settings.data())));
        told = true;
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException _) {
        return;
      }
    }
    terminal.accept("ready " + settings.url());
  }

  private Path linkPortFile() {
    return settings.data().resolve("link-port");
  }

  private int lastLinkPort() {
    try {
      int port = Integer.parseInt(Files.readString(linkPortFile()).strip());
      return TcpPorts.isFree(settings.workerHost(), port) ? port : 0;
    } catch (IOException | NumberFormatException _) {
      return 0;
    }
  }

  /** Pids of the workers, for tests. */
  List<Long> workerPids() {
    return workers == null ? List.of() : workers.pids();
  }
}
