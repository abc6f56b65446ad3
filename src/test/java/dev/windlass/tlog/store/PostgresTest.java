package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log in a real PostgreSQL. */
class PostgresTest implements BackendContract {
  private static PostgresServer server;
  private static AgroalDataSource source;
  private static int logs;

  @BeforeAll
  static void start() throws IOException {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @BeforeEach
  void connect() {
    source = server.source(8);
  }

  @AfterEach
  void disconnect() {
    source.close();
  }

  /** The pool does not know which of its connections a test has killed. */
  private void useNewConnections() {
    disconnect();
    connect();
  }

  @Override
  public Backend backend() {
    return new PostgresBackend(source, "log.example/" + logs++);
  }

  private static Sequencer open(DataSource from, String origin) throws IOException {
    var storage = new Storage(new PostgresBackend(from, origin), PostgresLock.open(from, origin));
    return Sequencer.open(TestLog.SETTINGS, storage, TestLog.KEY, TestLog.CLOCK, () -> 0);
  }

  private static List<CompletableFuture<Appended>> append(Sequencer log, List<byte[]> entries) {
    return entries.stream().map(e -> log.append(e).toCompletableFuture()).toList();
  }

  @Test
  void a_log_grows_is_published_and_opened_again() throws IOException {
    var entries = LogChild.entries("entry", 700);
    try (var log = open(source, "grows")) {
      for (var appended : append(log, entries)) appended.join();
      log.publish(log.committed().note());
    }

    try (var log = open(source, "grows")) {
      assertEquals(700, log.committed().size());
      assertEquals(700, log.published().orElseThrow().checkpoint().size());
      for (int i = 0; i < 700; i++) assertArrayEquals(entries.get(i), log.reader().entry(i));
      assertEquals(new Appended(3, true), log.append(entries.get(3)).toCompletableFuture().join());
    }
    var backend = new PostgresBackend(source, "grows");
    try (var lock = PostgresLock.open(source, "grows")) {
      TestLog.assertClean(backend, lock.load().orElseThrow());
    }
    assertEquals(List.of(), backend.list("staging"));
    assertEquals(
        List.of("tile/0/000", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"),
        backend.list("tile").stream().filter(p -> !p.contains("entries")).toList());
  }

  @Test
  void two_logs_in_one_database_do_not_meet() throws IOException {
    try (var one = open(source, "one");
        var other = open(source, "other")) {
      assertEquals(0, append(one, List.of(TestLog.entry("a"))).getFirst().join().index());
      assertEquals(0, append(other, List.of(TestLog.entry("b"))).getFirst().join().index());
      assertArrayEquals(TestLog.entry("b"), other.reader().entry(0));
    }
  }

  @Test
  void a_second_sequencer_is_refused_with_the_session_of_the_first() throws IOException {
    try (var log = open(source, "held");
        var elsewhere = server.source(2)) {
      var refused =
          assertThrows(Lock.HeldException.class, () -> PostgresLock.open(elsewhere, "held"));
      assertTrue(
          refused.getMessage().matches("(?s)another sequencer \\(session \\d+ from .* holds .*"),
          refused.getMessage());
      log.append(TestLog.entry("goes on")).toCompletableFuture().join();
    }
    PostgresLock.open(source, "held").close();
  }

  @Test
  void the_lock_is_replaced_only_by_who_knows_what_it_holds() throws IOException {
    try (var lock = PostgresLock.open(source, "cas")) {
      var first = TestLog.entry("first");
      var second = TestLog.entry("second");
      assertTrue(lock.load().isEmpty());
      assertTrue(lock.replace(Optional.empty(), first));
      assertEquals(false, lock.replace(Optional.empty(), second));
      assertEquals(false, lock.replace(Optional.of(second), first));
      assertTrue(lock.replace(Optional.of(first), second));
      assertArrayEquals(second, lock.load().orElseThrow());
    }
  }

  /** Somebody without our advisory lock, by hand. */
  @Test
  void a_checkpoint_that_somebody_else_put_there_stops_the_log() throws Exception {
    try (var log = open(source, "touched")) {
      log.append(TestLog.entry("a")).toCompletableFuture().join();
      execute("update log_lock set checkpoint = 'another' where origin = 'touched'");

      var broken = failure(log.append(TestLog.entry("b")).toCompletableFuture());

      assertInstanceOf(StoreException.Broken.class, broken);
      assertTrue(broken.getMessage().contains("another sequencer"), broken.getMessage());
      assertEquals(broken, failure(log.append(TestLog.entry("c")).toCompletableFuture()));
    }
  }

  @Test
  void a_lost_session_stops_the_log_and_the_next_one_finds_out() throws Exception {
    var entries = LogChild.entries("entry", 20);
    Sequencer log = open(source, "cut");
    log.append(entries.getFirst()).toCompletableFuture().join();
    execute(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
            + " and pid <> pg_backend_pid()");

    assertInstanceOf(
        StoreException.Broken.class, failure(append(log, entries.subList(1, 20)).getLast()));
    try {
      log.close();
    } catch (IOException _) {
      // its session is gone
    }

    useNewConnections();
    try (var next = open(source, "cut")) {
      for (var appended : append(next, entries)) appended.join();
      assertEquals(20, next.committed().size());
    }
  }

  /**
   * What was acknowledged is there after the server was killed, although tiles were not waited for.
   */
  @Test
  void a_killed_server_loses_nothing_that_was_acknowledged() throws Exception {
    var told = new HashMap<Long, byte[]>();
    for (int life = 0; life < 3; life++) {
      try (var own = server.source(4)) {
        var log = open(own, "killed");
        var entries = LogChild.entries("life " + life, 2_000);
        var appended = append(log, entries);
        appended.get(300).join();
        if (life < 2) server.kill();
        var alive = new ArrayList<Integer>();
        for (int i = 0; i < entries.size(); i++) {
          try {
            told.put(appended.get(i).join().index(), entries.get(i));
            alive.add(i);
          } catch (CompletionException e) {
            assertInstanceOf(StoreException.class, e.getCause());
          }
        }
        assertTrue(alive.size() > 300);
        try {
          log.close();
        } catch (IOException _) {
          // its session is gone
        }
        if (life < 2) server.begin();
      }
    }

    useNewConnections();
    try (var log = open(source, "killed")) {
      for (var each : told.entrySet())
        assertArrayEquals(each.getValue(), log.reader().entry(each.getKey()));
    }
    try (var lock = PostgresLock.open(source, "killed")) {
      TestLog.assertClean(new PostgresBackend(source, "killed"), lock.load().orElseThrow());
    }
  }

  private static Throwable failure(CompletableFuture<Appended> appended) {
    return assertThrows(CompletionException.class, appended::join).getCause();
  }

  private static void execute(String sql) throws SQLException {
    try (var connection = source.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
