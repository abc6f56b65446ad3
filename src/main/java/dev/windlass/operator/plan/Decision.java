package dev.windlass.operator.plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What to do now.
 *
 * @param actions to be done in this order
 * @param lookAgain when time alone may change the decision; empty if only an event can
 */
public record Decision(List<Action> actions, Optional<Duration> lookAgain) {
  public Decision {
    actions = List.copyOf(actions);
  }
}
