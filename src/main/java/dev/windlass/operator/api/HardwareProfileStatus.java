package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes fit, and why the others do not.
 *
 * @param memory of one worker: memoryPerVcpu times vcpu
 * @param matching number of nodes that fit
 * @param slots workers that these could hold if they were empty
 * @param nodes names of those that fit, at most {@link #MAX_NODES}
 * @param rejected the others, counted by the first reason
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record HardwareProfileStatus(
    @Nullable Long observedGeneration,
    @Nullable Quantity memory,
    @Nullable Integer matching,
    @Nullable Long slots,
    List<String> nodes,
    List<Rejected> rejected,
    List<Condition> conditions) {
  public static final int MAX_NODES = 100;
  public static final int MAX_EXAMPLES = 10;
  public static final HardwareProfileStatus NONE =
      new HardwareProfileStatus(null, null, null, null, List.of(), List.of(), List.of());

  public HardwareProfileStatus {
    nodes = Absent.orEmpty(nodes);
    rejected = Absent.orEmpty(rejected);
    conditions = Absent.orEmpty(conditions);
  }

  /**
   * @param examples at most {@link #MAX_EXAMPLES} of them
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Rejected(@Nullable String reason, @Nullable Integer count, List<Example> examples) {
    public Rejected {
      examples = Absent.orEmpty(examples);
    }
  }

  /** A node and what it lacks, with both values. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Example(@Nullable String node, @Nullable String message) {}
}
