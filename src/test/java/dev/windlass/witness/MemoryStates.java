package dev.windlass.witness;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** States that can fail as a disk does: a write is lost, or happens and is reported as failed. */
final class MemoryStates implements States {
  enum Fault {
    NONE,
    LOST,
    PERSISTED_BUT_REPORTED_FAILED
  }

  final Map<String, Bytes> values = new HashMap<>();
  Fault next = Fault.NONE;
  int writes;

  @Override
  public synchronized Optional<Bytes> load(String origin) {
    return Optional.ofNullable(values.get(origin));
  }

  @Override
  public synchronized boolean replace(String origin, Optional<Bytes> expected, Bytes value)
      throws IOException {
    writes++;
    var fault = next;
    next = Fault.NONE;
    if (fault == Fault.LOST) throw new IOException("no space left on device");
    if (!load(origin).equals(expected)) return false;
    values.put(origin, value);
    if (fault == Fault.PERSISTED_BUT_REPORTED_FAILED) throw new IOException("input/output error");
    return true;
  }
}
