package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which workers, and how many.
 *
 * @param profile name of a HardwareProfile
 * @param replicas workers wanted; the schema makes it 1 where it is not said
 * @param autoscale the operator then writes replicas through {@code /scale}
 * @param shared whether functions of other namespaces may run here
 * @param spread how far apart workers are kept
 * @param trust name of the party that runs these machines; diversity keeps parties apart
 * @param stake units that each worker can lose
 * @param podTemplate metadata and spec as of a pod, laid over the one that the operator makes
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record WorkerPoolSpec(
    @Required @Pattern(Schema.LABEL) @Size(max = 63) @Nullable String profile,
    @SpecReplicas @Default("1") @Min(0) @Max(10_000) @Nullable Integer replicas,
    @Nullable Autoscale autoscale,
    @Default("false") @Nullable Boolean shared,
    @Pattern(Schema.LABEL) @Size(max = 63) @Nullable String trust,
    @Min(0) @Max(Schema.JSON_MAX) @Nullable Long stake,
    @Nullable Spread spread,
    /* As it stands: a template that cannot be read must not stop the informer. The edge converts it. */
    @PreserveUnknownFields @Nullable Map<String, Object> podTemplate) {
  public static final WorkerPoolSpec NONE =
      new WorkerPoolSpec(null, null, null, null, null, null, null, null);

  /**
   * @param min replicas at least
   * @param max replicas at most
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "self.min <= self.max",
      message = "autoscale.min is at most autoscale.max",
      messageExpression =
          "'autoscale.min %d is more than autoscale.max %d'.format([self.min, self.max])")
  public record Autoscale(
      @Default("0") @Min(0) @Max(10_000) @Nullable Integer min,
      @Required @Min(1) @Max(10_000) @Nullable Integer max) {}

  /**
   * {@code Required}, {@code Preferred} (where it is not said) or {@code None}, for each.
   *
   * @param zone workers in different zones
   * @param host workers on different nodes
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Spread(
      @Default("Preferred") @Pattern(Schema.SPREAD) @Nullable String zone,
      @Default("Preferred") @Pattern(Schema.SPREAD) @Nullable String host) {}
}
