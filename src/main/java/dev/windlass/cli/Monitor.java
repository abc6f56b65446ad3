package dev.windlass.cli;

import dev.windlass.cli.MonitorState.Seen;
import dev.windlass.function.Bytes;
import dev.windlass.receipt.Misbehaviour;
import dev.windlass.tlog.Consistency;
import dev.windlass.tlog.MerkleHash;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One look at a log after the other. Each look either believes the log's tree and moves the {@link
 * MonitorState} to it, or says what is wrong and leaves the state, which is the evidence, as it is.
 */
final class Monitor {
  /** What a look found. */
  sealed interface Look {
    /**
     * @param from size before
     * @param alarms what heads did; the tree itself is good
     */
    record Good(long from, long to, List<Alarm> alarms) implements Look {
      public Good {
        alarms = List.copyOf(alarms);
      }
    }

    /** The log itself broke its word. */
    record Bad(Alarm alarm) implements Look {}
  }

  /**
   * @param proof for whoever has to judge, as a file of its own
   * @param notes signed texts that belong to it, where there is no such file
   */
  record Alarm(String kind, String text, Optional<Misbehaviour> proof, List<String> notes) {
    Alarm {
      notes = List.copyOf(notes);
    }
  }

  private final LogFiles files;
  private final MonitorState state;
  private final HeldReceipts receipts;

  Monitor(LogFiles files, MonitorState state, HeldReceipts receipts) {
    this.files = files;
    this.state = state;
    this.receipts = receipts;
  }

  /**
   * @throws CommandFailure when the log cannot be read, or nothing of it can be believed
   */
  Look look(Progress progress, Instant now) {
    var head = LogHead.read(files, state.policy).accepted(files);
    var at = head.witnessedAt().orElse(now);
    var last = state.last();
    long from = last.map(Seen::size).orElse(0L);
    var broken = last.flatMap(seen -> brokenBy(head, seen));
    if (broken.isPresent()) return new Look.Bad(broken.get());
    var tree = new LogTree(files, head.checkpoint());
    var forked = last.flatMap(seen -> forked(head, tree, seen));
    if (forked.isPresent()) return new Look.Bad(forked.get());
    var frontier = state.frontier();
    var seen = last.isPresent() ? at : Instant.MIN; // of an old log's history we know no times
    while (frontier.size() < tree.size()) {
      var bundle = tree.bundle(frontier.size() >> 8);
      for (int i = (int) (frontier.size() & 0xff); i < bundle.size(); i++) {
        state.ledger.leaf(frontier.size(), Bytes.wrap(bundle.entry(i)), seen);
        frontier.append(tree.leafHash(frontier.size()));
      }
      progress.at(frontier.size() - from, "new entries");
    }
    progress.end();
    state.advance(new Seen(head.note(), tree.size(), frontier.subtrees(), at));
    return new Look.Good(from, tree.size(), alarms(head, tree, at));
  }

  private Optional<Alarm> brokenBy(LogHead head, Seen seen) {
    var now = head.checkpoint();
    var then = seen.note().checkpoint();
    var both = List.of(seen.note().encoded(), head.note().encoded());
    if (now.size() < then.size())
      return Optional.of(
          new Alarm(
              "rollback",
              "the log shows size " + now.size() + ", it has shown " + then.size() + " before",
              Optional.empty(),
              both));
    if (now.size() == then.size() && !now.root().equals(then.root()))
      return Optional.of(
          new Alarm(
              "fork",
              "the log signed two trees of size %d: %s and %s"
                  .formatted(now.size(), then.root().base64(), now.root().base64()),
              Optional.of(new Misbehaviour.Fork(seen.note(), head.note())),
              both));
    return Optional.empty();
  }

  private static Optional<Alarm> forked(LogHead head, LogTree tree, Seen seen) {
    var now = head.checkpoint();
    var then = seen.note().checkpoint();
    var proof = tree.consistency(then.size());
    if (Consistency.check(
        new MerkleHash(), then.size(), then.root(), now.size(), now.root(), proof))
      return Optional.empty();
    return Optional.of(
        new Alarm(
            "fork",
            "the log's tree of size %d with root %s does not extend the one of size %d with root %s"
                .formatted(now.size(), now.root().base64(), then.size(), then.root().base64()),
            Optional.empty(),
            List.of(seen.note().encoded(), head.note().encoded())));
  }

  private List<Alarm> alarms(LogHead head, LogTree tree, Instant at) {
    var alarms = new ArrayList<Alarm>();
    for (var finding : state.ledger.findings()) alarms.add(alarm(finding));
    state.ledger.forgetFindings();
    for (var finding : state.ledger.omissions(at)) alarms.add(alarm(finding));
    alarms.addAll(receipts.hold(state, head, tree, at));
    return alarms;
  }

  private static Alarm alarm(Ledger.Finding finding) {
    var kind = finding.kind().name().toLowerCase(java.util.Locale.ROOT);
    return new Alarm(kind, finding.toString(), Optional.empty(), List.of());
  }
}
