package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes fit, and why the others do not.
 *
 * @param observedGeneration generation of the spec that this status is about
 * @param memory of one worker: memoryPerVcpu times vcpu
 * @param matching number of nodes that fit
 * @param slots workers that these could hold if they were empty
 * @param nodes names of those that fit, at most {@link #MAX_NODES}
 * @param rejected the others, counted by the first reason
 * @param conditions one of each type, from the first look on
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record HardwareProfileStatus(
    @Min(0) @Nullable Long observedGeneration,
    @Nullable Quantity memory,
    @Min(0) @Nullable Integer matching,
    @Min(0) @Nullable Long slots,
    @Size(max = HardwareProfileStatus.MAX_NODES) List<@Size(max = 253) String> nodes,
    @Size(max = 32) List<Rejected> rejected,
    @Size(max = 16) List<Condition> conditions) {
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
   * @param reason one word
   * @param count nodes with it
   * @param examples at most {@link #MAX_EXAMPLES} of them
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Rejected(
      @Pattern(Schema.REASON) @Size(max = 64) @Nullable String reason,
      @Min(0) @Nullable Integer count,
      @Size(max = HardwareProfileStatus.MAX_EXAMPLES) List<Example> examples) {
    public Rejected {
      examples = Absent.orEmpty(examples);
    }
  }

  /**
   * @param node its name
   * @param message what it lacks, with both values
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Example(
      @Size(max = 253) @Nullable String node, @Size(max = 1024) @Nullable String message) {}
}
