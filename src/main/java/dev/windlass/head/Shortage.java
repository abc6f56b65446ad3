package dev.windlass.head;

import dev.windlass.json.Json;
import java.util.List;
import java.util.stream.Collectors;

/** Why no worker takes a request now. */
sealed interface Shortage {
  /**
   * @param why continues a sentence that begins with the worker
   * @param passes whether waiting a moment may help
   */
  record Reason(String worker, String why, boolean passes) {}

  record NoWorker() implements Shortage {}

  /** Linked workers, none of which will do for this function. */
  record NoneEligible(List<Reason> reasons) implements Shortage {
    public NoneEligible {
      reasons = List.copyOf(reasons);
    }
  }

  /** At least one would do and has no room now. */
  record Busy(List<Reason> reasons) implements Shortage {
    public Busy {
      reasons = List.copyOf(reasons);
    }
  }

  default Problem problem() {
    return switch (this) {
      case NoWorker() ->
          Problem.of(ProblemType.NO_WORKER, "no worker is connected to this head")
              .withHeader("Retry-After", "1");
      case NoneEligible(var reasons) ->
          listed(
              Problem.of(
                      ProblemType.NONE_ELIGIBLE, "no worker may run this function: " + in(reasons))
                  .withHeader("Retry-After", "5"),
              reasons);
      case Busy(var reasons) ->
          listed(
              Problem.of(ProblemType.ALL_BUSY, "every worker is busy: " + in(reasons))
                  .withHeader("Retry-After", "1"),
              reasons);
    };
  }

  private static String in(List<Reason> reasons) {
    var first =
        reasons.stream()
            .limit(10)
            .map(r -> r.worker() + " " + r.why())
            .collect(Collectors.joining("; "));
    return reasons.size() > 10 ? first + "; and " + (reasons.size() - 10) + " more" : first;
  }

  private static Problem listed(Problem problem, List<Reason> reasons) {
    var workers =
        reasons.stream()
            .limit(100)
            .map(r -> Json.object().put("worker", r.worker()).put("why", r.why()).build())
            .toList();
    return problem.with("workers", Json.array(workers));
  }
}
