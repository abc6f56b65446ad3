package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.AddCheckpoint;
import dev.windlass.tlog.NoteSignature;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.TreeReader;
import dev.windlass.tlog.WitnessPolicy;
import dev.windlass.tlog.store.TreeHead;
import java.util.Optional;

/**
 * One witness as the log knows it. Used by one thread at a time: a witness that has not answered is
 * not asked again.
 */
final class WitnessState {
  /** What came of asking. */
  sealed interface Outcome {
    record Cosigned(NoteSignature signature) implements Outcome {}

    /** Worth another try at the next round. */
    record Failed(String why) implements Outcome {}

    /** It cosigned a tree that ours is not, or not any more. */
    record Contradicts(String why) implements Outcome {}
  }

  private final WitnessPolicy.Witness witness;

  /** Size of the tree that it cosigned last, as far as we know. */
  private long known;

  /** Whether it ever cosigned a tree of this process. */
  private boolean agreed;

  WitnessState(WitnessPolicy.Witness witness, long known) {
    this.witness = witness;
    this.known = known;
  }

  WitnessPolicy.Witness witness() {
    return witness;
  }

  boolean hasAgreed() {
    return agreed;
  }

  /** Asks, and once more if the witness says that it is at another size. Blocks. */
  Outcome ask(Witnesses witnesses, TreeHead head, TreeReader tree) {
    var answer = once(witnesses, head, tree);
    if (answer instanceof WitnessAnswer.Conflict at && at.size() <= head.size()) {
      known = Math.max(0, at.size());
      answer = once(witnesses, head, tree);
    }
    return switch (answer) {
      case WitnessAnswer.Cosigned cosigned -> verified(head, cosigned);
      case WitnessAnswer.Conflict at when at.size() > head.size() ->
          new Outcome.Contradicts(
              "it has cosigned a tree of " + at.size() + " leaves, ours has " + head.size());
      case WitnessAnswer.Conflict at ->
          new Outcome.Failed("it says its size is " + at.size() + ", a moment ago " + known);
      case WitnessAnswer.Refused refused when refused.status() == 422 ->
          new Outcome.Contradicts(
              "our tree of %d leaves does not extend the one of %d that it cosigned: %s"
                  .formatted(head.size(), known, refused.text()));
      case WitnessAnswer.Refused refused ->
          new Outcome.Failed(refused.status() + " " + refused.text());
      case WitnessAnswer.Unreachable gone -> new Outcome.Failed(gone.why());
    };
  }

  private WitnessAnswer once(Witnesses witnesses, TreeHead head, TreeReader tree) {
    known = Math.min(known, head.size());
    var request =
        new AddCheckpoint(known, tree.consistency(known, head.size()), head.note()).encode();
    return witnesses.addCheckpoint(witness.name(), Bytes.wrap(request));
  }

  private Outcome verified(TreeHead head, WitnessAnswer.Cosigned cosigned) {
    Optional<NoteSignature> found;
    try {
      found =
          NoteSignature.parseLines(cosigned.lines().utf8()).stream()
              .filter(s -> witness.key().verifies(head.note().text(), s))
              .findFirst();
    } catch (TlogException e) {
      return new Outcome.Failed("not an answer of a witness: " + e.getMessage());
    }
    if (found.isEmpty()) return new Outcome.Failed("no cosignature of " + witness.key());
    known = head.size();
    agreed = true;
    return new Outcome.Cosigned(found.get());
  }
}
