package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.head.HeadConfig;
import dev.windlass.head.HeadPorts;
import dev.windlass.head.Ledger;
import dev.windlass.head.WorkerKeys;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.registrar.Registrar;
import dev.windlass.registrar.RegistrarEndpoint;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
  private final Consumer<String> terminal;
  private final CompletableFuture<Integer> linkPort = new CompletableFuture<>();
  private @Nullable WorkerProcesses workers;

  private Up(
      UpSettings settings,
      DataDirectory data,
      RegistrarEndpoint registrar,
      Consumer<String> terminal) {
    this.settings = settings;
    this.data = data;
    this.registrar = registrar;
    this.terminal = terminal;
    this.credentials =
        registrar
            .registrar()
            .issueLocal(
                new SpiffeId(
                    UpSettings.TRUST_DOMAIN, Registrar.NAMESPACE, SpiffeId.HEAD, newName()));
  }

  /** Another one at each start, as its keys are: no two pairs of keys sign under one id. */
  private static String newName() {
    return "head-" + HexFormat.of().toHexDigits(new SecureRandom().nextInt());
  }

  /** Takes the data directory and starts the registrar; throws {@link StartFailure}. */
  static Up open(UpSettings settings, Consumer<String> terminal) {
    var data = DataDirectory.open(settings.data());
    try {
      var registrar =
          RegistrarEndpoint.open(
              settings.data().resolve("registrar"),
              UpSettings.TRUST_DOMAIN,
              settings.workerHost(),
              0,
              Optional.empty());
      return new Up(settings, data, registrar, terminal);
    } catch (IOException e) {
      try {
        data.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw new StartFailure("the registrar could not start: " + e.getMessage(), e);
    }
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
    return Optional.empty();
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
    return Optional.empty();
  }

  @Override
  public WitnessPolicy policy() {
    throw new AssertionError("there is no log");
  }

  @Override
  public Ed25519Key publisher() {
    throw new AssertionError("there is no log");
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
