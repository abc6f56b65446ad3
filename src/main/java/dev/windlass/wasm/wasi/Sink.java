package dev.windlass.wasm.wasi;

import dev.windlass.function.Bytes;
import dev.windlass.wasm.Guest;
import java.util.Arrays;

/** Output of a guest up to a bound; nothing is allocated before something is written. */
final class Sink {
  private static final byte[] NOTHING = {};
  private static final int FIRST = 512;

  private final int most;
  private byte[] kept = NOTHING;
  private int length;
  private long dropped;

  Sink(int most) {
    this.most = most;
  }

  /** How many more bytes are kept. */
  int room() {
    return most - length;
  }

  long dropped() {
    return dropped;
  }

  /** Copies {@code size} bytes, which the caller has checked, or as many as there is room for. */
  void take(Guest guest, int pointer, int size) {
    int taken = Math.min(size, room());
    dropped += size - taken;
    if (taken == 0) return;
    if (length + taken > kept.length) {
      long wanted = Math.max(length + taken, Math.max(FIRST, 2L * kept.length));
      kept = Arrays.copyOf(kept, (int) Math.min(wanted, most));
    }
    guest.read(pointer, kept, length, taken);
    length += taken;
  }

  /** Without a copy when the buffer is full; the run is over then. */
  Bytes bytes() {
    return length == kept.length ? Bytes.wrap(kept) : Bytes.wrap(Arrays.copyOf(kept, length));
  }
}
