package dev.windlass.placement;

import java.util.List;
import java.util.Optional;

/**
 * A placement in words.
 *
 * @param others in the candidates' order
 */
public record Choice(Optional<Candidate> chosen, List<Passed> others) {
  public Choice {
    others = List.copyOf(others);
  }

  public record Passed(String worker, PassedOver why) {
    @Override
    public String toString() {
      return worker + " " + why.message();
    }
  }
}
