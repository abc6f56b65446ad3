package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * One thing that holds, does not hold, or is not known yet; the form that all of Kubernetes uses.
 *
 * @param type what is said, in positive words
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param observedGeneration the object's generation that this was decided for
 * @param lastTransitionTime when {@code status} last changed, RFC 3339
 * @param reason one word for programs
 * @param message one sentence for people
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Condition(
    @Required @Size(max = 64) @Pattern(Schema.REASON) String type,
    @Required @Pattern("^(True|False|Unknown)$") String status,
    @Min(0) @Nullable Long observedGeneration,
    @Required @Size(max = Schema.TIME) String lastTransitionTime,
    @Required @Size(max = 64) @Pattern(Schema.REASON) String reason,
    @Required @Size(max = 4096) String message) {
  public static final String TRUE = "True";
  public static final String FALSE = "False";
  public static final String UNKNOWN = "Unknown";
}
