package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Three write it, each what it knows, by server-side apply with a field manager of its own: the
 * operator, the registrar and the heads. Times are RFC 3339.
 *
 * @param pod its name
 * @param node where the pod is
 * @param zone of that node
 * @param state Pending, Joining, Ready, Draining or Lost
 * @param reason why it is in this state
 * @param conditions one of each type, from the first look on
 * @param identity as the registrar gave it
 * @param engine what runs the modules
 * @param measured what the worker says of its machine
 * @param load how busy it is
 * @param digests modules with compiled code, at most {@link #MAX_DIGESTS}
 * @param lastSeen by a head
 * @param credibility in millionths
 * @param stake units
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record WorkerStatus(
    @Size(max = 253) @Nullable String pod,
    @Size(max = 253) @Nullable String node,
    @Size(max = 253) @Nullable String zone,
    @Pattern("^(Pending|Joining|Ready|Draining|Lost)$") @Nullable String state,
    @Pattern(Schema.REASON) @Size(max = 64) @Nullable String reason,
    @Size(max = 16) List<Condition> conditions,
    @Nullable Identity identity,
    @Nullable Engine engine,
    @Nullable Measured measured,
    @Nullable Load load,
    @Size(max = WorkerStatus.MAX_DIGESTS)
        List<@Pattern(Schema.DIGEST) @Size(max = 71) String> digests,
    @Size(max = Schema.TIME) @Nullable String lastSeen,
    @Min(0) @Max(1_000_000) @Nullable Integer credibility,
    @Min(0) @Nullable Long stake) {
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
      @Required @Pattern("^spiffe://[^ ]+$") @Size(max = 2048) @Nullable String spiffeId,
      @Required @Pattern("^[A-Za-z0-9+/]{43}=$") @Size(max = 44) @Nullable String ed25519,
      @Pattern(Schema.DIGEST) @Size(max = 71) @Nullable String certificate,
      @Required @Size(max = Schema.TIME) @Nullable String notAfter,
      @Min(0) @Nullable Long registerIndex,
      @Pattern(Schema.DIGEST) @Size(max = 71) @Nullable String tokenHash,
      @Min(0) @Nullable Integer restarts,
      @Size(max = Schema.TIME) @Nullable String revokedAt) {}

  /**
   * Only workers with equal fingerprints give results that can be compared.
   *
   * @param version of Wasmtime
   * @param fingerprint of version, target features and settings
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Engine(
      @Size(max = 64) @Nullable String version, @Size(max = 128) @Nullable String fingerprint) {}

  /**
   * What the worker says of its machine; never widens a match.
   *
   * @param mhz clock
   * @param cpu vCPUs that it may use
   * @param memory that it may use
   * @param nvmeBytes size of the device
   * @param nvmeWriteMBps 10⁶ bytes a second
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Measured(
      @Min(0) @Nullable Integer mhz,
      @Nullable Quantity cpu,
      @Nullable Quantity memory,
      @Min(0) @Nullable Long nvmeBytes,
      @Min(0) @Nullable Integer nvmeWriteMBps) {}

  /**
   * @param lanes guests that can run at one time
   * @param running now
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Load(@Min(0) @Nullable Integer lanes, @Min(0) @Nullable Integer running) {}
}
