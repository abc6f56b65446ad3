package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of it.
 *
 * @param observedGeneration generation of the spec that this status is about
 * @param function {@code namespace/name} of the receipt
 * @param jury workers that ran it again
 * @param verdict what they found
 * @param logIndex of the verdict's entry
 * @param conditions one of each type, from the first look on
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DisputeStatus(
    @Min(0) @Nullable Long observedGeneration,
    @Size(max = 127) @Nullable String function,
    @Size(max = 100) List<@Size(max = 2048) String> jury,
    @Size(max = 64) @Nullable String verdict,
    @Min(0) @Nullable Long logIndex,
    @Size(max = 16) List<Condition> conditions) {
  public static final DisputeStatus NONE =
      new DisputeStatus(null, null, List.of(), null, null, List.of());

  public DisputeStatus {
    jury = Absent.orEmpty(jury);
    conditions = Absent.orEmpty(conditions);
  }
}
