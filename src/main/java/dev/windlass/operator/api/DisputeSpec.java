package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/**
 * It never changes.
 *
 * @param logIndex of the receipt in the log
 * @param reason what is wrong with it, in words
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DisputeSpec(@Required @Nullable Long logIndex, @Nullable String reason) {
  public static final DisputeSpec NONE = new DisputeSpec(null, null);
}
