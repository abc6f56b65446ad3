package dev.windlass.app;

import dev.windlass.log.LogPorts;
import dev.windlass.log.LogService;
import dev.windlass.mirror.Mirror;
import dev.windlass.mirror.MirrorPorts;
import dev.windlass.witness.Witness;
import dev.windlass.witness.WitnessPorts;
import io.agroal.api.AgroalDataSource;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * How the one role of this process reaches beans, which Quarkus makes: set once, before Quarkus
 * runs.
 */
@Singleton
final class RoleBeans {
  private static final int LAST = 1_000;
  private static final Duration LONGEST_START = Duration.ofMinutes(2);
  private static final AtomicReference<Witness> WITNESS = new AtomicReference<>();
  private static final AtomicReference<Optional<LogOpener>> LOG =
      new AtomicReference<>(Optional.empty());
  private static final AtomicReference<Optional<LogService>> OPENED =
      new AtomicReference<>(Optional.empty());
  private static final AtomicReference<Optional<MirrorPorts>> MIRROR =
      new AtomicReference<>(Optional.empty());
  private static final AtomicReference<Runnable> STARTED = new AtomicReference<>(() -> {});

  static void witness(Witness opened) {
    WITNESS.set(opened);
  }

  /**
   * @param prefix of its HTTP; empty: at the root
   */
  static void mirror(Mirror opened, String prefix) {
    MIRROR.set(Optional.of(new OneMirror(Optional.of(opened), prefix)));
  }

  /** Opens a log when Quarkus has its data sources. */
  interface LogOpener {
    /**
     * @param database present if it is configured
     */
    LogPorts open(Optional<DataSource> database);
  }

  /** A log that is open already, and closed by who opened it. */
  static void log(LogService opened) {
    LOG.set(Optional.of(_ -> new OneLog(Optional.of(opened), Optional.empty())));
  }

  /**
   * A log that is opened with Quarkus and closed with it.
   *
   * @param prefix of its HTTP; empty where it has none
   */
  static void log(Function<Optional<DataSource>, LogService> opener, Optional<String> prefix) {
    LOG.set(
        Optional.of(
            database -> {
              var log = Optional.of(opener.apply(database));
              OPENED.set(log);
              return new OneLog(log, prefix);
            }));
  }

  private record OneMirror(Optional<Mirror> mirror, String prefix) implements MirrorPorts {}

  private record OneLog(Optional<LogService> log, Optional<String> prefix) implements LogPorts {}

  /** On a thread of its own: the event of Quarkus comes before HTTP listens. */
  static void whenListening(ListenAddress at, Runnable action) {
    STARTED.set(
        () ->
            Thread.ofVirtual()
                .name("ready")
                .start(
                    () -> {
                      try {
                        if (TcpPorts.awaitListener(at, LONGEST_START)) action.run();
                      } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                      }
                    }));
  }

  @Produces
  @Singleton
  WitnessPorts witnessPorts() {
    return () -> required(WITNESS.get(), "witness");
  }

  @Produces
  @Singleton
  MirrorPorts mirrorPorts() {
    return MIRROR.get().orElseGet(() -> new OneMirror(Optional.empty(), ""));
  }

  @Produces
  @Singleton
  LogPorts logPorts(
      @io.quarkus.agroal.DataSource("pg") InjectableInstance<AgroalDataSource> database) {
    if (LOG.get().isEmpty()) return new OneLog(Optional.empty(), Optional.empty());
    boolean active = database.getHandle().getBean().isActive();
    return LOG.get().get().open(active ? Optional.of(database.get()) : Optional.empty());
  }

  void stopped(@Observes @Priority(LAST) ShutdownEvent event) throws IOException {
    var log = OPENED.get();
    if (log.isPresent()) log.get().close();
  }

  void started(@Observes @Priority(LAST) StartupEvent event) {
    STARTED.get().run();
  }

  private static <T> T required(T role, String name) {
    if (role == null) throw new IllegalStateException("this process is no " + name);
    return role;
  }
}
