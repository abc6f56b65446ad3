package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;

/**
 * {@code poll_oneoff}. Everything a guest can open is always ready, so a descriptor's event comes
 * at once; only when all subscriptions are clocks does time pass, up to the first of them.
 */
final class PollCall {
  /** More than a guest can have descriptors, twice. */
  static final int MAX_SUBSCRIPTIONS = 1024;

  private static final int SUBSCRIPTION = 48;
  private static final int EVENT = 32;
  private static final int CLOCK = 0;
  private static final int FD_READ = 1;
  private static final int FD_WRITE = 2;
  private static final int ABSTIME = 1;
  private static final int HANGUP = 1;

  private final Wasi wasi;
  private final Guest guest;
  private final int in;
  private final int count;
  private int out;
  private int events;

  private PollCall(Wasi wasi, Guest guest) {
    this.wasi = wasi;
    this.guest = guest;
    in = guest.i32(0);
    out = guest.i32(1);
    count = guest.i32(2);
  }

  static int pollOneoff(Wasi wasi, Guest guest) {
    return new PollCall(wasi, guest).run();
  }

  private int run() {
    if (count <= 0 || count > MAX_SUBSCRIPTIONS) return Errno.INVAL;
    guest.check(in, SUBSCRIPTION * count);
    guest.check(out, EVENT * count);
    guest.check(guest.i32(3), 4);
    guest.charge(count * Price.VECTOR);

    var waits = new long[count];
    long shortest = Long.MAX_VALUE;
    boolean immediate = false;
    for (int i = 0; i < count; i++) {
      switch (tag(i)) {
        case CLOCK -> {
          waits[i] = untilClock(in + SUBSCRIPTION * i);
          if (waits[i] == INVALID) immediate = true;
          else shortest = Math.min(shortest, waits[i]);
        }
        case FD_READ, FD_WRITE -> immediate = true;
        default -> {
          return Errno.INVAL;
        }
      }
    }
    if (immediate) shortest = 0;
    else wasi.clock().pass(shortest);
    answer(waits, shortest);
    guest.putInt(guest.i32(3), events);
    return Errno.SUCCESS;
  }

  private void answer(long[] waits, long passed) {
    for (int i = 0; i < count; i++) {
      int at = in + SUBSCRIPTION * i;
      int tag = tag(i);
      if (tag != CLOCK) descriptor(guest.getLong(at), tag, guest.getInt(at + 16));
      else if (waits[i] == INVALID) event(guest.getLong(at), Errno.INVAL, CLOCK, 0, 0);
      else if (waits[i] <= passed) event(guest.getLong(at), Errno.SUCCESS, CLOCK, 0, 0);
    }
  }

  private int tag(int i) {
    return guest.getByte(in + SUBSCRIPTION * i + 8);
  }

  private static final long INVALID = -1;

  /** Nanoseconds, or {@link #INVALID} for a clock or a flag that is not there. */
  private long untilClock(int at) {
    int id = guest.getInt(at + 16);
    long timeout = guest.getLong(at + 24);
    int flags = guest.getInt(at + 40) & 0xffff;
    if (!ProcessCalls.supported(id) || (flags & ~ABSTIME) != 0) return INVALID;
    if (timeout < 0) timeout = Long.MAX_VALUE; // unsigned: centuries
    if ((flags & ABSTIME) == 0) return timeout;
    var clock = wasi.clock();
    long now = id == RunClock.REALTIME ? clock.realtime() : clock.monotonic();
    return Math.max(0, timeout - now);
  }

  private void descriptor(long userdata, int tag, int fd) {
    var descriptor = wasi.descriptors().get(fd);
    long right = tag == FD_READ ? Rights.FD_READ : Rights.FD_WRITE;
    if (descriptor == null || descriptor instanceof Descriptor.OpenFolder) {
      event(userdata, Errno.BADF, tag, 0, 0);
    } else if (!descriptor.may(Rights.POLL_FD_READWRITE | right)) {
      event(userdata, Errno.NOTCAPABLE, tag, 0, 0);
    } else {
      long ready = ready(descriptor, tag);
      boolean ended = tag == FD_READ && ready == 0 && descriptor instanceof Descriptor.Stream;
      event(userdata, Errno.SUCCESS, tag, ready, ended ? HANGUP : 0);
    }
  }

  /** Bytes that can be read, or written, now. */
  private long ready(Descriptor descriptor, int tag) {
    return switch (descriptor) {
      case Descriptor.OpenFile open when tag == FD_READ ->
          Math.max(0, open.file.length - open.offset);
      case Descriptor.Stream _ when tag == FD_READ -> wasi.stdinLeft();
      case Descriptor.Stream stream when stream.which == Descriptor.Stream.Which.OUTPUT ->
          wasi.stdoutRoom();
      case Descriptor.Stream _, Descriptor.OpenFile _, Descriptor.OpenFolder _ -> 4096;
    };
  }

  private void event(long userdata, int errno, int tag, long ready, int flags) {
    guest.putLong(out, userdata);
    guest.putLong(out + 8, errno | (long) tag << 16);
    guest.putLong(out + 16, ready);
    guest.putLong(out + 24, flags);
    out += EVENT;
    events++;
  }
}
