package dev.windlass.app;

import dev.windlass.operator.OperatorConfig;
import dev.windlass.operator.plan.ProbeSettings;
import dev.windlass.operator.plan.ProbeValues;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The options of the operator that are about the node probe. Those with a structure are JSON, as
 * the chart's values have it.
 */
final class NodeProbeOptions {
  private NodeProbeOptions() {}

  static ProbeSettings of(Arguments a, OperatorConfig config) {
    return new ProbeSettings(
        config.instance().orElse(config.name()),
        config.namespace(),
        config.name(),
        config.worker().image(),
        config.worker().pullPolicy().orElse(""),
        names(a, "node-probe-pull-secret"),
        json(a, "node-probe-tolerations", "[]", ProbeValues::tolerations),
        names(a, "node-probe-storage-class").stream().reduce((_, last) -> last),
        json(a, "node-probe-resources", "{}", ProbeValues::resources),
        Optional.empty());
  }

  private static List<String> names(Arguments a, String option) {
    return a.texts(option).stream()
        .filter(name -> !name.isEmpty())
        .map(name -> OperatorSettings.matching(option, name, OperatorSettings.OBJECT))
        .toList();
  }

  private static <T> T json(
      Arguments a, String name, String otherwise, Function<String, T> parser) {
    var text = a.text(name, otherwise);
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          "windlass operator: --%s is %s: %s".formatted(name, text, e.getMessage()), e);
    }
  }
}
