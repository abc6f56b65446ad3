package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the pool does.
 *
 * @param observedGeneration generation of the spec that this status is about
 * @param replicas worker pods that exist
 * @param ready those that serve
 * @param selector of these pods, as text, for {@code /scale}
 * @param capacity what the nodes that fit could give to workers of this pool
 * @param allocated what its pods have been given
 * @param used what runs now, by the workers' lanes
 * @param conditions one of each type, from the first look on
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record WorkerPoolStatus(
    @Min(0) @Nullable Long observedGeneration,
    @StatusReplicas @Min(0) @Nullable Integer replicas,
    @Min(0) @Nullable Integer ready,
    @LabelSelector @Size(max = 1024) @Nullable String selector,
    @Nullable Resources capacity,
    @Nullable Resources allocated,
    @Nullable Resources used,
    @Size(max = 16) List<Condition> conditions) {
  public static final WorkerPoolStatus NONE =
      new WorkerPoolStatus(null, null, null, null, null, null, null, List.of());

  public WorkerPoolStatus {
    conditions = Absent.orEmpty(conditions);
  }

  /**
   * @param cpu vCPUs
   * @param memory bytes
   * @param nvme bytes of device
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Resources(
      @Nullable Quantity cpu, @Nullable Quantity memory, @Nullable Quantity nvme) {}
}
