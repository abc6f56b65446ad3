package dev.windlass.operator.plan;

import static dev.windlass.operator.api.ConditionTypes.READY;
import static dev.windlass.operator.api.ConditionTypes.SCHEDULABLE;

import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerPoolStatus;
import java.time.Instant;

/**
 * That the API server does not take a pool's pods: admission, a quota, a field that only it checks.
 * No plan can know it before.
 *
 * @param message its words
 */
public record PodRefusal(String message) {
  /**
   * @param planned status of a pool whose pods would be taken
   * @return the same, with the refusal in the place of {@code Schedulable}
   */
  public WorkerPoolStatus in(WorkerPoolStatus planned, WorkerPool pool, Instant now) {
    var generation = pool.getMetadata().getGeneration();
    var conditions = new Conditions(pool.status().conditions(), generation, now);
    Condition ready = null;
    for (var c : planned.conditions()) {
      if (c.type().equals(SCHEDULABLE))
        conditions.isFalse(SCHEDULABLE, PoolReason.POD_REFUSED.word(), message);
      else if (c.type().equals(READY)) ready = c;
      else put(conditions, c);
    }
    return new WorkerPoolStatus(
        planned.observedGeneration(),
        planned.replicas(),
        planned.ready(),
        planned.selector(),
        planned.capacity(),
        planned.allocated(),
        planned.used(),
        (ready == null ? conditions : conditions.follows(READY, ready)).all());
  }

  private static void put(Conditions conditions, Condition c) {
    switch (c.status()) {
      case Condition.TRUE -> conditions.isTrue(c.type(), c.reason(), c.message());
      case Condition.FALSE -> conditions.isFalse(c.type(), c.reason(), c.message());
      default -> conditions.isUnknown(c.type(), c.reason(), c.message());
    }
  }
}
