package dev.windlass.tlog;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which logs and witnesses somebody believes, and how many of the witnesses must have cosigned: a
 * file of <a href="https://c2sp.org/tlog-policy">tlog-policy</a>, in UTF-8. Immutable; for any
 * thread.
 */
public final class WitnessPolicy {
  /** How far a witness's clock may be from ours, before or behind. */
  public static final Duration MAX_SKEW = Duration.ofMinutes(5);

  /**
   * @param key its name is the log's origin
   */
  public record Log(VerifierKey key, Optional<String> url) {}

  /**
   * @param name within the policy only
   */
  public record Witness(String name, VerifierKey key, Optional<String> url) {}

  /**
   * @param threshold how many of the members must have witnessed, 1 to all
   * @param members names of witnesses and of groups before this one
   */
  public record Group(String name, int threshold, List<String> members) {
    public Group {
      members = List.copyOf(members);
    }
  }

  /** A witness that counts, and the newest time it signed. */
  public record Witnessed(Witness witness, Instant time) {}

  /** A witness that does not count. */
  public record Missing(Witness witness, String why) {}

  /**
   * @param rejection why the note is not to be believed whatever else it has, or nothing
   * @param checkpoint the tree head, if the note is one
   * @param log the key that signed it, if one of the logs did under its own origin
   * @param witnesses those that count, each once, in the policy's order
   * @param missing those that do not
   * @param quorum whether those that count suffice
   */
  public record Verdict(
      Optional<String> rejection,
      Optional<Checkpoint> checkpoint,
      Optional<VerifierKey> log,
      List<Witnessed> witnesses,
      List<Missing> missing,
      boolean quorum) {
    public Verdict {
      witnesses = List.copyOf(witnesses);
      missing = List.copyOf(missing);
    }

    /** Whether the tree head is to be believed. */
    public boolean isAccepted() {
      return rejection.isEmpty() && log.isPresent() && quorum;
    }

    /** Why not, in one line; "accepted" if so. */
    public String reason() {
      if (rejection.isPresent()) return rejection.get();
      if (log.isEmpty()) return "no log of the policy has signed it";
      if (quorum) return "accepted";
      var lacks = missing.stream().map(m -> m.witness().name() + ": " + m.why()).toList();
      return "the quorum is not met; " + String.join("; ", lacks);
    }
  }

  private final String text;
  private final PolicyLines lines;

  private WitnessPolicy(String text, PolicyLines lines) {
    this.text = text;
    this.lines = lines;
  }

  /** Errors name the line. */
  public static WitnessPolicy parse(String text) {
    return new WitnessPolicy(text, PolicyLines.read(text));
  }

  /** One log of which so many of the witnesses must have cosigned; 0 for none. */
  public static WitnessPolicy of(VerifierKey log, List<Witness> witnesses, int threshold) {
    var text = new StringBuilder("log ").append(log).append('\n');
    for (var w : witnesses) {
      text.append("witness ").append(w.name()).append(' ').append(w.key());
      w.url().ifPresent(url -> text.append(' ').append(url));
      text.append('\n');
    }
    if (threshold == 0) return parse(text.append("quorum none\n").toString());
    text.append("group witnesses ").append(threshold);
    for (var w : witnesses) text.append(' ').append(w.name());
    return parse(text.append("\nquorum witnesses\n").toString());
  }

  /** The file, as it was read. */
  public String text() {
    return text;
  }

  public List<Log> logs() {
    return List.copyOf(lines.logs);
  }

  public List<Witness> witnesses() {
    return List.copyOf(lines.witnesses);
  }

  public List<Group> groups() {
    return List.copyOf(lines.groups);
  }

  /** The name of a witness or group, or "none". */
  public String quorum() {
    return lines.quorum();
  }

  /** Whether these witnesses suffice, by their names in the policy. */
  public boolean isQuorum(Set<String> names) {
    var satisfied = new HashSet<>(names);
    satisfied.add(PolicyLines.NONE);
    for (var group : lines.groups) {
      long count = group.members().stream().filter(satisfied::contains).count();
      if (count >= group.threshold()) satisfied.add(group.name());
    }
    return satisfied.contains(quorum());
  }

  /** Offline: a cosignature counts whatever its time. */
  public Verdict evaluate(Note note) {
    return evaluate(note, Optional.empty());
  }

  /** A cosignature further than {@link #MAX_SKEW} from now does not count. */
  public Verdict evaluate(Note note, Instant now) {
    return evaluate(note, Optional.of(now));
  }

  private Verdict evaluate(Note note, Optional<Instant> now) {
    Checkpoint checkpoint;
    try {
      checkpoint = note.checkpoint();
    } catch (TlogException e) {
      return new Verdict(
          Optional.of(e.getMessage()),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          false);
    }
    var wrong = new ArrayList<String>();
    Optional<VerifierKey> signer = Optional.empty();
    for (var log : lines.logs) {
      var found = log.key().find(note);
      if (found == VerifierKey.Found.WRONG) wrong.add("a signature of " + log.key().name());
      boolean ofOrigin = log.key().name().equals(checkpoint.origin());
      if (found == VerifierKey.Found.GOOD && ofOrigin && signer.isEmpty())
        signer = Optional.of(log.key());
    }
    var witnessed = new ArrayList<Witnessed>();
    var missing = new ArrayList<Missing>();
    for (var witness : lines.witnesses)
      switch (judge(witness, note, now)) {
        case Judged.Counts(var time) -> witnessed.add(new Witnessed(witness, time));
        case Judged.Lacks(var why) -> missing.add(new Missing(witness, why));
        case Judged.Wrong() -> {
          wrong.add("a cosignature of " + witness.name());
          missing.add(new Missing(witness, "a cosignature does not verify"));
        }
      }
    var names = new HashSet<String>();
    for (var w : witnessed) names.add(w.witness().name());
    var rejection =
        wrong.isEmpty()
            ? Optional.<String>empty()
            : Optional.of(String.join(", ", wrong) + " does not verify");
    return new Verdict(
        rejection, Optional.of(checkpoint), signer, witnessed, missing, isQuorum(names));
  }

  /** What one witness contributes. */
  private sealed interface Judged {
    record Counts(Instant time) implements Judged {}

    record Lacks(String why) implements Judged {}

    record Wrong() implements Judged {}
  }

  private static Judged judge(Witness witness, Note note, Optional<Instant> now) {
    if (!witness.key().type().isSupported())
      return new Judged.Lacks("ML-DSA-44 cosignatures are not checked");
    var times = new ArrayList<Instant>();
    for (var signature : note.signatures()) {
      if (!witness.key().isClaimedBy(signature)) continue;
      if (!witness.key().verifies(note.text(), signature)) return new Judged.Wrong();
      times.add(Cosignature.of(signature).time());
    }
    var near = times.stream().filter(time -> isNear(time, now)).max(Instant::compareTo);
    if (near.isPresent()) return new Judged.Counts(near.get());
    if (times.isEmpty()) return new Judged.Lacks("no cosignature");
    return new Judged.Lacks(
        "its time is " + Collections.max(times) + ", expected within 5 minutes of " + now.get());
  }

  private static boolean isNear(Instant time, Optional<Instant> now) {
    return now.map(n -> Duration.between(n, time).abs().compareTo(MAX_SKEW) <= 0).orElse(true);
  }

  /** The file, as it was read. */
  @Override
  public String toString() {
    return text;
  }
}
