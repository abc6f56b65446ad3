package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.operator.plan.Schedulability.Supply;
import dev.windlass.operator.plan.Schedulability.Wish;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchedulabilityTest {
  private static final List<Supply> POOLS =
      List.of(
          new Supply("edge", "small", "worker-small", false, 2, List.of("a", "a")),
          new Supply("edge", "big", "worker", false, 0, List.of()),
          new Supply("shared", "all", "worker", true, 1, List.of("b")));

  record Row(Wish wish, String reason, String message) {}

  static Stream<Row> rows() {
    return Stream.of(
        new Row(new Wish("edge", "", 3, 2), "WorkersReady", "3 workers are ready, a call needs 3"),
        new Row(new Wish("edge", "", 4, 0), "TooFewWorkers", "3 workers are ready, a call needs 4"),
        new Row(
            new Wish("edge", "", 3, 3),
            "TooFewWorkers",
            "workers are ready in 2 zones, a call needs 3"),
        new Row(
            new Wish("edge", "worker", 1, 0),
            "WorkersReady",
            "1 workers are ready, a call needs 1"),
        new Row(
            new Wish("other", "worker-small", 1, 0),
            "NoPool",
            "none of 3 WorkerPools serves namespace other with profile worker-small"
                + " (spec.hardware); expected at least 1 in it, or a shared one"),
        new Row(
            new Wish("other", "", 2, 0), "TooFewWorkers", "1 workers are ready, a call needs 2"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void a_function_can_be_placed_or_the_numbers_say_why_not(Row row) {
    var answer = Schedulability.of(row.wish, POOLS);

    assertEquals(row.reason, answer.reason());
    assertEquals(row.message, answer.message());
  }
}
