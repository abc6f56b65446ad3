package dev.windlass.app;

import dev.windlass.mirror.Mirror;
import dev.windlass.mirror.MirrorPorts;
import dev.windlass.witness.Witness;
import dev.windlass.witness.WitnessPorts;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How the one role of this process reaches beans, which Quarkus makes: set once, before Quarkus
 * runs.
 */
@Singleton
final class RoleBeans {
  private static final int LAST = 1_000;
  private static final AtomicReference<Witness> WITNESS = new AtomicReference<>();
  private static final AtomicReference<Mirror> MIRROR = new AtomicReference<>();
  private static final AtomicReference<Runnable> STARTED = new AtomicReference<>(() -> {});

  static void witness(Witness opened) {
    WITNESS.set(opened);
  }

  static void mirror(Mirror opened) {
    MIRROR.set(opened);
  }

  /** HTTP listens then. */
  static void whenStarted(Runnable action) {
    STARTED.set(action);
  }

  @Produces
  @Singleton
  WitnessPorts witnessPorts() {
    return () -> required(WITNESS.get(), "witness");
  }

  @Produces
  @Singleton
  MirrorPorts mirrorPorts() {
    return () -> required(MIRROR.get(), "mirror");
  }

  void started(@Observes @Priority(LAST) StartupEvent event) {
    STARTED.get().run();
  }

  private static <T> T required(T role, String name) {
    if (role == null) throw new IllegalStateException("this process is no " + name);
    return role;
  }
}
