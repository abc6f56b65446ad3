package dev.windlass.worker;

import dev.windlass.function.Digest;
import dev.windlass.protocol.Report;
import dev.windlass.protocol.Report.Hardware;
import dev.windlass.wasm.Lanes;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * What the worker says of itself. The machine is asked once a second on a thread of its own,
 * because reading /proc would hold up the event loop; lanes, memory and warm modules are read when
 * a report is made.
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
      Supplier<? extends Collection<Digest>> warm,
      BooleanSupplier draining) {}

  private final Engine engine;
  private final Live live;
  private final Machine machine;
  private final String version;
  private final Thread thread;
  private volatile Hardware hardware;
  private volatile long freeMemory;
  private volatile long resident;

  Pulse(Engine engine, Live live, Machine machine, String version) {
    this.engine = engine;
    this.live = live;
    this.machine = machine;
    this.version = version;
    this.hardware = machine.hardware();
    this.freeMemory = machine.freeMemory();
    this.resident = machine.resident();
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
        live.warm().get().stream().limit(Report.MAX_WARM).toList(),
        live.draining().getAsBoolean(),
        version);
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
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException _) {
      // closed
    }
  }
}
