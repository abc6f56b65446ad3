package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.log.Added;
import dev.windlass.log.Found;
import dev.windlass.log.LogConfig;
import dev.windlass.log.LogParts;
import dev.windlass.log.LogService;
import dev.windlass.mirror.Mirror;
import dev.windlass.mirror.Source;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import dev.windlass.witness.FileStates;
import dev.windlass.witness.Witness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The log of one machine, with two witnesses and a mirror in the same process, all on disk below
 * one directory: {@code log/}, {@code witness-1/}, {@code witness-2/}, {@code mirror/}. Both
 * witnesses have to cosign. They prove nothing to somebody who doubts this machine; they are here
 * so that everything behaves as it does where they are elsewhere.
 */
final class LocalLog implements LogAccess {
  private static final int WITNESSES = 2;
  private static final Duration MIRROR_INTERVAL = Duration.ofSeconds(1);

  private final LogService log;
  private final Mirror mirror;

  /** Closed in the opposite order. */
  private final Deque<AutoCloseable> opened;

  private final Path policyFile;

  private LocalLog(LogService log, Mirror mirror, Path policyFile, Deque<AutoCloseable> opened) {
    this.log = log;
    this.mirror = mirror;
    this.policyFile = policyFile;
    this.opened = opened;
  }

  /**
   * Opens the log, or makes it with its first entry.
   *
   * @param operator signs that entry
   * @param registrar the key that will sign registrations
   * @throws IOException when the disk does not let it
   * @throws RuntimeException with what to do, when the log must not run
   */
  static LocalLog open(
      Path data, String trustDomain, Ed25519Key operator, Ed25519PublicKey registrar)
      throws IOException {
    var opened = new ArrayDeque<AutoCloseable>();
    try {
      return open(data, trustDomain, new LogParts.Founder(operator, registrar), opened);
    } catch (IOException | RuntimeException e) {
      closeAll(opened, e);
      throw e;
    }
  }

  private static LocalLog open(
      Path data, String trustDomain, LogParts.Founder founder, Deque<AutoCloseable> opened)
      throws IOException {
    var clock = InstantSource.system();
    var directory = data.resolve("log");
    var config = LogConfig.of(trustDomain, directory.resolve("receipts"));
    var key = SigningKeyFile.open(DataDirectory.make(directory).resolve("key"), config.origin());
    var witnesses = new LinkedHashMap<String, Witness>();
    var named = new ArrayList<WitnessPolicy.Witness>();
    for (int i = 1; i <= WITNESSES; i++) {
      var own = DataDirectory.make(data.resolve("witness-" + i));
      var signing = SigningKeyFile.open(own.resolve("key"), "witness-" + i + "." + trustDomain);
      var states = FileStates.open(own);
      opened.push(states);
      var witness = Witness.open(states, signing, List.of(key.verifier()), clock);
      witnesses.put("W" + i, witness);
      named.add(new WitnessPolicy.Witness("W" + i, witness.verifierKey(), Optional.empty()));
    }
    var policy = WitnessPolicy.of(key.verifier(), named, WITNESSES);
    var log =
        LogService.open(
            config,
            new LogParts(
                () -> LogProcess.files(directory),
                key,
                policy,
                new LocalWitnesses(witnesses),
                Optional.of(founder),
                clock));
    opened.push(log);
    var mirror = Mirror.open(data.resolve("mirror"), tiles(log), policy, clock);
    opened.push(mirror);
    mirror.follow(MIRROR_INTERVAL);
    var policyFile = directory.resolve("policy.txt");
    Files.writeString(policyFile, policy.text());
    return new LocalLog(log, mirror, policyFile, opened);
  }

  LogService service() {
    return log;
  }

  Mirror mirror() {
    return mirror;
  }

  @Override
  public CompletionStage<Added> add(Bytes submission) {
    return log.add(submission);
  }

  @Override
  public CompletionStage<Found> receipt(UUID id, Duration wait) {
    return log.receipt(id, wait);
  }

  @Override
  public CompletionStage<Optional<Bytes>> proof(long index, Duration wait) {
    return log.proof(index, wait);
  }

  @Override
  public WitnessPolicy policy() {
    return log.policy();
  }

  @Override
  public String shown() {
    return policyFile.toString();
  }

  /** Mirror first, then the log, then the witnesses. */
  @Override
  public void close() throws IOException {
    var failure = new IOException("couldn't close the log");
    closeAll(opened, failure);
    if (failure.getSuppressed().length > 0) throw failure;
  }

  /** The last first; what fails is added to {@code to}. */
  static void closeAll(Deque<AutoCloseable> opened, Exception to) {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) { // an edge: each is closed whatever the others do
        to.addSuppressed(e);
      }
    }
  }

  private static Source tiles(LogService log) {
    return (path, most) -> {
      Optional<Bytes> found;
      try {
        found = log.read(LogPath.parse(path));
      } catch (TlogException e) {
        return Optional.empty();
      }
      if (found.isPresent() && found.get().size() > most)
        throw new IOException(path + " has " + found.get().size() + " octets, at most " + most);
      return found;
    };
  }
}
