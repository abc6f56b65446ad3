package dev.windlass.wasm;

import dev.windlass.function.Digest;
import dev.windlass.wasm.ffm.Library;
import dev.windlass.wasm.ffm.LibraryException;
import dev.windlass.wasm.ffm.NativeEngine;
import dev.windlass.wasm.ffm.Owned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * libwasmtime with the vetted preset (engine annex §9.1), its memories and its clock. The preset is
 * tried in a child process first, because the library aborts on one that this machine cannot hold.
 */
public final class Engine implements AutoCloseable {
  public static final long MAX_MEMORY_BYTES = 256L << 20;
  public static final int MAX_TABLE_ELEMENTS = 1_000_000;

  private static final long PROBE_MEMORY_BYTES = 1L << 30;

  private final Library library;
  private final EngineSettings settings;
  private final Preset preset;
  private final Owned engine;
  private final Thread ticker;
  private volatile boolean closed;

  private Engine(Library library, EngineSettings settings, Preset preset) {
    this.library = library;
    this.settings = settings;
    this.preset = preset;
    this.engine = NativeEngine.open(Preset.settings(preset.text(settings.lanes())));
    this.ticker = Thread.ofPlatform().daemon().name("windlass-epoch").start(this::tick);
  }

  /**
   * Takes a JVM's start longer when it has to try the preset.
   *
   * @throws EngineUnavailable when the library is missing or another one, or no preset is accepted
   */
  public static Engine open(EngineSettings settings) {
    try {
      var library = Library.inUse();
      PrivateDirectory.make(settings.cache());
      return new Engine(library, settings, accepted(library, settings));
    } catch (LibraryException e) {
      throw new EngineUnavailable(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineUnavailable("interrupted while trying a preset", e);
    } catch (IOException e) {
      throw new EngineUnavailable("cannot use the directory " + settings.cache() + ": " + e, e);
    }
  }

  private static Preset accepted(Library library, EngineSettings settings)
      throws IOException, InterruptedException {
    var candidates = Preset.candidates(settings.pooling());
    if (settings.childCommand().isEmpty()) return candidates.getFirst();
    var child = new Child(settings.childCommand(), PROBE_MEMORY_BYTES, Probe.PATIENCE);
    var probe = new Probe(child, settings.cache(), library.sha256());
    var rejections = new ArrayList<String>();
    for (var preset : candidates) {
      switch (probe.of(preset.text(settings.lanes()))) {
        case Probe.Finding.Accepted _ -> {
          return preset;
        }
        case Probe.Finding.Rejected(var why) -> rejections.add(preset + ": " + why);
      }
    }
    throw new EngineUnavailable(
        "libwasmtime "
            + library.version()
            + " accepts no preset here: "
            + String.join("; ", rejections));
  }

  /** SHA-256 of library digest and preset: only results of one fingerprint can be compared. */
  public Digest fingerprint() {
    return Digest.of((library.sha256() + "\n" + Preset.COMMON).getBytes(StandardCharsets.UTF_8));
  }

  /** Of the library, such as {@code 50.0.1}. */
  public String version() {
    return library.version();
  }

  /** Of the library's file. */
  public Digest libraryDigest() {
    return new Digest(library.sha256());
  }

  /** Memories come from the pool; else they are made on demand, which is slower. */
  public boolean pooled() {
    return preset.isPool();
  }

  /** The settings in use, one {@code name=value} a line. */
  public String preset() {
    return preset.text(settings.lanes());
  }

  EngineSettings settings() {
    return settings;
  }

  /** What decides compiled code; a module compiled with it runs in this engine. */
  String codeSettings() {
    return preset.code();
  }

  Owned handle() {
    return engine;
  }

  /** Ticks until {@code timeout} has certainly passed. */
  long ticks(Duration timeout) {
    long tick = settings.tick().toNanos();
    return (timeout.toNanos() + tick - 1) / tick + 1;
  }

  private void tick() {
    long tick = settings.tick().toNanos();
    while (!closed) {
      LockSupport.parkNanos(tick);
      NativeEngine.tick(engine);
    }
  }

  /** After every {@link Modules} and {@link Lanes} made with it. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(ticker);
    boolean interrupted = false;
    while (ticker.isAlive()) {
      try {
        ticker.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    engine.close();
    if (interrupted) Thread.currentThread().interrupt();
  }
}
