package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param function {@code namespace/name} of the receipt
 * @param jury workers that ran it again
 * @param verdict what they found
 * @param logIndex of the verdict's entry
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DisputeStatus(
    @Nullable Long observedGeneration,
    @Nullable String function,
    List<String> jury,
    @Nullable String verdict,
    @Nullable Long logIndex,
    List<Condition> conditions) {
  public static final DisputeStatus NONE =
      new DisputeStatus(null, null, List.of(), null, null, List.of());

  public DisputeStatus {
    jury = Absent.orEmpty(jury);
    conditions = Absent.orEmpty(conditions);
  }
}
