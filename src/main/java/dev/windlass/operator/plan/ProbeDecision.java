package dev.windlass.operator.plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * @param actions in this order
 * @param lookAgain when time alone changes the decision
 */
public record ProbeDecision(List<ProbeAction> actions, Optional<Duration> lookAgain) {
  public ProbeDecision {
    actions = List.copyOf(actions);
  }
}
