package dev.windlass.registrar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.windlass.identity.AuthorityFile;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.JoinToken;
import dev.windlass.identity.LocalCredentials;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.P256PublicKey;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The registrar of one trust domain, living in one directory (mode 0700): {@code authority.pem},
 * {@code entries.pem}, {@code registry.jsonl}, {@code port}, {@code lock}. Opened again it is the
 * same registrar: who had a certificate renews, and results that were signed before verify.
 */
public final class Registrar implements AutoCloseable {
  /** Of all identities it issues. */
  public static final String NAMESPACE = "default";

  private static final System.Logger LOG = System.getLogger(Registrar.class.getName());
  private static final long CLOSE_SECONDS = 5;
  private static final Set<String> ROLES = Set.of(SpiffeId.WORKER, SpiffeId.HEAD);

  private final Path directory;
  private final Surroundings around;
  private final FileChannel lock;
  private final Registry registry;
  private final Ed25519Key key;
  private final Optional<EntryLog> log;
  private final Optional<CatchUp> catchUp;
  private final JoinTokens tokens = new JoinTokens();
  private final LocalCredentials own;
  private final List<Runnable> closings = new CopyOnWriteArrayList<>();

  /** Replaced under the lock of this, after the file; read by any thread. */
  private volatile CertificateAuthority authority;

  private volatile @Nullable RegistrarServer server;
  private volatile int port;

  private Registrar(
      Path directory,
      FileChannel lock,
      CertificateAuthority authority,
      Registry registry,
      Ed25519Key key,
      Optional<RegistrarLog> log,
      Surroundings around) {
    this.directory = directory;
    this.lock = lock;
    this.authority = authority;
    this.registry = registry;
    this.key = key;
    this.log = log.map(port -> new EntryLog(key, port));
    this.catchUp = this.log.map(entries -> new CatchUp(entries, registry, around));
    this.catchUp.ifPresent(CatchUp::wake);
    this.around = around;
    this.own = new LocalCredentials(this::ownCredentials, around);
  }

  /** Without a public log. */
  public static Registrar open(Path directory, String trustDomain, Surroundings around)
      throws IOException {
    return open(directory, trustDomain, Optional.empty(), around);
  }

  /**
   * Opens the registrar of a directory, or makes one.
   *
   * @param log where every identity is entered before its certificate is handed out; it need not
   *     answer yet
   * @throws IOException if another process has it, it is of another trust domain, or something in
   *     it is damaged
   */
  public static Registrar open(
      Path directory, String trustDomain, Optional<RegistrarLog> log, Surroundings around)
      throws IOException {
    var owner = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(owner));
    Files.setPosixFilePermissions(directory, owner);
    var lock = locked(directory.resolve("lock"));
    try {
      var authority = authority(directory.resolve("authority.pem"), trustDomain, around);
      var registry = Registry.open(directory.resolve("registry.jsonl"), trustDomain);
      var key = RegistrarKeyFile.open(directory.resolve("entries.pem"), around.random());
      return new Registrar(directory, lock, authority, registry, key, log, around);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Begins to answer.
   *
   * @param port 0 is the port of the last time, so that others find it again, or else a free one
   * @return the port
   */
  public Future<Integer> listen(Vertx vertx, String host, int port) {
    int first = port == 0 ? lastPort() : port;
    return listenAt(vertx, host, first)
        .recover(
            e ->
                first != port && e instanceof BindException
                    ? listenAt(vertx, host, port)
                    : Future.failedFuture(e))
        .map(this::remembered);
  }

  /**
   * A token that lets one process join with this role, once, within {@code life}.
   *
   * @param role {@code worker} or {@code head}
   * @throws IllegalStateException if it is not listening, or too many tokens wait
   */
  public JoinToken mint(String role, Duration life) {
    if (!ROLES.contains(role))
      throw new IllegalArgumentException("a token is for a worker or a head, not for: " + role);
    if (port == 0) throw new IllegalStateException("the registrar does not listen yet");
    var token = JoinToken.make(port, own.current().chain().getLast(), around.random());
    tokens.add(token, role, around.clock().instant(), life);
    return token;
  }

  /** Credentials for an identity in this process, renewed until this closes. */
  public CredentialSource issueLocal(SpiffeId id) {
    var local = new LocalCredentials(() -> authority.credentials(id), around);
    closings.add(local::close);
    return local;
  }

  /**
   * Credentials for a head in this process, which gives receipts: each certificate is entered in
   * the log with the head's keys, as soon as the log answers.
   *
   * @param batches public half of the Ed25519 key that signs batches of receipts
   * @param singles public half of the P-256 key that signs single ones
   */
  public LocalHead issueHead(SpiffeId id, Ed25519PublicKey batches, P256PublicKey singles) {
    var head = new LocalHead(issueLocal(id), log, batches, singles, around);
    closings.add(head::close);
    return head;
  }

  /**
   * The key with which a worker's results count now: neither revoked nor expired and, where there
   * is a log, entered there.
   */
  public Optional<RegisteredKey> counting(SpiffeId worker) {
    var now = around.clock().instant();
    return registry
        .keyOf(worker)
        .filter(known -> known.revokedAt() == null && known.notAfter().isAfter(now))
        .filter(known -> log.isEmpty() || known.entries().register().isPresent());
  }

  /** The key that signs its entries in the log, which the log's first entry names. */
  public Ed25519PublicKey entryKey() {
    return key.publicKey();
  }

  public Registry registry() {
    return registry;
  }

  /**
   * Ends an identity: it is not renewed, and what its key signs from now on does not count. The log
   * gets an entry of it as soon as it answers; nobody waits for that. It is final: whatever the log
   * has of this key later, it does not count again.
   *
   * @return false if it is unknown or was revoked before
   */
  public boolean revoke(SpiffeId id) throws IOException {
    boolean revoked = registry.revoke(id, around.clock().instant());
    if (revoked) {
      LOG.log(Level.INFO, "revoked id={0}", id);
      catchUp.ifPresent(CatchUp::wake);
    }
    return revoked;
  }

  /** Waits until nobody is answered any more, unless called on an event loop. */
  @Override
  public void close() throws IOException {
    own.close();
    catchUp.ifPresent(CatchUp::close);
    closings.forEach(Runnable::run);
    var listening = server;
    if (listening != null) {
      var closed = listening.close().toCompletionStage().toCompletableFuture();
      if (!Context.isOnEventLoopThread())
        closed.orTimeout(CLOSE_SECONDS, TimeUnit.SECONDS).exceptionally(_ -> null).join();
    }
    registry.close();
    lock.close();
  }

  private Future<Integer> listenAt(Vertx vertx, String host, int port) {
    var admission = new Admission(() -> authority, registry, tokens, log, around);
    var fresh = new RegistrarServer(vertx, admission, own, around);
    return fresh.listen(host, port).onSuccess(_ -> server = fresh);
  }

  private int remembered(int actual) {
    port = actual;
    var file = directory.resolve("port");
    try {
      Files.writeString(file, actual + "\n", US_ASCII);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "couldn't write " + file + ": workers may not find a restart", e);
    }
    return actual;
  }

  private int lastPort() {
    try {
      int last = Integer.parseInt(Files.readString(directory.resolve("port"), US_ASCII).strip());
      return last > 0 && last <= 65535 ? last : 0;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  private Credentials ownCredentials() {
    rotateIfDue();
    return Issuing.registrar(authority, NAMESPACE);
  }

  private synchronized void rotateIfDue() {
    if (!authority.rotationDue()) return;
    var rotated = authority.rotated();
    var file = directory.resolve("authority.pem");
    try {
      AuthorityFile.write(file, rotated);
      authority = rotated;
      LOG.log(Level.INFO, "rotated {0}", rotated);
    } catch (IOException e) {
      LOG.log(Level.ERROR, "couldn't write " + file + "; the old root goes on", e);
    }
  }

  private static CertificateAuthority authority(Path file, String trustDomain, Surroundings around)
      throws IOException {
    if (!Files.exists(file)) {
      var made = CertificateAuthority.create(trustDomain, around.clock(), around.random());
      AuthorityFile.write(file, made);
      return made;
    }
    var read = AuthorityFile.read(file, around.clock(), around.random());
    if (!read.trustDomain().equals(trustDomain))
      throw new IOException(
          file + " is of the trust domain " + read.trustDomain() + ", expected " + trustDomain);
    return read;
  }

  private static FileChannel locked(Path file) throws IOException {
    var mode = PosixFilePermissions.fromString("rw-------");
    var channel =
        FileChannel.open(file, Set.of(CREATE, WRITE), PosixFilePermissions.asFileAttribute(mode));
    try {
      if (channel.tryLock() != null) return channel;
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new IOException("this process has a registrar in " + file.getParent() + " already", e);
    }
    channel.close();
    throw new IOException("another process has a registrar in " + file.getParent());
  }
}
