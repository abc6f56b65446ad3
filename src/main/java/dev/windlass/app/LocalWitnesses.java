package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.log.WitnessAnswer;
import dev.windlass.log.Witnesses;
import dev.windlass.witness.Witness;
import java.util.Map;
import java.util.Set;

/** Witnesses in the process of their log: the same requests and answers, without HTTP. */
record LocalWitnesses(Map<String, Witness> byName) implements Witnesses {
  LocalWitnesses {
    byName = Map.copyOf(byName);
  }

  @Override
  public Set<String> names() {
    return byName.keySet();
  }

  @Override
  public WitnessAnswer addCheckpoint(String witness, Bytes request) {
    return switch (byName.get(witness).addCheckpoint(request.toArray())) {
      case dev.windlass.witness.WitnessAnswer.Cosigned(var lines) ->
          new WitnessAnswer.Cosigned(Bytes.utf8(lines));
      case dev.windlass.witness.WitnessAnswer.Conflict(var size) ->
          new WitnessAnswer.Conflict(size);
      case dev.windlass.witness.WitnessAnswer.Refused refused ->
          new WitnessAnswer.Refused(refused.status(), refused.why());
    };
  }
}
