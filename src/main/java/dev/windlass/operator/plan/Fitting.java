package dev.windlass.operator.plan;

import dev.windlass.operator.plan.Match.Fits;
import dev.windlass.operator.plan.Match.Rejected;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One demand against all nodes.
 *
 * @param nodes names of those that fit, sorted
 * @param slots pods that these would hold if they were empty
 * @param nvmeBytes of those that fit
 * @param rejected by the first reason, in its order
 */
record Fitting(List<String> nodes, long slots, long nvmeBytes, Map<MatchReason, Group> rejected) {
  /** Of one reason. */
  static final int MAX_EXAMPLES = 10;

  /** Nodes with the same first reason. */
  record Group(int count, List<Example> examples) {}

  record Example(String node, String message) {}

  static Fitting of(Demand demand, List<NodeFacts> nodes) {
    var fit = new ArrayList<String>();
    long slots = 0;
    long nvme = 0;
    var counts = new EnumMap<MatchReason, Integer>(MatchReason.class);
    var examples = new EnumMap<MatchReason, List<Example>>(MatchReason.class);
    var byName = nodes.stream().sorted(Comparator.comparing(NodeFacts::name)).toList();
    for (var node : byName) {
      switch (Match.of(demand, node)) {
        case Fits(int room) -> {
          fit.add(node.name());
          slots += room;
          nvme = Resources.sum(nvme, node.nvmeBytes().orElse(0));
        }
        case Rejected rejected -> {
          var first = rejected.first();
          counts.merge(first.reason(), 1, Integer::sum);
          var some = examples.computeIfAbsent(first.reason(), _ -> new ArrayList<>());
          if (some.size() < MAX_EXAMPLES) some.add(new Example(node.name(), first.message()));
        }
      }
    }
    var groups = new EnumMap<MatchReason, Group>(MatchReason.class);
    counts.forEach((reason, count) -> groups.put(reason, new Group(count, examples.get(reason))));
    return new Fitting(List.copyOf(fit), slots, nvme, groups);
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  /** Of two with as many nodes, the one that is checked first. */
  Optional<MatchReason> commonest() {
    MatchReason most = null;
    for (var entry : rejected.entrySet()) {
      if (most == null || entry.getValue().count() > rejected.get(most).count())
        most = entry.getKey();
    }
    return Optional.ofNullable(most);
  }

  /** {@code 2 CpuTooSlow (n1: cpu 3200 MHz < 3500 MHz …), 1 Cordoned (n2: …)}. */
  String why() {
    return rejected.entrySet().stream()
        .map(
            e -> {
              var example = e.getValue().examples().getFirst();
              return e.getValue().count()
                  + " "
                  + e.getKey().word()
                  + " ("
                  + example.node()
                  + ": "
                  + example.message()
                  + ")";
            })
        .collect(Collectors.joining(", "));
  }
}
