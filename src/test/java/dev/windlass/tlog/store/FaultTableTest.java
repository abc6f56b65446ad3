package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.tlog.store.Faults.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every write × {lost, persisted but reported failed} × {retry, reload}, beginning next to the
 * edges of tiles, where the bugs are; the whole tree is verified after each.
 */
class FaultTableTest {
  private static final Map<Integer, TestLog> BASES = new HashMap<>();

  enum Reaction {
    /** Go on with the same sequencer for as long as it lets us. */
    RETRY,
    /** Begin again from what is stored. */
    RELOAD
  }

  static Stream<Arguments> sizesFaultsReactions() {
    return Stream.of(0, 1, 255, 256, 65_531)
        .flatMap(
            size ->
                Stream.of(Fault.values())
                    .flatMap(
                        fault ->
                            Stream.of(Reaction.values())
                                .map(reaction -> Arguments.of(size, fault, reaction))));
  }

  @ParameterizedTest
  @MethodSource("sizesFaultsReactions")
  void a_failed_write_never_forks_the_log_and_loses_nothing(
      int size, Fault fault, Reaction reaction) {
    var base = base(size);
    int writes = writesOfAll(base.copy());
    assertTrue(writes > 30, "only " + writes + " writes");

    for (int n = 0; n < writes; n++) {
      var log = base.copy();
      log.faults().failAt(n, fault);
      all(log, reaction);
      assertFalse(log.faults().failed().isEmpty(), "write " + n + " did not fail");
      if (size < 1_000) log.assertWholeTreeVerifies();
      log.reload();
      log.append(2);
      log.publish();
      log.assertWholeTreeVerifies();
      assertEquals(size + 11, log.size(), log.faults().failed());
    }
  }

  /** The table is worth its name only if each kind of write is in it. */
  @Test
  void the_table_has_every_kind_of_write() {
    var log = base(255).copy();
    var kinds = new TreeSet<String>();
    int writes = writesOfAll(log.copy());
    for (int n = 0; n < writes; n++) {
      var one = log.copy();
      one.faults().failAt(n, Fault.LOST);
      all(one, Reaction.RELOAD);
      kinds.add(one.faults().failed().replaceAll("[0-9a-f]{64}", "ROOT").replaceAll("\\d+", "N"));
    }
    assertEquals(
        new TreeSet<>(
            List.of(
                "delete staging/N-ROOT",
                "delete tile/N/N.p/N",
                "delete tile/entries/N.p/N",
                "put checkpoint",
                "put lazily tile/N/N",
                "put lazily tile/N/N.p/N",
                "put lazily tile/entries/N",
                "put lazily tile/entries/N.p/N",
                "put staging/N-ROOT",
                "replace the lock",
                "sync")),
        kinds);
  }

  /** Of an entry whose batch failed, the same entry may come again, and others before it. */
  @ParameterizedTest
  @MethodSource("sizesFaultsReactions")
  void other_entries_may_come_before_those_that_failed(int size, Fault fault, Reaction reaction) {
    var base = base(size);
    for (int n = 0; n < 2; n++) { // the staged entries, the lock
      var log = base.copy();
      var failing = log.fresh(3);
      log.faults().failAt(n, fault);
      Attempt.of(() -> log.append(failing), log, reaction);
      log.append(List.of(TestLog.entry("between")));
      log.append(failing);
      log.publish();
      log.assertWholeTreeVerifies();
      log.reload();
      log.assertWholeTreeVerifies();
      assertEquals(size + 4, log.size());
    }
  }

  private static int writesOfAll(TestLog log) {
    int before = log.faults().writes();
    all(log, Reaction.RETRY);
    return log.faults().writes() - before;
  }

  /**
   * Nine entries in small commits, published in between and behind the end of what is committed.
   */
  private static void all(TestLog log, Reaction reaction) {
    var entries = log.fresh(9);
    Attempt.until(() -> log.append(entries.subList(0, 1)), log, reaction);
    var early = log.committer().head().note();
    Attempt.until(() -> log.append(entries.subList(1, 3)), log, reaction);
    Attempt.until(() -> log.committer().publish(early), log, reaction);
    Attempt.until(() -> log.append(entries.subList(3, 6)), log, reaction);
    Attempt.until(() -> log.committer().settle(), log, reaction);
    Attempt.until(() -> log.append(entries.subList(6, 9)), log, reaction);
    Attempt.until(log::publish, log, reaction);
  }

  private static final class Attempt {
    /** Tries until it worked; two failures follow from one fault at most. */
    static void until(Runnable action, TestLog log, Reaction reaction) {
      for (int tries = 0; tries < 3; tries++) if (of(action, log, reaction)) return;
      throw new AssertionError("failed again and again after " + log.faults().failed());
    }

    static boolean of(Runnable action, TestLog log, Reaction reaction) {
      try {
        action.run();
        return true;
      } catch (StoreException.BatchFailed e) {
        if (reaction == Reaction.RELOAD) log.reload();
      } catch (StoreException.Broken e) {
        log.reload();
      }
      return false;
    }
  }

  private static TestLog base(int size) {
    return BASES.computeIfAbsent(size, TestLog::of);
  }

  /** What was told before a crash stays, whatever is told again afterwards. */
  @Test
  void an_entry_that_was_committed_is_found_again_after_a_fatal_failure() {
    var log = base(255).copy();
    var entries = new ArrayList<>(log.fresh(3));
    log.faults().failAt(2, Fault.LOST); // the first tile
    try {
      log.append(entries);
      throw new AssertionError("it did not fail");
    } catch (StoreException.Broken e) {
      log.reload();
    }

    var places = log.append(entries);

    assertEquals(
        List.of(new Appended(255, true), new Appended(256, true), new Appended(257, true)), places);
    log.assertWholeTreeVerifies();
  }
}
