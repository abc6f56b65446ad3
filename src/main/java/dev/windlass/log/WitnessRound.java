package dev.windlass.log;

import dev.windlass.tlog.Note;
import dev.windlass.tlog.TreeReader;
import dev.windlass.tlog.WitnessPolicy;
import dev.windlass.tlog.store.TreeHead;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks all witnesses at one time about one tree head, and waits until the policy is content or all
 * have had their time. One thread runs rounds; one who is still asked from the last round is passed
 * over.
 */
final class WitnessRound {
  /**
   * @param note the checkpoint with what cosignatures came in time
   * @param quorum whether they are enough, now
   * @param missing each witness that does not count, and why
   * @param contradictions of witnesses that know another history
   */
  record Result(
      Note note, boolean quorum, Map<String, String> missing, Map<String, String> contradictions) {}

  private record Answer(WitnessState from, WitnessState.Outcome outcome) {}

  private final WitnessPolicy policy;
  private final Witnesses witnesses;
  private final Duration timeout;
  private final InstantSource clock;
  private final List<WitnessState> states;
  private final Set<WitnessState> busy = ConcurrentHashMap.newKeySet();

  /**
   * @param known size that the witnesses are likely to be at
   */
  WitnessRound(
      WitnessPolicy policy,
      Witnesses witnesses,
      Duration timeout,
      InstantSource clock,
      long known) {
    this.policy = policy;
    this.witnesses = witnesses;
    this.timeout = timeout;
    this.clock = clock;
    this.states =
        policy.witnesses().stream()
            .filter(w -> witnesses.names().contains(w.name()))
            .map(w -> new WitnessState(w, known))
            .toList();
  }

  /** Whether a witness has confirmed that this process has the newest tree; so if there is none. */
  boolean isConfirmed() {
    return policy.isQuorum(Set.of()) || states.stream().anyMatch(WitnessState::hasAgreed);
  }

  /**
   * @param everybody waits for all answers, not only for a quorum
   */
  Result run(TreeHead head, Supplier<TreeReader> tree, boolean everybody)
      throws InterruptedException {
    var answers = new LinkedBlockingQueue<Answer>();
    var asked = new ArrayList<Thread>();
    for (var state : states) {
      if (busy.add(state))
        asked.add(
            Thread.ofVirtual()
                .name("ask-" + state.witness().name())
                .start(() -> answers.add(new Answer(state, ask(state, head, tree)))));
    }
    var missing = new LinkedHashMap<String, String>();
    for (var w : policy.witnesses())
      missing.put(w.name(), "no answer in " + timeout.toMillis() + " ms");
    var contradictions = new LinkedHashMap<String, String>();
    var note = head.note();
    long end = System.nanoTime() + timeout.toNanos();
    for (int left = asked.size(); left > 0; left--) {
      if (!everybody && policy.evaluate(note, clock.instant()).isAccepted()) break;
      var answer = answers.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (answer == null) break;
      var name = answer.from().witness().name();
      switch (answer.outcome()) {
        case WitnessState.Outcome.Cosigned cosigned -> {
          note = note.with(cosigned.signature());
          missing.remove(name);
        }
        case WitnessState.Outcome.Failed failed -> missing.put(name, failed.why());
        case WitnessState.Outcome.Contradicts other -> {
          missing.put(name, other.why());
          if (!answer.from().hasAgreed()) contradictions.put(name, other.why());
        }
      }
    }
    if (System.nanoTime() >= end) asked.forEach(Thread::interrupt);
    var verdict = policy.evaluate(note, clock.instant());
    for (var m : verdict.missing()) missing.putIfAbsent(m.witness().name(), m.why());
    return new Result(note, verdict.isAccepted(), missing, contradictions);
  }

  private WitnessState.Outcome ask(WitnessState state, TreeHead head, Supplier<TreeReader> tree) {
    try {
      return state.ask(witnesses, head, tree.get());
    } catch (RuntimeException e) {
      return new WitnessState.Outcome.Failed("could not be asked: " + e);
    } finally {
      busy.remove(state);
    }
  }
}
