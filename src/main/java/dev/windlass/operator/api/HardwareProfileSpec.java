package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * @param memoryPerVcpu a worker's memory is this times its vCPUs; 2Gi unless it says otherwise
 * @param nvme the device that must be there; only matched, never claimed
 * @param disk what a worker's pod claims
 * @param arch {@code amd64} or {@code arm64}; any if there is none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record HardwareProfileSpec(
    @Required @Nullable Cpu cpu,
    @Nullable Quantity memoryPerVcpu,
    @Nullable Nvme nvme,
    @Nullable Quantity disk,
    @Nullable String arch) {
  public static final HardwareProfileSpec NONE =
      new HardwareProfileSpec(null, null, null, null, null);

  /**
   * @param vcpu in steps of 500m
   * @param minMHz clock that a node's label must say at least
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Cpu(@Required @Nullable Quantity vcpu, @Nullable Integer minMHz) {}

  /**
   * @param bytes size of the device
   * @param writeMBps 10⁶ bytes a second
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Nvme(@Nullable Quantity bytes, @Nullable Integer writeMBps) {}
}
