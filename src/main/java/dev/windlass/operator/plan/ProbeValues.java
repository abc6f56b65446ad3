package dev.windlass.operator.plan;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a pod in JSON, as the chart's values have them. Each refuses by {@link
 * IllegalArgumentException} that says where and what.
 */
public final class ProbeValues {
  private static final Bounds BOUNDS = Bounds.ofBytes(16_384);
  private static final Set<String> OPERATORS = Set.of("", "Equal", "Exists");
  private static final Set<String> EFFECTS =
      Set.of("", "NoSchedule", "PreferNoSchedule", "NoExecute");

  private ProbeValues() {}

  /** Each names a key: one without tolerates every taint. */
  public static List<Toleration> tolerations(String json) {
    return Json.parse(json, BOUNDS).at().elements().stream().map(ProbeValues::toleration).toList();
  }

  private static Toleration toleration(Located at) {
    at.only("key", "operator", "value", "effect", "tolerationSeconds");
    var key = text(at, "key");
    if (key.isEmpty()) throw at.fail("expected a key; without one every taint is tolerated");
    return new TolerationBuilder()
        .withKey(key)
        .withOperator(orNull(oneOf(at, "operator", OPERATORS)))
        .withValue(orNull(text(at, "value")))
        .withEffect(orNull(oneOf(at, "effect", EFFECTS)))
        .withTolerationSeconds(
            at.find("tolerationSeconds").map(s -> s.integer(0, Integer.MAX_VALUE)).orElse(null))
        .build();
  }

  public static ResourceRequirements resources(String json) {
    var at = Json.parse(json, BOUNDS).at().only("requests", "limits");
    return new ResourceRequirementsBuilder()
        .withRequests(amounts(at, "requests"))
        .withLimits(amounts(at, "limits"))
        .build();
  }

  private static Map<String, Quantity> amounts(Located at, String name) {
    var amounts = new TreeMap<String, Quantity>();
    at.find(name)
        .ifPresent(all -> all.members().forEach((what, n) -> amounts.put(what, quantity(n))));
    return amounts;
  }

  private static Quantity quantity(Located at) {
    var text = at.value() instanceof Json.Int n ? Long.toString(n.value()) : at.text();
    try {
      var quantity = Quantity.parse(text);
      if (quantity.getNumericalAmount().signum() >= 0) return quantity;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new JsonException(at.path() + ": is " + text + ", expected a quantity", e);
    }
    throw at.fail("is " + text + ", expected a quantity that is not negative");
  }

  private static String oneOf(Located at, String name, Set<String> known) {
    var text = text(at, name);
    if (known.contains(text)) return text;
    throw at.get(name).fail("is " + text + ", expected one of " + new TreeSet<>(known));
  }

  private static String text(Located at, String name) {
    return at.find(name).map(Located::text).orElse("");
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
