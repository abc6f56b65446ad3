package dev.windlass.operator;

import java.util.List;

/** What the operator role needs of its surroundings; a bean of the composition root. */
public interface OperatorPorts {
  OperatorConfig config();

  /** Started in this order by the leader, stopped in reverse. */
  List<LeaderTask> leaderTasks();

  /** The lease is lost: ends this process at once, so that two never act. */
  void lost(String why);
}
