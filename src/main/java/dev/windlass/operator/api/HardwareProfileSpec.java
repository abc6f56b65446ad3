package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * What a node must have, and what a worker on it gets.
 *
 * @param cpu how many vCPUs, and how fast
 * @param memoryPerVcpu a worker's memory is this times its vCPUs; 2Gi unless it says otherwise
 * @param nvme the device that must be there; only matched, never claimed
 * @param disk what a worker's pod claims
 * @param arch {@code amd64} or {@code arm64}; any if there is none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record HardwareProfileSpec(
    @Required @Nullable Cpu cpu,
    @Default("2Gi") @Nullable Quantity memoryPerVcpu,
    @Nullable Nvme nvme,
    @Nullable Quantity disk,
    @Pattern("^(amd64|arm64)$") @Nullable String arch) {
  public static final HardwareProfileSpec NONE =
      new HardwareProfileSpec(null, null, null, null, null);

  /**
   * @param vcpu in steps of 500m
   * @param minMHz clock that a node's label must say at least
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value =
          "string(self.vcpu).matches('^([1-9][0-9]{0,2}([.][05])?|0[.]5|([1-9][0-9]{0,2})?500m"
              + "|[1-9][0-9]{0,2}000m)$')",
      message = "vcpu is a multiple of 500m up to 999, such as 500m, 1, 1500m or 2.5",
      messageExpression =
          "'vcpu is a multiple of 500m up to 999, such as 500m, 1, 1500m or 2.5, not %s'"
              + ".format([self.vcpu])")
  public record Cpu(
      @Required @Nullable Quantity vcpu, @Min(1) @Max(100_000) @Nullable Integer minMHz) {}

  /**
   * @param bytes size of the device
   * @param writeMBps 10⁶ bytes a second
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Nvme(
      @Required @Nullable Quantity bytes, @Min(1) @Max(1_000_000) @Nullable Integer writeMBps) {}
}
