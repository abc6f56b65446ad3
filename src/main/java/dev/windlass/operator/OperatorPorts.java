package dev.windlass.operator;

import dev.windlass.operator.plan.ProbeSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;

/** What the operator role needs of its surroundings; a bean of the composition root. */
public interface OperatorPorts {
  OperatorConfig config();

  /**
   * Started in this order by the leader, stopped in reverse.
   *
   * @param client to use; not theirs to close
   */
  List<LeaderTask> leaderTasks(KubernetesClient client);

  /** Where it reconciles Functions as well. */
  default Optional<FunctionPorts> functions() {
    return Optional.empty();
  }

  /** Where it probes nodes. */
  default Optional<ProbeSettings> nodeProbe() {
    return Optional.empty();
  }

  /** The lease is lost: ends this process at once, so that two never act. */
  void lost(String why);
}
