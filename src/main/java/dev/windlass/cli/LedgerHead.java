package dev.windlass.cli;

import dev.windlass.json.Json;
import dev.windlass.json.Located;
import dev.windlass.receipt.LogEntry.HeadEpoch;
import dev.windlass.receipt.LogEntry.HeadRegister;
import dev.windlass.receipt.Misbehaviour.Omission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the log has of one head's chain. A batch says which places of the chain it holds; a single
 * receipt's leaf does not, so singles fill places by number only. An epoch says how far the chain
 * had come, without a gap.
 */
final class LedgerHead {
  /** What heads promise: a receipt is in the log within it. */
  static final Duration MMD = Duration.ofSeconds(10);

  private static final int MOST_INTERVALS = 100_000;
  private static final int MOST_EPOCHS = 10_000;

  /**
   * An epoch that is not filled yet.
   *
   * @param index of its leaf
   * @param seen when it was known to be in the log: a log that was away takes in a backlog
   */
  record Promise(long index, Instant seen, long lastSeq) {
    /** From when on nobody's clock can excuse a hole. */
    Instant due() {
      return seen.plus(MMD).plus(Omission.CLOCK_SKEW);
    }
  }

  final long index;
  final HeadRegister register;
  private final TreeMap<Long, Long> covered = new TreeMap<>();
  private final List<Promise> promises = new ArrayList<>();
  private long receipts;
  private long batches;
  private long singles;
  private long epochs;
  private long epochGaps;
  private long promised;
  private boolean revoked;

  LedgerHead(long index, HeadRegister register) {
    this.index = index;
    this.register = register;
  }

  /** The first place that two batches claim, if any. */
  Optional<Long> batch(long first, int size) {
    long last = first + size - 1;
    batches++;
    receipts += size;
    var before = covered.floorEntry(last);
    if (before != null && before.getValue() >= first)
      return Optional.of(Math.max(first, before.getKey()));
    long from = first;
    long to = last;
    var left = covered.floorEntry(first);
    if (left != null && left.getValue() == first - 1) from = left.getKey();
    var right = covered.get(last + 1);
    if (right != null) {
      to = right;
      covered.remove(last + 1);
    }
    if (covered.size() < MOST_INTERVALS) covered.put(from, to);
    return Optional.empty();
  }

  void single() {
    singles++;
    receipts++;
  }

  void epoch(long leaf, HeadEpoch epoch, Instant seen) {
    epochs++;
    if (epoch.firstSeq() > promised + 1) epochGaps++;
    promised = Math.max(promised, epoch.lastSeq());
    if (promises.size() < MOST_EPOCHS)
      promises.add(
          new Promise(leaf, seen.isAfter(epoch.at()) ? seen : epoch.at(), epoch.lastSeq()));
  }

  void revoke() {
    revoked = true;
  }

  /**
   * Promises that the log does not fill and that should be by now; those it fills are forgotten.
   */
  List<Promise> broken(Instant now) {
    var broken = new ArrayList<Promise>();
    for (Iterator<Promise> at = promises.iterator(); at.hasNext(); ) {
      var promise = at.next();
      if (missing(promise.lastSeq()) == 0) at.remove();
      else if (now.isAfter(promise.due())) broken.add(promise);
    }
    return broken;
  }

  /** How many of the first places no leaf can hold. */
  long missing(long lastSeq) {
    long held = 0;
    for (var interval : covered.headMap(lastSeq, true).entrySet())
      held += Math.min(interval.getValue(), lastSeq) - interval.getKey() + 1;
    return Math.max(0, lastSeq - held - singles);
  }

  /** Places before {@code lastSeq} that are in no batch, as text: {@code 5, 9–12}. */
  String holes(long lastSeq) {
    var text = new StringBuilder();
    long next = 1;
    for (var interval : covered.entrySet()) {
      if (interval.getKey() > lastSeq) break;
      hole(text, next, Math.min(lastSeq, interval.getKey() - 1));
      next = interval.getValue() + 1;
    }
    hole(text, next, lastSeq);
    return text.toString();
  }

  private static void hole(StringBuilder text, long from, long to) {
    if (from > to || text.length() > 200) return;
    if (!text.isEmpty()) text.append(", ");
    text.append(from == to ? Long.toString(from) : from + "\u2013" + to);
  }

  String id() {
    return register.holder().spiffeId();
  }

  long receipts() {
    return receipts;
  }

  long batches() {
    return batches;
  }

  long singles() {
    return singles;
  }

  long epochs() {
    return epochs;
  }

  /** How often an epoch begins later than the one before it ended. */
  long epochGaps() {
    return epochGaps;
  }

  /** The last place that an epoch names. */
  long promised() {
    return promised;
  }

  boolean isRevoked() {
    return revoked;
  }

  Json toJson() {
    var intervals =
        covered.entrySet().stream()
            .map(e -> Json.array(List.of(Json.of(e.getKey()), Json.of(e.getValue()))))
            .toList();
    var open =
        promises.stream()
            .map(
                p ->
                    Json.object()
                        .put("index", p.index())
                        .put("seen", p.seen().toString())
                        .put("lastSeq", p.lastSeq())
                        .build())
            .toList();
    return Json.object()
        .put("covered", Json.array(intervals))
        .put("promises", Json.array(open))
        .put("receipts", receipts)
        .put("batches", batches)
        .put("singles", singles)
        .put("epochs", epochs)
        .put("epochGaps", epochGaps)
        .put("promised", promised)
        .build();
  }

  /** Of a state file of ours. */
  void restore(Located at) {
    for (var interval : at.get("covered").elements()) {
      var ends = interval.elements();
      covered.put(number(ends.get(0)), number(ends.get(1)));
    }
    for (var p : at.get("promises").elements())
      promises.add(
          new Promise(
              number(p.get("index")), p.get("seen").as(Instant::parse), number(p.get("lastSeq"))));
    receipts = number(at.get("receipts"));
    batches = number(at.get("batches"));
    singles = number(at.get("singles"));
    epochs = number(at.get("epochs"));
    epochGaps = number(at.get("epochGaps"));
    promised = number(at.get("promised"));
  }

  static long number(Located at) {
    return at.integer(0, Json.MAX_INTEGER);
  }
}
