package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.log.TestWitnesses.Mood;
import dev.windlass.tlog.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WitnessQuorumTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  @TempDir Path directory;
  private TestLog log;

  @BeforeEach
  void make() {
    log = new TestLog(directory.resolve("log"));
  }

  @AfterEach
  void close() {
    log.close();
  }

  private Note shown() {
    return log.log().published().orElseThrow();
  }

  private long shownSize() {
    return shown().checkpoint().size();
  }

  private void awaitShown(long size) {
    TestLog.await("size " + size + " is shown", () -> shownSize() == size);
  }

  @ParameterizedTest
  @EnumSource(
      value = Mood.class,
      names = {"DOWN", "STALLS", "GARBAGE", "FUTURE", "LIES", "BOASTS"})
  void one_witness_of_three_may_do_what_it_likes(Mood mood) {
    log.open();
    log.head("h1");
    awaitShown(3);

    log.witnesses.set("W1", mood);
    log.head("h2");

    awaitShown(5);
    var verdict = log.log().policy().evaluate(shown(), log.clock.instant());
    assertTrue(verdict.isAccepted());
    assertEquals(2, verdict.witnesses().size());
    assertTrue(log.log().isReady());
  }

  @ParameterizedTest
  @EnumSource(
      value = Mood.class,
      names = {"DOWN", "STALLS", "GARBAGE", "FUTURE", "LIES"})
  void without_a_quorum_the_last_checkpoint_stays_somebody_is_called_and_entries_go_on(Mood mood) {
    log.open();
    var head = log.head("h1");
    awaitShown(3);

    log.witnesses.set("W1", mood);
    log.witnesses.set("W2", mood);
    var receipt = head.single();
    log.logged(receipt.octets());

    TestLog.await(
        "the alarm",
        () ->
            log.receipt(receipt.id(), Duration.ZERO) instanceof Found.Logged(_, var witnessed)
                && !witnessed);
    log.logged(head.single().octets());
    assertEquals(3, shownSize());
    var now = log.log().publication();
    assertFalse(now.quorum());
    assertTrue(now.unwitnessedFor().orElseThrow().compareTo(TestLog.FAST.alarmAfter()) >= 0);
    assertTrue(now.missing().toString().contains("W1"), now::toString);

    log.witnesses.setAll(Mood.HONEST);
    awaitShown(5);
    assertTrue(assertInstanceOf(Found.Logged.class, log.receipt(receipt.id(), LONG)).witnessed());
    TestLog.await("calm", () -> log.log().publication().unwitnessedFor().isEmpty());
  }

  @Test
  void a_clock_set_back_delays_the_alarm_by_no_more_than_its_time() {
    log.open();
    var head = log.head("h1");
    awaitShown(3);
    log.witnesses.setAll(Mood.DOWN);
    log.logged(head.single().octets());
    TestLog.await("it waits", () -> !log.log().publication().quorum());

    log.clock.ahead = Duration.ofMinutes(-3);

    TestLog.await(
        "the alarm",
        () -> log.log().publication().unwitnessedFor().orElse(Duration.ZERO).toMillis() >= 400);
    log.witnesses.setAll(Mood.HONEST);
    awaitShown(4);
  }

  @Test
  void a_witness_that_knows_a_larger_tree_keeps_the_log_from_starting() {
    log.open();
    log.close();
    log.witnesses.set("W2", Mood.BOASTS);

    var refused = assertThrows(RuntimeException.class, log::open);

    assertTrue(refused.getMessage().contains("1000000"), refused.getMessage());
  }

  @Test
  void a_log_that_was_set_back_while_its_witnesses_were_away_takes_nothing() throws IOException {
    log.open();
    log.close();
    var old = directory.resolve("old");
    copy(log.directory, old);
    log.open();
    log.head("h1");
    awaitShown(3);
    log.close();
    delete(log.directory);
    copy(old, log.directory);
    log.witnesses.setAll(Mood.DOWN);

    log.open();
    var head = new TestHead("h7", 7, log.clock);
    var later = assertInstanceOf(Added.Later.class, log.add(head.register(log.registrar)));
    assertTrue(later.why().contains("no witness has confirmed"), later.why());
    assertEquals(1, log.log().committed().size());

    log.witnesses.setAll(Mood.HONEST);
    TestLog.await(
        "the log stops and says what to do",
        () ->
            log.add(head.register(log.registrar)) instanceof Added.Later(_, var why)
                && why.contains("restore a newer copy"));
    assertFalse(log.log().isReady());
    assertEquals(1, shownSize());
  }

  @Test
  void a_log_whose_witnesses_are_away_at_its_start_goes_on_when_one_comes_back() {
    log.open();
    log.close();
    log.witnesses.setAll(Mood.DOWN);
    log.open();
    var head = new TestHead("h1", 1, log.clock);
    assertInstanceOf(Added.Later.class, log.add(head.register(log.registrar)));

    log.witnesses.set("W3", Mood.HONEST);

    TestLog.await(
        "it is taken", () -> log.add(head.register(log.registrar)) instanceof Added.Logged);
    assertEquals(1, shownSize());
  }

  @Test
  void of_two_histories_of_one_size_the_witnesses_keep_the_second_from_being_shown()
      throws IOException {
    log.open();
    log.close();
    var old = directory.resolve("old");
    copy(log.directory, old);
    log.open();
    log.head("h1");
    awaitShown(3);
    log.close();
    delete(log.directory);
    copy(old, log.directory);
    log.witnesses.setAll(Mood.DOWN);
    log.threshold = 0;
    log.open();
    log.head("h2");
    log.close();

    log.witnesses.setAll(Mood.HONEST);
    log.threshold = 2;
    var refused = assertThrows(LogException.class, log::open);

    assertTrue(refused.getMessage().contains("not the one its witnesses know"));
    for (var name : log.witnesses.names()) assertEquals(3, log.witnesses.size(name));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      for (var file : all.toList()) {
        var target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) Files.createDirectories(target);
        else Files.copy(file, target);
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (var file : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }
}
