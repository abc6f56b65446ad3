package dev.windlass.operator;

import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.plan.Action;

/** Does what a plan decided; the seam where tests let an operator die. */
interface Acting {
  /**
   * Returns when the cluster has it, or when it cannot have it any more (its object is gone).
   * Throws when it has to be tried again.
   */
  void act(WorkerPool pool, Action action);
}
