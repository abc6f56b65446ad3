package dev.windlass.wasm.wasi;

import dev.windlass.function.Bytes;
import dev.windlass.function.Determinism;
import dev.windlass.wasm.Guest;
import dev.windlass.wasm.GuestEnd;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of one run: what the host functions of {@link WasiFunctions#ALL} work on. Cheap to
 * make: buffers, files and the random stream come into being when the guest first uses them. Used
 * by one thread at a time, and read when the run is over.
 */
public final class Wasi {
  private final WasiRequest request;
  private final RunClock clock;
  private final Files files;
  private final Descriptors descriptors;
  private final Sink stdout;
  private final Sink stderr;
  private byte @Nullable [][] args;
  private byte @Nullable [][] env;
  private @Nullable Chance chance;
  private int stdinAt;
  private boolean exited;
  private int exitCode;
  private boolean outputOverflowed;

  public Wasi(WasiRequest request) {
    this.request = request;
    var seed = request.seed();
    var limits = request.limits();
    clock =
        seed.determinism() == Determinism.STRICT
            ? new RunClock.Virtual(seed.unixMillis())
            : new RunClock.Host(limits.timeout().toNanos());
    files = new Files(request.files(), limits.scratchBytes());
    descriptors = new Descriptors(files);
    stdout = new Sink(limits.outputBytes());
    stderr = new Sink(limits.stderrBytes());
  }

  /** Whether the guest called {@code proc_exit}; a run may end well without it, which means 0. */
  public boolean exited() {
    return exited;
  }

  /** What it gave to {@code proc_exit}, else 0. */
  public int exitCode() {
    return exitCode;
  }

  /** Whether the run was ended because stdout exceeded its bound; then stdout is no answer. */
  public boolean outputOverflowed() {
    return outputOverflowed;
  }

  public Bytes stdout() {
    return stdout.bytes();
  }

  /** As much as the bound allowed; see {@link #stderrDropped}. */
  public Bytes stderr() {
    return stderr.bytes();
  }

  /** Bytes of stderr beyond its bound, which were not kept. */
  public long stderrDropped() {
    return stderr.dropped();
  }

  RunClock clock() {
    return clock;
  }

  Files files() {
    return files;
  }

  Descriptors descriptors() {
    return descriptors;
  }

  Sink stderrSink() {
    return stderr;
  }

  int stdoutRoom() {
    return stdout.room();
  }

  byte[][] args() {
    var known = args;
    if (known == null) args = known = zeroTerminated(request.args());
    return known;
  }

  byte[][] env() {
    var known = env;
    if (known == null) env = known = zeroTerminated(request.env());
    return known;
  }

  Chance chance() {
    var known = chance;
    if (known == null) chance = known = Chance.of(request.seed());
    return known;
  }

  int stdinLeft() {
    return request.stdin().size() - stdinAt;
  }

  /** Copies at most {@code most} (unsigned) bytes of the request body; returns how many. */
  int readStdin(Guest guest, int pointer, long most) {
    int n = (int) Math.min(most, stdinLeft());
    guest.write(pointer, request.stdin().unsafeArray(), stdinAt, n);
    stdinAt += n;
    return n;
  }

  /** The caller has checked that {@code total} bytes may come; overflow ends the run. */
  void admitOutput(long total) {
    if (total <= stdout.room()) return;
    outputOverflowed = true;
    throw GuestEnd.NOW;
  }

  void writeStdout(Guest guest, int pointer, int size) {
    stdout.take(guest, pointer, size);
  }

  int exit(int code) {
    exited = true;
    exitCode = code;
    throw GuestEnd.NOW;
  }

  private static byte[][] zeroTerminated(List<String> strings) {
    var octets = new byte[strings.size()][];
    for (int i = 0; i < octets.length; i++)
      octets[i] = (strings.get(i) + '\0').getBytes(StandardCharsets.UTF_8);
    return octets;
  }
}
