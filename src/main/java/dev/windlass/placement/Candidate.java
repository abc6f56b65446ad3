package dev.windlass.placement;

/**
 * A worker at this moment.
 *
 * @param inFlight orders of this head that it has not answered
 * @param busyElsewhere lanes that were busy with other heads' orders at its last report
 * @param reportAgeMillis since its last report
 */
public record Candidate(Worker worker, int inFlight, int busyElsewhere, long reportAgeMillis) {
  public Candidate {
    if (inFlight < 0 || busyElsewhere < 0 || reportAgeMillis < 0)
      throw new IllegalArgumentException(
          "cannot be negative: in flight "
              + inFlight
              + ", busy elsewhere "
              + busyElsewhere
              + ", age "
              + reportAgeMillis);
  }

  int busy() {
    return inFlight + busyElsewhere;
  }

  boolean hasFreeLane() {
    return busy() < worker.lanes();
  }

  boolean isWarmFor(Request request) {
    return worker.warm().contains(request.module());
  }

  /** Whether this one has more orders for each of its lanes. */
  boolean isBusierThan(Candidate other) {
    return (long) busy() * other.worker.lanes() > (long) other.busy() * worker.lanes();
  }
}
