package dev.windlass.app;

import dev.windlass.log.LogConfig;
import dev.windlass.log.LogException;
import dev.windlass.log.LogParts;
import dev.windlass.log.LogService;
import dev.windlass.log.WitnessClient;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.registrar.RegistrarKeyFile;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import dev.windlass.tlog.store.FileBackend;
import dev.windlass.tlog.store.FileLock;
import dev.windlass.tlog.store.PostgresBackend;
import dev.windlass.tlog.store.PostgresLock;
import dev.windlass.tlog.store.Storage;
import dev.windlass.tlog.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** The role {@code log}: the log of a trust domain, for heads and witnesses of other processes. */
final class LogProcess {
  private LogProcess() {}

  /** Blocks until the process is told to stop; the result is the exit code. */
  static int run(List<String> words) {
    var settings = LogSettings.parse(words);
    try (var data = DataDirectory.open(settings.data())) {
      return run(settings, data.path());
    } catch (IOException | TlogException e) {
      throw new StartFailure("the log could not start: " + e.getMessage(), e);
    }
  }

  private static int run(LogSettings settings, Path data) throws IOException {
    var config = LogConfig.of(settings.trustDomain(), data.resolve("receipts"));
    var keys =
        settings.given().isPresent() ? given(settings, config) : made(settings, config, data);
    var key = keys.log();
    var policy = keys.policy();
    if (settings.onlyKey()) return ExitCode.OK;
    var founder =
        settings.registrar().map(registrar -> new LogParts.Founder(keys.operator(), registrar));
    var witnesses = new WitnessClient(policy, config.publishing().witnessTimeout());
    RoleBeans.log(
        database -> {
          var parts =
              new LogParts(
                  () -> storage(settings, data, key, database),
                  key,
                  policy,
                  witnesses,
                  founder,
                  InstantSource.system());
          return open(config, parts);
        },
        Optional.of(""));
    settings.postgres().ifPresent(LogProcess::activate);
    int port = TcpPorts.take(settings.listen().host(), settings.listen().port());
    var url = "http://" + settings.listen().withPort(port);
    RoleBeans.whenListening(
        settings.listen().withPort(port), () -> System.out.println("ready " + url));
    return QuarkusProcess.run("log", settings.listen().host(), port);
  }

  private record Keys(SigningKey log, Ed25519Key operator, WitnessPolicy policy) {}

  private static Keys made(LogSettings settings, LogConfig config, Path data) throws IOException {
    var key = SigningKeyFile.open(data.resolve("key"), config.origin());
    var operator = RegistrarKeyFile.open(data.resolve("operator.pem"), new SecureRandom());
    System.out.println("log " + key.verifier());
    var policy = WitnessPolicy.of(key.verifier(), settings.witnesses(), settings.quorum());
    Files.writeString(data.resolve("policy.txt"), policy.text());
    System.out.println("  policy   " + data.resolve("policy.txt"));
    System.out.println("  operator " + data.resolve("operator.pem"));
    return new Keys(key, operator, policy);
  }

  private static Keys given(LogSettings settings, LogConfig config) throws IOException {
    var files = settings.given().orElseThrow();
    var key = SigningKeyFile.readMounted(files.key());
    if (!key.name().equals(config.origin()))
      throw new IOException(
          files.key() + " is the key of " + key.name() + ", expected " + config.origin());
    var operator = RegistrarKeyFile.readMounted(files.operator());
    var policy = WitnessPolicy.parse(Files.readString(files.policy()));
    if (policy.logs().stream().noneMatch(log -> log.key().equals(key.verifier())))
      throw new IOException(files.policy() + " does not name the log " + key.verifier());
    System.out.println("log " + key.verifier());
    return new Keys(key, operator, policy);
  }

  /** The user and password come as Quarkus' own settings, by environment. */
  private static void activate(String url) {
    System.setProperty("quarkus.datasource.pg.active", "true");
    System.setProperty("quarkus.datasource.pg.jdbc.url", url);
  }

  private static LogService open(LogConfig config, LogParts parts) {
    try {
      return LogService.open(config, parts);
    } catch (IOException | LogException | StoreException e) {
      throw new StartFailure("the log could not start: " + e.getMessage(), e);
    }
  }

  private static Storage storage(
      LogSettings settings, Path data, SigningKey key, Optional<DataSource> database)
      throws IOException {
    if (settings.postgres().isPresent()) {
      var source =
          database.orElseThrow(() -> new IOException("no connection to " + settings.postgres()));
      var lock = PostgresLock.open(source, key.name());
      return new Storage(new PostgresBackend(source, key.name()), lock);
    }
    return files(data);
  }

  /** {@code tlog.lock} and {@code tiles/} below a directory. */
  static Storage files(Path data) throws IOException {
    var lock = FileLock.open(data.resolve("tlog.lock"));
    try {
      return new Storage(FileBackend.open(data.resolve("tiles")), lock);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }
}
