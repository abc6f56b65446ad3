package dev.windlass.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With small shell scripts as children. */
class SupervisorTest {
  private static final Supervisor.Patience QUICK =
      new Supervisor.Patience(
          Duration.ofMillis(1),
          Duration.ofMillis(8),
          Duration.ofMinutes(1),
          Duration.ofMillis(300));

  @TempDir Path directory;
  private final BlockingQueue<String> problems = new LinkedBlockingQueue<>();
  private final AtomicInteger tokens = new AtomicInteger();
  private ChildLog log;

  @BeforeEach
  void openLog() throws IOException {
    log = new ChildLog(directory.resolve("workers.log"));
  }

  @AfterEach
  void closeLog() throws IOException {
    log.close();
  }

  @Test
  void a_child_that_dies_is_started_again_with_a_new_token() throws Exception {
    var said = directory.resolve("said");
    try (var _ = supervise("read TOKEN; echo $TOKEN >>" + said + "; kill -9 $$")) {
      assertEquals("w1 ended: signal 9; starting it again in 1 ms", problem());
      assertEquals("w1 ended: signal 9; starting it again in 2 ms", problem());
      assertEquals("w1 ended: signal 9; starting it again in 4 ms", problem());
      assertEquals("w1 ended: signal 9; starting it again in 8 ms", problem());
      assertEquals("w1 ended: signal 9; starting it again in 8 ms", problem(), "bounded");
    }

    assertEquals(List.of("token-1", "token-2", "token-3"), Files.readAllLines(said).subList(0, 3));
  }

  @Test
  void a_child_is_asked_to_leave_before_it_is_killed() throws Exception {
    var left = directory.resolve("left");
    var supervisor =
        supervise("trap 'echo bye >" + left + "; exit 0' TERM; echo up; while :; do read x; done");
    assertEquals("w1 | up", problem());
    long pid = supervisor.pid();
    supervisor.close();

    assertEquals("bye\n", Files.readString(left));
    assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    assertTrue(problems.isEmpty(), problems::toString);
    assertEquals(1, supervisor.starts());
  }

  @Test
  void a_child_that_will_not_leave_is_killed_after_the_grace() throws Exception {
    var supervisor = supervise("trap '' TERM; echo up; while :; do read x; done");
    assertEquals("w1 | up", problem());
    long pid = supervisor.pid();
    supervisor.close();

    assertEquals("w1 did not leave within PT0.3S: killed", problem());
    assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
  }

  @Test
  void a_program_that_is_not_there_is_a_problem_and_not_a_crash() throws Exception {
    var child = new Supervisor.Child("w1", List.of("/no/such/program"), Map.of(), () -> "");
    try (var _ = new Supervisor(child, QUICK, log, problems::add)) {
      assertTrue(problem().startsWith("w1 ended: it could not be started: "));
    }
  }

  @Test
  void what_children_say_goes_to_the_log_and_only_problems_to_the_terminal() throws Exception {
    var script =
        "echo '03:00 INFO  all is well'; echo thread panicked >&2; printf '%9000d\\n' 0; cat >/dev/null";
    try (var _ = supervise(script)) {
      assertEquals("w1 | thread panicked", problem());
      assertEquals(4096 + "w1 | ".length(), problem().length(), "a line has a bound");
    }

    var lines = Files.readAllLines(directory.resolve("workers.log"));
    assertEquals("w1 | 03:00 INFO  all is well", lines.getFirst());
    assertEquals("w1 | thread panicked", lines.get(1));
    assertEquals(0, log.lost());
  }

  private Supervisor supervise(String script) {
    var child =
        new Supervisor.Child(
            "w1", List.of("sh", "-c", script), Map.of(), () -> "token-" + tokens.incrementAndGet());
    return new Supervisor(child, QUICK, log, problems::add);
  }

  private String problem() throws InterruptedException {
    var problem = problems.poll(10, TimeUnit.SECONDS);
    if (problem == null) throw new AssertionError("no problem was told within 10 s");
    return problem;
  }
}
