package dev.windlass.tlog.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A lock in memory that fails when it is told to, and remembers all it ever held. */
final class FaultyLock implements Lock {
  private final Faults faults;
  private final List<byte[]> history;
  private boolean open = true;

  FaultyLock(Faults faults) {
    this(faults, List.of());
  }

  private FaultyLock(Faults faults, List<byte[]> history) {
    this.faults = faults;
    this.history = new ArrayList<>(history);
  }

  /** Holds the same and is open; other faults. */
  FaultyLock copy(Faults others) {
    return new FaultyLock(others, history);
  }

  @Override
  public Optional<byte[]> load() {
    checkOpen();
    return history.isEmpty() ? Optional.empty() : Optional.of(history.getLast().clone());
  }

  @Override
  public boolean replace(Optional<byte[]> expected, byte[] next) throws IOException {
    var now = load();
    if (now.isPresent() != expected.isPresent()
        || now.isPresent() && !Arrays.equals(now.get(), expected.get())) return false;
    faults.write("replace the lock", () -> history.add(next.clone()));
    return true;
  }

  @Override
  public void close() {
    open = false;
  }

  boolean isOpen() {
    return open;
  }

  /** Every checkpoint it held, the oldest first. */
  List<byte[]> history() {
    return List.copyOf(history);
  }

  /** Behind everybody's back. */
  void tamper(byte[] with) {
    history.add(with);
  }

  private void checkOpen() {
    if (!open) throw new AssertionError("used after it was closed");
  }
}
