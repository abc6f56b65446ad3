package dev.windlass.worker;

import dev.windlass.function.Digest;
import dev.windlass.protocol.Report;
import dev.windlass.protocol.Report.Hardware;
import dev.windlass.wasm.Lanes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * What the worker says of itself. The machine and the compiled code on disk are asked once a second
 * on a thread of its own, because reading files would hold up the event loop; lanes, memory and
 * loaded modules are read when a report is made. Code on disk counts as warm: loading it takes a
 * millisecond, compiling it anew up to minutes.
 */
final class Pulse implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Pulse.class);
  private static final long PERIOD_MILLIS = 1000;

  /** Who says what runs here. */
  record Engine(Digest fingerprint, String version) {}

  /** What is read for each report. */
  record Live(
      Lanes lanes,
      int laneCount,
      MemoryBudget memory,
      Supplier<? extends Collection<Digest>> loaded,
      OnDisk onDisk,
      BooleanSupplier draining) {}

  /** Modules whose compiled code is kept. */
  @FunctionalInterface
  interface OnDisk {
    Collection<Digest> modules() throws IOException;
  }

  private final Engine engine;
  private final Live live;
  private final Machine machine;
  private final String version;
  private final Thread thread;
  private volatile Hardware hardware;
  private volatile long freeMemory;
  private volatile long resident;
  private volatile List<Digest> onDisk = List.of();

  Pulse(Engine engine, Live live, Machine machine, String version) {
    this.engine = engine;
    this.live = live;
    this.machine = machine;
    this.version = version;
    this.hardware = machine.hardware();
    this.freeMemory = machine.freeMemory();
    this.resident = machine.resident();
    lookAtDisk();
    this.thread = Thread.ofVirtual().name("pulse").start(this::beat);
  }

  /** Fast; for any thread. */
  Report report() {
    return new Report(
        engine.fingerprint(),
        engine.version(),
        hardware,
        live.laneCount(),
        Math.max(0, live.laneCount() - live.lanes().busy()),
        Math.min(live.memory().free(), freeMemory),
        resident,
        warm(live.loaded().get(), onDisk),
        live.draining().getAsBoolean(),
        version);
  }

  /** What is loaded first, then what is on disk, each once, as much as a report holds. */
  static List<Digest> warm(Collection<Digest> loaded, Collection<Digest> onDisk) {
    return Stream.concat(loaded.stream(), onDisk.stream())
        .distinct()
        .limit(Report.MAX_WARM)
        .toList();
  }

  private void lookAtDisk() {
    try {
      onDisk = List.copyOf(live.onDisk().modules());
    } catch (IOException | UncheckedIOException e) {
      LOG.warnf("compiled code on disk not listed: %s", e.getMessage());
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void beat() {
    try {
      machine.measureWrites(System::nanoTime);
    } catch (UncheckedIOException e) {
      LOG.warnf("disk not measured: %s", e.getMessage());
    }
    try {
      while (true) {
        hardware = machine.hardware();
        freeMemory = machine.freeMemory();
        resident = machine.resident();
        lookAtDisk();
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException _) {
      // closed
    }
  }
}
