package dev.windlass.cli;

import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import dev.windlass.tlog.WitnessPolicy.Verdict;
import java.time.Instant;
import java.util.Optional;

/** The checkpoint that a log shows, and what a policy makes of it. */
record LogHead(Note note, Checkpoint checkpoint, Verdict verdict) {
  static LogHead read(LogFiles files, WitnessPolicy policy) {
    var octets =
        files
            .get("checkpoint", Note.MAX_OCTETS)
            .orElseThrow(
                () ->
                    new CommandFailure(
                        Exit.REFUSED,
                        files + " shows no checkpoint",
                        "a log shows one when it has an entry that enough witnesses cosigned"));
    try {
      var note = Note.parse(octets.unsafeArray());
      return new LogHead(note, note.checkpoint(), policy.evaluate(note));
    } catch (TlogException e) {
      throw new CommandFailure(Exit.UNVERIFIED, files + "/checkpoint: " + e.getMessage());
    }
  }

  /** Fails where the policy does not believe it. */
  LogHead accepted(LogFiles files) {
    if (verdict.isAccepted()) return this;
    throw new CommandFailure(
        Exit.UNVERIFIED, files + "/checkpoint is not believed: " + verdict.reason());
  }

  /** When a witness saw it last. */
  Optional<Instant> witnessedAt() {
    return verdict.witnesses().stream().map(WitnessPolicy.Witnessed::time).max(Instant::compareTo);
  }

  /** For a person, one fact a line. */
  String text() {
    var text = new StringBuilder();
    line(text, "origin", checkpoint.origin());
    line(text, "size", Long.toString(checkpoint.size()));
    line(text, "root", checkpoint.root().base64());
    line(text, "log key", verdict.log().map(Object::toString).orElse("NOT signed by the log"));
    for (var w : verdict.witnesses())
      line(text, "witness", w.witness().name() + " cosigned at " + w.time());
    for (var m : verdict.missing()) line(text, "missing", m.witness().name() + ": " + m.why());
    line(text, "quorum", verdict.quorum() ? "met" : "NOT met");
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("%-9s %s%n".formatted(name, Table.harmless(value)));
  }
}
