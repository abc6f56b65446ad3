package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PollCallTest {
  private final Rig rig =
      new Rig(Rig.request(FileTree.EMPTY, "hello", Rig.limits(100, 100, 1 << 20)));
  private final int in = rig.room(48 * 8);
  private final int out = rig.room(32 * 8);
  private int count;

  private record Event(long userdata, int errno, int type, long bytes, int flags) {}

  private void clock(long userdata, int id, long timeout, int flags) {
    int at = subscription(userdata, 0);
    rig.guest.putInt(at + 16, id);
    rig.guest.putLong(at + 24, timeout);
    rig.guest.putInt(at + 40, flags);
  }

  private void descriptor(long userdata, int type, int fd) {
    rig.guest.putInt(subscription(userdata, type) + 16, fd);
  }

  private int subscription(long userdata, int type) {
    int at = in + 48 * count++;
    rig.guest.putLong(at, userdata);
    rig.guest.putByte(at + 8, (byte) type);
    return at;
  }

  private List<Event> poll() {
    assertEquals(0, rig.call("poll_oneoff", in, out, count, 64));
    var events = new ArrayList<Event>();
    for (int at = out; events.size() < rig.guest.getInt(64); at += 32)
      events.add(
          new Event(
              rig.guest.getLong(at),
              rig.guest.getInt(at + 8) & 0xffff,
              rig.guest.getByte(at + 10),
              rig.guest.getLong(at + 16),
              rig.guest.getInt(at + 24)));
    return events;
  }

  private long now(int clock) {
    rig.call("clock_time_get", clock, 0, 72);
    return rig.guest.getLong(72);
  }

  @Test
  void only_the_first_clocks_come_and_time_moves_to_them_at_once() {
    clock(1, 1, 5_000_000_000L, 0);
    clock(2, 0, 2_000_000_000L, 0);
    clock(3, 1, 2_000_000_000L, 0);
    long before = now(1);

    var events = poll();

    assertEquals(List.of(new Event(2, 0, 0, 0, 0), new Event(3, 0, 0, 0, 0)), events);
    assertEquals(before + 2_000_000_000L + RunClock.Virtual.STEP, now(1));
  }

  @Test
  void an_absolute_time_is_waited_for_on_its_own_clock_and_one_in_the_past_not_at_all() {
    long target = now(0) + 3_000_000_000L;
    clock(1, 0, target, 1);
    assertEquals(1, poll().size());
    long reached = now(0);
    assertTrue(reached >= target && reached < target + 10_000, target + " reached " + reached);

    count = 0;
    clock(2, 0, 17, 1);
    assertEquals(List.of(new Event(2, 0, 0, 0, 0)), poll());
    assertTrue(now(0) < reached + 10_000);
  }

  @Test
  void descriptors_are_ready_at_once_and_a_clock_that_has_not_come_is_left_out() {
    int file = rig.opened("tmp/f", Rig.CREAT, Rig.RW);
    assertEquals(3, rig.write(file, "abc"));
    rig.call("fd_seek", file, 1, 0, 64);
    clock(1, 1, 1_000_000, 0);
    descriptor(2, 1, 0);
    descriptor(3, 2, 1);
    descriptor(4, 2, 2);
    descriptor(5, 1, file);
    clock(6, 1, 0, 0);
    long before = now(1);

    var events = poll();

    assertEquals(
        List.of(
            new Event(2, 0, 1, 5, 0),
            new Event(3, 0, 2, 100, 0),
            new Event(4, 0, 2, 4096, 0),
            new Event(5, 0, 1, 2, 0),
            new Event(6, 0, 0, 0, 0)),
        events);
    assertTrue(now(1) - before < 10_000, "no time passed");
  }

  @Test
  void stdin_at_its_end_hangs_up() {
    assertEquals("hello", rig.read(0, 10));
    descriptor(1, 1, 0);

    assertEquals(List.of(new Event(1, 0, 1, 0, 1)), poll());
  }

  @Test
  void what_is_wrong_with_one_subscription_is_said_in_its_event() {
    int unreadable = rig.opened("tmp/f", Rig.CREAT, Rights.FD_READ);
    descriptor(1, 1, 77);
    descriptor(2, 2, 0);
    descriptor(3, 1, 3);
    descriptor(4, 1, unreadable);
    clock(5, 2, 1, 0);
    clock(6, 1, 1, 2);

    assertEquals(
        List.of(
            new Event(1, Errno.BADF, 1, 0, 0),
            new Event(2, Errno.NOTCAPABLE, 2, 0, 0),
            new Event(3, Errno.BADF, 1, 0, 0),
            new Event(4, Errno.NOTCAPABLE, 1, 0, 0),
            new Event(5, Errno.INVAL, 0, 0, 0),
            new Event(6, Errno.INVAL, 0, 0, 0)),
        poll());
  }

  @Test
  void no_subscription_too_many_or_of_no_known_type_are_inval() {
    assertEquals(Errno.INVAL, rig.call("poll_oneoff", in, out, 0, 64));
    assertEquals(Errno.INVAL, rig.call("poll_oneoff", in, out, 1025, 64));
    assertEquals(Errno.INVAL, rig.call("poll_oneoff", in, out, -1, 64));
    subscription(1, 3);
    assertEquals(Errno.INVAL, rig.call("poll_oneoff", in, out, 1, 64));
  }

  @Test
  void waiting_for_ever_ends_at_the_last_virtual_instant() {
    clock(1, 1, -1, 0);
    assertEquals(1, poll().size());
    assertEquals(1, poll().size());
    assertEquals(1L << 61, now(1));
    assertEquals(Rig.NOW * 1_000_000 + (1L << 61), now(0));
  }

  @Test
  void without_determinism_a_wait_takes_place_but_never_beyond_the_end_of_the_run() {
    var seed = new WasiSeed(Determinism.NONE, 0, Bytes.EMPTY, Digest.of(Bytes.EMPTY));
    var limits = Rig.limits(1, 1, 1); // one second
    var real =
        new Rig(new WasiRequest(List.of(), List.of(), Bytes.EMPTY, FileTree.EMPTY, seed, limits));
    int at = real.room(48);
    real.guest.putInt(at + 16, 1);
    real.guest.putLong(at + 24, 20_000_000);
    long start = System.nanoTime();

    assertEquals(0, real.call("poll_oneoff", at, real.room(32), 1, 64));
    long waited = System.nanoTime() - start;
    real.guest.putLong(at + 24, 3_600_000_000_000L);
    assertEquals(0, real.call("poll_oneoff", at, real.room(32), 1, 64));
    long all = System.nanoTime() - start;

    assertTrue(waited >= 20_000_000, "waited " + waited);
    assertTrue(all < 60_000_000_000L, "an hour was asked for, a second was left: " + all);
  }
}
