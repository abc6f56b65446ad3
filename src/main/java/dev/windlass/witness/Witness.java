package dev.windlass.witness;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.AddCheckpoint;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.witness.WitnessAnswer.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Cosigns the checkpoints of the logs it knows. For any thread; requests of one origin take turns.
 */
public final class Witness {
  private static final Logger LOG = Logger.getLogger(Witness.class);

  private final SigningKey key;
  private final Map<String, History> byOrigin = new LinkedHashMap<>();
  private final Map<String, History> byHash = new HashMap<>();
  private final Tally tally = new Tally();

  private Witness(SigningKey key) {
    this.key = key;
  }

  /**
   * @param logs their keys; the name of a key is the origin it signs for, and an origin may have
   *     several
   * @throws IOException the states cannot be read, or hold what this key did not cosign
   */
  public static Witness open(
      States states, SigningKey key, Collection<VerifierKey> logs, InstantSource clock)
      throws IOException {
    var keys = new LinkedHashMap<String, List<VerifierKey>>();
    for (var log : logs) keys.computeIfAbsent(log.name(), _ -> new ArrayList<>()).add(log);
    var witness = new Witness(key);
    for (var log : keys.entrySet()) {
      var hash = hash(log.getKey());
      var history = new History(log.getKey(), hash, log.getValue(), key, states, clock);
      history.load();
      witness.byOrigin.put(log.getKey(), history);
      witness.byHash.put(hash, history);
    }
    return witness;
  }

  /** How its cosignatures are verified: a vkey of type 0x04. */
  public VerifierKey verifierKey() {
    return key.cosigner();
  }

  /**
   * One {@code add-checkpoint}. What is cosigned is on the disk when this returns.
   *
   * @param request the body
   */
  public WitnessAnswer addCheckpoint(byte[] request) {
    var answer = decide(request);
    tally.add(answer);
    return answer;
  }

  private WitnessAnswer decide(byte[] request) {
    AddCheckpoint parsed;
    String origin;
    try {
      parsed = AddCheckpoint.parse(request);
      origin = parsed.note().checkpoint().origin();
    } catch (TlogException e) {
      return new WitnessAnswer.Refused(Reason.MALFORMED, String.valueOf(e.getMessage()));
    }
    var history = byOrigin.get(origin);
    if (history == null)
      return new WitnessAnswer.Refused(
          Reason.UNKNOWN_ORIGIN, "this witness does not know " + origin);
    try {
      return history.add(parsed);
    } catch (IOException e) {
      LOG.errorf("event=not-kept origin=%s why=%s", origin, e);
      return new WitnessAnswer.Refused(Reason.NOT_KEPT, "the witness could not write; try again");
    }
  }

  /** Of all requests since it was opened. */
  Tally tally() {
    return tally;
  }

  Set<String> origins() {
    return Collections.unmodifiableSet(byOrigin.keySet());
  }

  /** Of the last checkpoint that was cosigned; 0 when there is none, or the origin is unknown. */
  public long size(String origin) {
    var history = byOrigin.get(origin);
    return history == null ? 0 : history.size();
  }

  /**
   * The last checkpoint that was cosigned, as a note with the log's signatures and ours.
   *
   * @param originHash hex SHA-256 of the origin
   */
  public Optional<Bytes> checkpoint(String originHash) {
    var history = byHash.get(originHash);
    return history == null ? Optional.empty() : history.kept();
  }

  /** Under which name an origin's checkpoint is kept and read: hex SHA-256. */
  public static String hash(String origin) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(origin.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
