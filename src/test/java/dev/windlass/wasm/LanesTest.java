package dev.windlass.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.wasm.ffm.Owned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final long BEFORE = Owned.openHandles();
  private static TestEngine<Void> engine;

  @BeforeAll
  static void open() {
    engine = new TestEngine<>(true, 3, List.of());
  }

  @AfterAll
  static void close() {
    engine.close();
    assertEquals(BEFORE, Owned.openHandles(), "open handles");
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < until, "did not happen in 20 s");
      Thread.onSpinWait();
    }
  }

  /** Holds a lane until it is released. */
  private static final class Held implements LaneTask {
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);

    @Override
    public void run(Lane lane) {
      began.countDown();
      try {
        assertTrue(release.await(30, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /**
   * Found by a benchmark that hung: waiting for the lock used up the wake-up that came with a task.
   */
  @Test
  void a_task_wakes_its_lane_however_contended_the_lanes_are() throws Exception {
    var done = new AtomicBoolean();
    try (var lanes = Lanes.open(engine.engine, 2, 0)) {
      for (int i = 0; i < 2; i++) Thread.ofPlatform().daemon().start(() -> meddle(lanes, done));
      for (int i = 0; i < 100_000; i++) {
        var ran = new Semaphore(0);
        while (!lanes.tryExecute(_ -> ran.release())) Thread.onSpinWait();
        assertTrue(ran.tryAcquire(20, TimeUnit.SECONDS), "task " + i + " was taken and never run");
      }
    } finally {
      done.set(true);
    }
  }

  private static void meddle(Lanes lanes, AtomicBoolean done) {
    while (!done.get()) lanes.busy();
  }

  @Test
  void a_task_that_finds_no_lane_and_no_backlog_is_refused() throws Exception {
    try (var lanes = Lanes.open(engine.engine, 2, 1)) {
      var a = new Held();
      var b = new Held();
      var waiting = new Held();
      assertEquals(3, lanes.free());
      assertTrue(lanes.tryExecute(a));
      assertTrue(lanes.tryExecute(b));
      assertTrue(lanes.tryExecute(waiting));
      assertEquals(3, lanes.busy());
      assertEquals(0, lanes.free());
      assertFalse(lanes.tryExecute(_ -> {}), "the backlog is full");
      a.release.countDown();
      assertTrue(waiting.began.await(20, TimeUnit.SECONDS), "the freed lane takes what waits");
      assertTrue(lanes.tryExecute(_ -> {}), "one may wait again");
      b.release.countDown();
      waiting.release.countDown();
    }
  }

  @Test
  void without_a_backlog_the_lanes_are_all_there_is() {
    try (var lanes = Lanes.open(engine.engine, 1, 0)) {
      var held = new Held();
      assertTrue(lanes.tryExecute(held));
      assertFalse(lanes.tryExecute(_ -> {}));
      held.release.countDown();
      await(() -> lanes.busy() == 0);
      assertTrue(lanes.tryExecute(_ -> {}));
    }
  }

  @Test
  void the_lane_used_last_is_used_first() {
    try (var lanes = Lanes.open(engine.engine, 3, 0)) {
      var all = List.of(new Held(), new Held(), new Held());
      all.forEach(h -> assertTrue(lanes.tryExecute(h)));
      all.forEach(h -> h.release.countDown());
      await(() -> lanes.busy() == 0);
      Set<Lane> used = ConcurrentHashMap.newKeySet();
      for (int i = 0; i < 20; i++) {
        assertTrue(lanes.tryExecute(used::add));
        await(() -> lanes.busy() == 0);
      }
      assertEquals(1, used.size());
    }
  }

  @Test
  void a_task_that_throws_costs_neither_its_lane_nor_the_next_task() {
    try (var lanes = Lanes.open(engine.engine, 1, 1)) {
      var seen = Collections.synchronizedList(new ArrayList<Throwable>());
      LaneTask task =
          _ -> {
            Thread.currentThread().setUncaughtExceptionHandler((_, e) -> seen.add(e));
            throw new IllegalStateException("a bug");
          };
      assertTrue(lanes.tryExecute(task));
      await(() -> lanes.busy() == 0);
      assertTrue(lanes.tryExecute(task));
      await(() -> lanes.busy() == 0);
      assertEquals(2, seen.size());
    }
  }

  @Test
  void a_drain_takes_nothing_new_and_waits_only_so_long() {
    var lanes = Lanes.open(engine.engine, 2, 1);
    var held = new Held();
    assertTrue(lanes.tryExecute(held));
    assertFalse(lanes.drain(Duration.ofMillis(20)), "one still runs");
    assertFalse(lanes.tryExecute(_ -> {}));
    assertEquals(0, lanes.free());
    held.release.countDown();
    assertTrue(lanes.drain(Duration.ofSeconds(20)));
    lanes.close();
    lanes.close();
  }

  @Test
  void a_lane_has_the_stack_a_guest_may_use_and_more() {
    var depth = new int[1];
    assertThrows(
        AssertionError.class,
        () ->
            engine.onLane(
                _ -> {
                  return deeper(depth);
                }));
    assertTrue(depth[0] > 30_000, "only " + depth[0] + " frames");
  }

  private static int deeper(int[] depth) {
    depth[0]++;
    return deeper(depth) + 1;
  }

  @Test
  void more_lanes_than_the_engine_has_memories_are_refused() {
    var e = assertThrows(IllegalArgumentException.class, () -> Lanes.open(engine.engine, 4, 0));
    assertTrue(String.valueOf(e.getMessage()).contains("3"), e.getMessage());
  }

  @Test
  void a_full_pool_is_the_hosts_failure_and_passes() throws Exception {
    // one lane more than the pool has memories, by a second set of lanes on the same engine
    var wasm =
        TestEngine.wasm(
            "(module (import \"h\" \"wait\" (func $w (result i32))) (memory (export \"memory\") 1)"
                + " (func (export \"_start\") (drop (call $w))))");
    var inside = new CountDownLatch(2);
    var release = new CountDownLatch(1);
    HostFunction<Void> wait =
        new HostFunction<>("h", "wait", ":i", (_, _) -> held(inside, release));
    try (var pool = new TestEngine<>(true, 2, List.of(wait));
        var more = Lanes.open(pool.engine, 1, 0);
        var module = pool.load(wasm)) {
      var run = new Run<Void>(module, null, TestEngine.LIMITS);
      var ends = Collections.synchronizedList(new ArrayList<Outcome>());
      for (int i = 0; i < 2; i++)
        assertTrue(pool.lanes.tryExecute(lane -> ends.add(lane.execute(run).outcome())));
      assertTrue(inside.await(20, TimeUnit.SECONDS));
      var third = Collections.synchronizedList(new ArrayList<Outcome>());
      assertTrue(more.tryExecute(lane -> third.add(lane.execute(run).outcome())));
      await(() -> third.size() == 1);
      var failed = assertInstanceOf(Outcome.HostFailed.class, third.getFirst());
      assertTrue(failed.why().contains("limit"), failed.why());
      release.countDown();
      await(() -> ends.size() == 2);
      assertEquals(List.of(new Outcome.Returned(), new Outcome.Returned()), ends);
      assertTrue(more.tryExecute(lane -> third.add(lane.execute(run).outcome())));
      await(() -> third.size() == 2);
      assertEquals(new Outcome.Returned(), third.getLast());
    }
  }

  private static int held(CountDownLatch inside, CountDownLatch release) {
    inside.countDown();
    try {
      assertTrue(release.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return 0;
  }
}
