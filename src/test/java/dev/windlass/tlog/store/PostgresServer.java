package dev.windlass.tlog.store;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;

/**
 * A real PostgreSQL of this machine's package, with a data directory and a port of its own, and the
 * tables that our migration makes. Durable: fsync is on.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Path PACKAGES = Path.of("/usr/lib/postgresql");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path binaries;
  private final Path directory;
  private final int port;

  private PostgresServer(Path binaries, Path directory, int port) {
    this.binaries = binaries;
    this.directory = directory;
    this.port = port;
  }

  /** Fails, and says what to install, when there is no PostgreSQL. */
  public static PostgresServer start() throws IOException {
    var directory = Files.createTempDirectory("windlass-pg");
    var server = new PostgresServer(binaries(), directory, freePort());
    if (isRoot()) server.run("chown", "postgres", directory.toString());
    var data = server.data();
    server.runAsUser(
        "initdb", "-D", data, "-U", "windlass", "-A", "trust", "-E", "UTF8", "--no-sync");
    server.begin();
    try (var source = server.source(3)) {
      Flyway.configure().dataSource(source).locations("classpath:db/migration").load().migrate();
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  /** Starts again after {@link #kill}. */
  public void begin() throws IOException {
    var options = "-p " + port + " -k " + directory + " -c listen_addresses=127.0.0.1";
    runAsUser("pg_ctl", "-D", data(), "-w", "-l", directory + "/log", "-o", options, "start");
  }

  /**
   * All of its processes at once, as by kill -9; what it must, it recovers when it begins again.
   */
  public void kill() throws IOException {
    runAsUser("pg_ctl", "-D", data(), "-w", "-m", "immediate", "stop");
  }

  /** A pool as the product has it. */
  public AgroalDataSource source(int most) {
    var configuration =
        new AgroalDataSourceConfigurationSupplier()
            .connectionPoolConfiguration(
                pool ->
                    pool.maxSize(most)
                        .acquisitionTimeout(Duration.ofSeconds(20))
                        .connectionFactoryConfiguration(
                            connection ->
                                connection
                                    .jdbcUrl("jdbc:postgresql://127.0.0.1:" + port + "/postgres")
                                    .principal(new NamePrincipal("windlass"))));
    try {
      return AgroalDataSource.from(configuration);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws IOException {
    runAsUser("pg_ctl", "-D", data(), "-w", "-m", "immediate", "stop");
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  private String data() {
    return directory.resolve("data").toString();
  }

  /** PostgreSQL refuses to run as root. */
  private void runAsUser(String tool, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    if (isRoot())
      command.addAll(
          List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
    command.add(binaries.resolve(tool).toString());
    command.addAll(List.of(arguments));
    run(command.toArray(String[]::new));
  }

  private void run(String... command) throws IOException {
    var output = Files.createTempFile("windlass-pg", ".out");
    try {
      var process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) process.destroyForcibly();
      if (process.waitFor() == 0) return;
      throw new IOException(
          String.join(" ", command) + " failed:\n" + Files.readString(output) + serverLog());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(output);
    }
  }

  private String serverLog() throws IOException {
    var log = directory.resolve("log");
    return Files.exists(log) ? Files.readString(log) : "";
  }

  private static Path binaries() throws IOException {
    if (Files.isDirectory(PACKAGES)) {
      try (var versions = Files.list(PACKAGES)) {
        var newest =
            versions
                .map(version -> version.resolve("bin"))
                .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                .max(Comparator.naturalOrder());
        if (newest.isPresent()) return newest.get();
      }
    }
    throw new IOException(
        "no PostgreSQL below "
            + PACKAGES
            + ", which these tests run for real: apt-get install postgresql (tools/setup does it)");
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
