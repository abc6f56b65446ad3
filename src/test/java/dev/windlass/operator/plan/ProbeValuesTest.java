package dev.windlass.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeValuesTest {
  @Test
  void tolerations_and_amounts_are_those_of_the_values() {
    var tolerations =
        ProbeValues.tolerations(
            "[{\"key\":\"storage\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"},"
                + "{\"key\":\"team\",\"value\":\"a\",\"tolerationSeconds\":5}]");
    var resources =
        ProbeValues.resources("{\"requests\":{\"cpu\":1,\"memory\":\"192Mi\"},\"limits\":null}");

    assertEquals(
        List.of("storage Exists null NoSchedule null", "team null a null 5"),
        tolerations.stream()
            .map(
                t ->
                    t.getKey()
                        + " "
                        + t.getOperator()
                        + " "
                        + t.getValue()
                        + " "
                        + t.getEffect()
                        + " "
                        + t.getTolerationSeconds())
            .toList());
    assertEquals(
        Map.of("cpu", new Quantity("1"), "memory", new Quantity("192Mi")), resources.getRequests());
    assertEquals(Map.of(), resources.getLimits());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"operator\":\"Exists\"}] | $[0]: expected a key",
        "[{\"key\":\"a\",\"operator\":\"In\"}] | $[0].operator: is In, expected one of",
        "[{\"key\":\"a\",\"effect\":\"Never\"}] | $[0].effect: is Never, expected one of",
        "[{\"key\":\"a\",\"kye\":\"b\"}] | $[0].kye: unknown member",
        "{} | $: expected an array",
      })
  void a_toleration_is_refused_with_its_place(String json, String why) {
    var refused = assertThrows(IllegalArgumentException.class, () -> ProbeValues.tolerations(json));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"request\":{}} | $.request: unknown member",
        "{\"requests\":{\"cpu\":\"much\"}} | $.requests.cpu: is much, expected a quantity",
        "{\"limits\":{\"memory\":\"-1Mi\"}} | $.limits.memory: is -1Mi, expected a quantity",
        "{\"limits\":{\"memory\":[]}} | $.limits.memory: expected a string",
      })
  void an_amount_is_refused_with_its_place(String json, String why) {
    var refused = assertThrows(IllegalArgumentException.class, () -> ProbeValues.resources(json));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }
}
