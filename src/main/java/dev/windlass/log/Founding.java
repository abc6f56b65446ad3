package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.SignedEntry;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/**
 * The first entry of a log: who operates it, whose registrations count, which witnesses it began
 * with.
 */
final class Founding {
  private static final Logger LOG = Logger.getLogger(Founding.class);

  private Founding() {}

  /**
   * Reads it, or writes it into an empty log. What if we die before it is committed: the log is
   * still empty, and the next start writes another one.
   *
   * @throws LogException when the log is another one, or empty without a founder
   */
  static LogEntry.Genesis found(LogConfig config, LogParts parts, Sequencing log) {
    if (log.committed().size() == 0) write(config, parts, log);
    var genesis = read(log);
    if (!genesis.origin().equals(config.origin())
        || !genesis.trustDomain().equals(config.trustDomain()))
      throw new LogException(
          "this is the log %s of %s, expected %s of %s"
              .formatted(
                  genesis.origin(), genesis.trustDomain(), config.origin(), config.trustDomain()));
    if (!genesis.policy().equals(parts.policy().text()))
      LOG.infof(
          "event=policy-changed origin=%s why=not the one the log began with", config.origin());
    return genesis;
  }

  private static LogEntry.Genesis read(Sequencing log) {
    try {
      var signed = SignedEntry.parse(Bytes.wrap(log.reader().entry(0)));
      if (signed.entry() instanceof LogEntry.Genesis genesis
          && signed.isSignedBy(genesis.operator())) return genesis;
      throw new LogException("leaf 0 is a " + signed.entry().type() + ", expected log.genesis");
    } catch (JsonException e) {
      throw new LogException("leaf 0 is no log.genesis entry: " + e.getMessage(), e);
    }
  }

  private static void write(LogConfig config, LogParts parts, Sequencing log) {
    var founder =
        parts
            .founder()
            .orElseThrow(
                () ->
                    new LogException(
                        config.origin()
                            + " is empty, and there is no operator's key to write its first entry;"
                            + " if it should not be empty, look at its storage"));
    var genesis =
        new LogEntry.Genesis(
            parts.clock().instant(),
            config.origin(),
            config.trustDomain(),
            founder.operator().publicKey(),
            founder.registrar(),
            parts.policy().text(),
            parameters(config));
    var leaf = SignedEntry.sign(genesis, founder.operator()).leaf();
    try {
      log.append(leaf.toArray()).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new LogException("couldn't write the first entry of " + config.origin(), e);
    }
    LOG.infof("event=log-founded origin=%s operator=%s", config.origin(), genesis.operator());
  }

  private static Json.Obj parameters(LogConfig config) {
    return Json.object()
        .put("checkpointSeconds", config.publishing().interval().toSeconds())
        .put("mmdSeconds", config.publishing().mmd().toSeconds())
        .put("retentionSeconds", config.retention().age().toSeconds())
        .build();
  }
}
