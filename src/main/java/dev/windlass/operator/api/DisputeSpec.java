package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * It never changes.
 *
 * @param logIndex of the receipt in the log
 * @param reason what is wrong with it, in words
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(value = "self == oldSelf", message = "a dispute never changes: make another one")
public record DisputeSpec(
    @Required @Min(0) @Max(Schema.JSON_MAX) @Nullable Long logIndex,
    @Required @Size(min = 1, max = 4096) @Nullable String reason) {
  public static final DisputeSpec NONE = new DisputeSpec(null, null);
}
