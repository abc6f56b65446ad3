package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.AddCheckpoint;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.SigningKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Asks every witness how large a tree of this log it has seen, before ours is opened: a checkpoint
 * of the empty tree is consistent with any history, and a witness that has seen a larger one
 * answers with its size (409).
 */
final class WitnessProbe {
  private static final Logger LOG = Logger.getLogger(WitnessProbe.class);

  private record Seen(String witness, long size) {}

  private WitnessProbe() {}

  /** Sizes by witness: 0 for one that has seen nothing; who does not answer in time is left out. */
  static Map<String, Long> sizes(SigningKey key, Witnesses witnesses, Duration timeout) {
    var note = key.sign(new Checkpoint(key.name(), 0, Hash.EMPTY_ROOT));
    var request = Bytes.wrap(new AddCheckpoint(0, List.of(), note).encode());
    var answers = new LinkedBlockingQueue<Seen>();
    var asked =
        witnesses.names().stream()
            .map(
                name ->
                    Thread.ofVirtual()
                        .name("probe-" + name)
                        .start(() -> answers.add(ask(witnesses, name, request))))
            .toList();
    var sizes = new HashMap<String, Long>();
    long end = System.nanoTime() + timeout.toNanos();
    try {
      for (int left = asked.size(); left > 0; left--) {
        var seen = answers.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (seen == null) break;
        if (seen.size() >= 0) sizes.put(seen.witness(), seen.size());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    asked.forEach(Thread::interrupt);
    LOG.infof("event=witnesses-asked sizes=%s of=%s", sizes, witnesses.names());
    return sizes;
  }

  private static Seen ask(Witnesses witnesses, String name, Bytes request) {
    return switch (witnesses.addCheckpoint(name, request)) {
      case WitnessAnswer.Conflict at -> new Seen(name, at.size());
      case WitnessAnswer.Cosigned _, WitnessAnswer.Refused _ -> new Seen(name, 0);
      case WitnessAnswer.Unreachable _ -> new Seen(name, -1);
    };
  }
}
