package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Three write it, each what it knows, by server-side apply with a field manager of its own: the
 * operator, the registrar and the heads. Times are RFC 3339.
 *
 * @param state a word of {@link WorkerState}
 * @param reason why it is in this state
 * @param digests modules with compiled code, at most {@link #MAX_DIGESTS}
 * @param lastSeen by a head
 * @param credibility in millionths
 * @param stake units
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record WorkerStatus(
    @Nullable String pod,
    @Nullable String node,
    @Nullable String zone,
    @Nullable String state,
    @Nullable String reason,
    List<Condition> conditions,
    @Nullable Identity identity,
    @Nullable Engine engine,
    @Nullable Measured measured,
    @Nullable Load load,
    List<String> digests,
    @Nullable String lastSeen,
    @Nullable Integer credibility,
    @Nullable Long stake) {
  public static final int MAX_DIGESTS = 50;
  public static final WorkerStatus NONE =
      new WorkerStatus(
          null, null, null, null, null, List.of(), null, null, null, null, List.of(), null, null,
          null);

  public WorkerStatus {
    conditions = Absent.orEmpty(conditions);
    digests = Absent.orEmpty(digests);
  }

  /** What the operator applies. */
  public static WorkerStatus byOperator(
      @Nullable String pod,
      @Nullable String node,
      @Nullable String zone,
      WorkerState state,
      @Nullable String reason,
      List<Condition> conditions) {
    return new WorkerStatus(
        pod,
        node,
        zone,
        state.word(),
        reason,
        conditions,
        null,
        null,
        null,
        null,
        List.of(),
        null,
        null,
        null);
  }

  /** What the registrar applies. */
  public static WorkerStatus byRegistrar(Identity identity) {
    return new WorkerStatus(
        null, null, null, null, null, List.of(), identity, null, null, null, List.of(), null, null,
        null);
  }

  /** What a head applies. */
  public static WorkerStatus byHead(
      @Nullable Engine engine,
      @Nullable Measured measured,
      @Nullable Load load,
      List<String> digests,
      String lastSeen) {
    return new WorkerStatus(
        null, null, null, null, null, List.of(), null, engine, measured, load, digests, lastSeen,
        null, null);
  }

  /**
   * Heads believe a result's key from here alone.
   *
   * @param spiffeId of the certificate
   * @param ed25519 the key of results, base64 of its 32 octets
   * @param certificate {@code sha256:} and the hex digest of its DER form
   * @param notAfter the certificate's end
   * @param registerIndex of the entry {@code worker.register}, where there is a log
   * @param tokenHash {@code sha256:} of the token it showed; each is taken once
   * @param restarts how often this pod has attested before
   * @param revokedAt since when nothing of it counts
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Identity(
      @Required @Nullable String spiffeId,
      @Required @Nullable String ed25519,
      @Nullable String certificate,
      @Required @Nullable String notAfter,
      @Nullable Long registerIndex,
      @Nullable String tokenHash,
      @Nullable Integer restarts,
      @Nullable String revokedAt) {}

  /** Only workers with equal fingerprints give results that can be compared. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Engine(@Nullable String version, @Nullable String fingerprint) {}

  /**
   * What the worker says of its machine; never widens a match.
   *
   * @param nvmeBytes size of the device
   * @param nvmeWriteMBps 10⁶ bytes a second
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Measured(
      @Nullable Integer mhz,
      @Nullable Quantity cpu,
      @Nullable Quantity memory,
      @Nullable Long nvmeBytes,
      @Nullable Integer nvmeWriteMBps) {}

  /**
   * @param lanes guests that can run at one time
   * @param running now
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Load(@Nullable Integer lanes, @Nullable Integer running) {}
}
