package dev.windlass.wasm.ffm;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * A native object that is ours to delete. {@link #borrow} to use it, {@link #give} for a parameter
 * that takes it over, {@link #close} to delete it (again: nothing happens). Use after either
 * throws.
 */
public final class Owned implements AutoCloseable {
  private static final LongAdder OPEN = new LongAdder();

  private final AtomicLong pointer;
  private final CFunction delete;

  Owned(long pointer, CFunction delete) {
    if (pointer == 0) throw new AssertionError("no object to be deleted by " + delete);
    this.pointer = new AtomicLong(pointer);
    this.delete = delete;
    OPEN.increment();
  }

  /** Native objects of this process that were made and not yet deleted or given away. */
  public static long openHandles() {
    return OPEN.sum();
  }

  static void opened() {
    OPEN.increment();
  }

  static void closed() {
    OPEN.decrement();
  }

  long borrow() {
    long p = pointer.get();
    if (p == 0) throw new IllegalStateException("used after it was deleted by " + delete);
    return p;
  }

  long give() {
    long p = pointer.getAndSet(0);
    if (p == 0) throw new IllegalStateException("given away after it was deleted by " + delete);
    OPEN.decrement();
    return p;
  }

  @Override
  public void close() {
    long p = pointer.getAndSet(0);
    if (p == 0) return;
    C.run(delete, p);
    OPEN.decrement();
  }
}
