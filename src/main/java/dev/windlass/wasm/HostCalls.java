package dev.windlass.wasm;

import dev.windlass.wasm.ffm.GuestMemory;
import dev.windlass.wasm.ffm.Invocation;
import org.jspecify.annotations.Nullable;

/** The host calls of one run. Nothing a host function throws leaves it. */
final class HostCalls<S> implements Invocation.Host, Guest {
  /** EFAULT of wasi_snapshot_preview1: what a guest gets for a pointer outside its memory. */
  private static final int FAULT = 21;

  private final HostTable<S> table;
  private final S state;
  private final Invocation invocation;
  private final GuestMemory memory;

  private boolean ended;
  private @Nullable Throwable failure;

  HostCalls(HostTable<S> table, S state, Invocation invocation) {
    this.table = table;
    this.state = state;
    this.invocation = invocation;
    this.memory = invocation.memory();
  }

  boolean ended() {
    return ended;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public long call(int index) {
    boolean result = table.hasResult(index);
    try {
      int value = table.functions().get(index).body().call(state, this);
      return result ? value : Invocation.NO_RESULT;
    } catch (GuestFault _) {
      return result ? FAULT : Invocation.NO_RESULT;
    } catch (GuestEnd _) {
      ended = true;
      return Invocation.END;
    } catch (FuelSpent _) {
      return Invocation.END_OUT_OF_FUEL;
    } catch (Throwable t) { // an edge: C is above us, a StackOverflowError included
      failure = t;
      return Invocation.END;
    }
  }

  @Override
  public int i32(int index) {
    return (int) invocation.argument(index);
  }

  @Override
  public long i64(int index) {
    return invocation.argument(index);
  }

  @Override
  public long memoryBytes() {
    return memory.size();
  }

  @Override
  public byte getByte(int pointer) {
    return memory.getByte(pointer);
  }

  @Override
  public int getInt(int pointer) {
    return memory.getInt(pointer);
  }

  @Override
  public long getLong(int pointer) {
    return memory.getLong(pointer);
  }

  @Override
  public void putByte(int pointer, byte value) {
    memory.putByte(pointer, value);
  }

  @Override
  public void putShort(int pointer, short value) {
    memory.putShort(pointer, value);
  }

  @Override
  public void putInt(int pointer, int value) {
    memory.putInt(pointer, value);
  }

  @Override
  public void putLong(int pointer, long value) {
    memory.putLong(pointer, value);
  }

  @Override
  public void check(int pointer, int length) {
    memory.check(pointer, length);
  }

  @Override
  public void read(int pointer, byte[] into, int offset, int length) {
    memory.read(pointer, into, offset, length);
  }

  @Override
  public void write(int pointer, byte[] from, int offset, int length) {
    memory.write(pointer, from, offset, length);
  }

  @Override
  public void charge(long fuel) {
    if (fuel < 0) throw new IllegalArgumentException("fuel must not be negative: " + fuel);
    if (!invocation.charge(fuel)) throw FuelSpent.NOW;
  }

  /** Unwinds a host function whose work the guest cannot pay. */
  private static final class FuelSpent extends RuntimeException {
    private static final long serialVersionUID = 1;
    static final FuelSpent NOW = new FuelSpent();

    private FuelSpent() {
      super("out of fuel", null, false, false);
    }
  }
}
