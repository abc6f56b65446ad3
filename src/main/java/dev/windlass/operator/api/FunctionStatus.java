package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of it.
 *
 * @param observedGeneration generation of the spec that this status is about
 * @param url where it answers
 * @param resolvedGeneration of the object, for which the digests below were found
 * @param resolvedDigest SHA-256 of the module that is served: {@code sha256:} and 64 hex digits
 * @param manifestDigest the version's name: SHA-256 of its manifest
 * @param manifest canonical JSON whose SHA-256 is {@code manifestDigest}: what is served, whatever
 *     the spec says by now
 * @param filesDigest SHA-256 of the archive of files, where there is one
 * @param cid the module's IPFS name
 * @param logIndex of the entry that published this version
 * @param compiledFor engine fingerprints that hold compiled code
 * @param conditions one of each type, from the first look on
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record FunctionStatus(
    @Min(0) @Nullable Long observedGeneration,
    @Size(max = 2048) @Nullable String url,
    @Min(0) @Nullable Long resolvedGeneration,
    @Pattern(Schema.DIGEST) @Size(max = 71) @Nullable String resolvedDigest,
    @Pattern(Schema.DIGEST) @Size(max = 71) @Nullable String manifestDigest,
    @Size(max = 524_288) @Nullable String manifest,
    @Pattern(Schema.DIGEST) @Size(max = 71) @Nullable String filesDigest,
    @Size(max = 128) @Nullable String cid,
    @Min(0) @Nullable Long logIndex,
    @Size(max = 50) List<@Size(max = 128) String> compiledFor,
    @Size(max = 16) List<Condition> conditions) {
  public static final FunctionStatus NONE =
      new FunctionStatus(
          null, null, null, null, null, null, null, null, null, List.of(), List.of());

  public FunctionStatus {
    compiledFor = Absent.orEmpty(compiledFor);
    conditions = Absent.orEmpty(conditions);
  }
}
