package dev.windlass.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplaysTest {
  private static final Digest REQUEST = Digest.of(Bytes.utf8("request"));

  private long nowMillis = 1_000_000;
  private int runs;
  private final Replays replays =
      new Replays(
          new HeadConfig.Memory(1, 1, 1, 3, 10_000, Duration.ofMinutes(10), 1, 1, 1, 1),
          Duration.ofSeconds(10),
          () -> Instant.ofEpochMilli(nowMillis));

  private String ask(String key, int bodyBytes, boolean ran) {
    var answer =
        replays.answer(
            new Replays.Key(new FunctionName("default", "f"), key),
            REQUEST,
            () -> {
              runs++;
              var body = Bytes.utf8(runs + "x".repeat(bodyBytes));
              return new Replays.Answered(new HttpAnswer(200, List.of(), body), ran);
            });
    return answer.body().utf8().substring(0, 1);
  }

  @Test
  void an_answer_is_kept_for_its_time() {
    assertEquals("1", ask("a", 0, true));
    nowMillis += Duration.ofMinutes(9).toMillis();
    assertEquals("1", ask("a", 0, true));
    nowMillis += Duration.ofMinutes(2).toMillis();
    assertEquals("2", ask("a", 0, true));
  }

  @Test
  void the_oldest_goes_when_there_are_too_many() {
    for (var key : List.of("a", "b", "c", "d")) ask(key, 0, true);
    assertEquals(3, replays.size());
    assertEquals("2", ask("b", 0, true));
    assertEquals("5", ask("a", 0, true));
  }

  @Test
  void the_oldest_goes_when_they_are_too_large() {
    ask("a", 6_000, true);
    ask("b", 6_000, true);
    assertEquals(1, replays.size());
    ask("c", 20_000, true);
    assertEquals(1, replays.size());
  }

  @Test
  void what_did_not_run_is_not_kept() {
    assertEquals("1", ask("a", 0, false));
    assertEquals("2", ask("a", 0, true));
    assertEquals("2", ask("a", 0, true));
  }

  @Test
  void a_run_that_throws_leaves_the_key_free() {
    var key = new Replays.Key(new FunctionName("default", "f"), "a");
    assertThrows(
        IllegalStateException.class,
        () ->
            replays.answer(
                key,
                REQUEST,
                () -> {
                  throw new IllegalStateException("bug");
                }));
    assertEquals(0, replays.size());
    assertEquals("1", ask("a", 0, true));
  }
}
