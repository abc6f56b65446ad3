package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What runs, how, and where it answers. What is left out has the default of {@code windlass
 * deploy}.
 *
 * @param source where the Wasm bytes are
 * @param digest SHA-256 of those bytes; a source that names it wrongly is refused
 * @param files what the guest sees below {@code /}
 * @param entry the export that is called
 * @param args argv after argv[0], which is the function's name
 * @param env environment variables of the guest
 * @param secrets not supported yet
 * @param world how a request becomes input: {@code wasi} (stdin and stdout), {@code cgi} (RFC
 *     3875); {@code blockless} is not supported yet
 * @param limits what one run may use
 * @param determinism {@code strict} (virtual clock, seeded random: results can be compared) or
 *     {@code none}; {@code recorded} is not supported yet
 * @param retry whether a request runs again when its worker is lost: {@code safe} or {@code never}
 * @param permissions what the guest may reach; not supported yet
 * @param hardware name of a HardwareProfile; only workers of pools with this profile run it
 * @param policy how results are accepted
 * @param route where it answers beside /fn/{namespace}/{name}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
    value = "!has(self.source.https) || has(self.digest)",
    message =
        "source.https needs a digest (sha256: and 64 hex digits): the address "
            + "alone does not say which bytes are meant")
@ValidationRule(
    value =
        "!has(self.determinism) || self.determinism != 'none' || "
            + "!has(self.policy) || !has(self.policy.mode) || !(self.policy.mode in "
            + "['quorum', 'strict', 'bft', 'aggregate'])",
    message = "this policy compares results, which needs determinism strict or " + "recorded",
    messageExpression =
        "'policy.mode ' + self.policy.mode + ' compares results, which needs "
            + "determinism strict or recorded, not none'")
@ValidationRule(
    value =
        "!has(self.determinism) || self.determinism != 'none' || "
            + "!has(self.policy) || !has(self.policy.audit) || self.policy.audit == 0",
    message =
        "policy.audit runs a request again and compares, which needs "
            + "determinism strict or recorded, not none")
public record FunctionSpec(
    @Required @Nullable Source source,
    @Pattern(Schema.DIGEST) @Size(max = 71) @Nullable String digest,
    @Nullable Files files,
    @Size(min = 1, max = 256) @Nullable String entry,
    @Size(max = 256) List<@Size(max = Schema.WORDS) String> args,
    @Size(max = 256) Map<String, @Size(max = Schema.WORDS) String> env,
    @Size(max = 32) List<SecretUse> secrets,
    @Pattern("^(wasi|cgi|blockless)$") @Nullable String world,
    @Nullable Limits limits,
    @Pattern("^(strict|recorded|none)$") @Nullable String determinism,
    @Pattern("^(safe|never)$") @Nullable String retry,
    @Nullable Permissions permissions,
    @Pattern(Schema.LABEL) @Size(max = 63) @Nullable String hardware,
    @Default("{}") @Nullable Policy policy,
    @Nullable Route route) {
  public static final FunctionSpec NONE =
      new FunctionSpec(
          null, null, null, null, List.of(), Map.of(), List.of(), null, null, null, null, null,
          null, null, null);

  public FunctionSpec {
    args = Absent.orEmpty(args);
    env = Absent.orEmpty(env);
    secrets = Absent.orEmpty(secrets);
  }

  /**
   * Exactly one of the four.
   *
   * @param inline here, in this object
   * @param oci a Wasm artifact in a registry
   * @param https a file, named by digest as well
   * @param ipfs not supported yet
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value =
          "[has(self.inline), has(self.oci), has(self.https), "
              + "has(self.ipfs)].filter(given, given).size() == 1",
      message = "give exactly one of source.inline, source.oci, source.https, " + "source.ipfs")
  public record Source(
      @Nullable Inline inline, @Nullable Oci oci, @Nullable Https https, @Nullable Ipfs ipfs) {}

  /**
   * @param module the Wasm bytes in base64
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "self.module.matches('^[A-Za-z0-9+/]+={0,2}$')",
      message = "module is standard base64 in one line (base64 -w0)")
  @ValidationRule(
      value = "size(self.module) <= 1048576",
      message = "inline holds at most 768 KiB of Wasm (1048576 characters of base64)",
      messageExpression =
          "'inline holds at most 768 KiB of Wasm (1048576 characters of base64), not %d characters:"
              + " push it to a registry and name it in source.oci'.format([size(self.module)])")
  public record Inline(
      @Required @Size(min = 1, max = Schema.MOST_BASE64) @Nullable String module) {}

  /**
   * @param reference registry, repository, and a tag or a digest
   * @param pullSecret name of a Secret of type kubernetes.io/dockerconfigjson beside the function
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value =
          "self.reference.matches('^[a-zA-Z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9]+([._-]"
              + "+[a-z0-9]+)*)+(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$'"
              + ")",
      message =
          "reference is registry/repository:tag or "
              + "registry/repository@sha256:<64 hex digits>, without https://",
      messageExpression =
          "'reference is registry/repository:tag or "
              + "registry/repository@sha256:<64 hex digits>, without https://, not ' + "
              + "self.reference")
  public record Oci(
      @Required @Size(min = 1, max = 512) @Nullable String reference,
      @Pattern(Schema.SUBDOMAIN) @Size(max = 253) @Nullable String pullSecret) {}

  /**
   * @param url begins with https://
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "self.url.matches('^https://[^/@ ]+(/[^ ]*)?$')",
      message = "url begins with https://, names a host, and carries no user name or " + "space")
  public record Https(@Required @Size(max = 2048) @Nullable String url) {}

  /**
   * @param cid IPFS name of the module
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Ipfs(@Required @Pattern("^[A-Za-z0-9]+$") @Size(max = 128) @Nullable String cid) {}

  /**
   * A ustar archive that the guest sees read-only.
   *
   * @param inline the archive in base64
   * @param digest SHA-256 of the archive
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "self.inline.matches('^[A-Za-z0-9+/]+={0,2}$')",
      message = "files.inline is standard base64 in one line (base64 -w0)")
  @ValidationRule(
      value = "size(self.inline) <= 262144",
      message = "files.inline holds at most 192 KiB of archive (262144 characters of base64)",
      messageExpression =
          "'files.inline holds at most 192 KiB of archive (262144 characters of base64), not %d"
              + " characters'.format([size(self.inline)])")
  public record Files(
      @Required @Size(min = 1, max = Schema.MOST_BASE64) @Nullable String inline,
      @Pattern(Schema.DIGEST) @Size(max = 71) @Nullable String digest) {}

  /**
   * A value of a Secret beside the function that the guest gets.
   *
   * @param name of the Secret
   * @param key within it
   * @param as name that the guest asks for; the key unless it says otherwise
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record SecretUse(
      @Required @Pattern(Schema.SUBDOMAIN) @Size(max = 253) @Nullable String name,
      @Required @Size(min = 1, max = 253) @Nullable String key,
      @Size(min = 1, max = 253) @Nullable String as) {}

  /**
   * What one run may use. Sizes are quantities ({@code 128Mi}), and so is fuel ({@code 10G}).
   *
   * @param fuel Wasm operations
   * @param memory linear memory
   * @param tableElements of all tables together
   * @param timeout wall time: digits and ms, s or m
   * @param input request body
   * @param output stdout
   * @param stderr kept of it
   * @param scratch files below /tmp
   * @param concurrency runs at one time over all workers; 0 is no bound of its own
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Limits(
      @Nullable Quantity fuel,
      @Nullable Quantity memory,
      @Min(0) @Max(1_000_000) @Nullable Integer tableElements,
      @Pattern("^[0-9]{1,9}(ms|s|m)$") @Size(max = 11) @Nullable String timeout,
      @Nullable Quantity input,
      @Nullable Quantity output,
      @Nullable Quantity stderr,
      @Nullable Quantity scratch,
      @Min(0) @Max(100_000) @Nullable Integer concurrency) {}

  /**
   * What the guest may reach.
   *
   * @param http requests that it may send
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Permissions(@Size(max = 64) List<HttpPermission> http) {
    public Permissions {
      http = Absent.orEmpty(http);
    }
  }

  /**
   * @param url scheme, host and a prefix of the path
   * @param methods allowed ones; none named allows GET and HEAD
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record HttpPermission(
      @Required @Size(max = 2048) @Nullable String url,
      @Size(max = 16) List<@Pattern(Schema.METHOD) @Size(max = 20) String> methods) {
    public HttpPermission {
      methods = Absent.orEmpty(methods);
    }
  }

  /**
   * How results are accepted. Only {@code single} is supported yet: one worker answers and signs.
   *
   * @param mode how many workers are asked, and how their results become one
   * @param workers that are asked
   * @param threshold equal results that count
   * @param audit millionths of the runs that are run again elsewhere
   * @param pins names of workers that alone may run it
   * @param diversity what no two of the workers may share
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "!has(self.workers) || !has(self.threshold) || self.threshold <= self.workers",
      message = "threshold is at most workers",
      messageExpression =
          "'threshold %d is more than workers %d: so many equal results can never come'"
              + ".format([self.threshold, self.workers])")
  @ValidationRule(
      value = "!(self.mode in ['quorum', 'strict']) || has(self.workers) == has(self.threshold)",
      message =
          "give both workers and threshold, or neither for the mode's own (quorum 3 and 2,"
              + " strict 5 and 3)")
  @ValidationRule(
      value =
          "!(self.mode in ['quorum', 'strict']) || !has(self.workers) || !has(self.threshold)"
              + " || 2 * self.threshold > self.workers",
      message = "modes quorum and strict need a majority: 2 x threshold more than workers",
      messageExpression =
          "'mode %s needs a majority: 2 x threshold %d must be more than workers %d'"
              + ".format([self.mode, self.threshold, self.workers])")
  @ValidationRule(
      value = "self.mode != 'bft' || !has(self.workers) || self.workers >= 4",
      message = "mode bft needs at least 4 workers",
      messageExpression =
          "'mode bft needs at least 4 workers, not %d: with fewer, one liar is enough'"
              + ".format([self.workers])")
  public record Policy(
      @Default("single") @Pattern("^(single|first|quorum|strict|bft|aggregate|zk)$")
          @Nullable String mode,
      @Min(1) @Max(100) @Nullable Integer workers,
      @Min(1) @Max(100) @Nullable Integer threshold,
      @Min(0) @Max(1_000_000) @Nullable Integer audit,
      @Size(max = 64) List<@Pattern(Schema.SUBDOMAIN) @Size(max = 253) String> pins,
      @Size(max = 5) List<@Pattern("^(node|operator|zone|net24|net48)$") String> diversity) {
    public Policy {
      pins = Absent.orEmpty(pins);
      diversity = Absent.orEmpty(diversity);
    }
  }

  /**
   * Where the function answers beside {@code /fn/{namespace}/{name}}.
   *
   * @param host exact name; every host if there is none
   * @param path prefix that ends at a segment's end
   * @param methods allowed ones; none named allows all
   * @param auth who may call; not supported yet
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "!has(self.host) || self.host == '' || (has(self.path) && self.path != " + "'')",
      message = "a route with a host needs a path; / is all of it")
  @ValidationRule(
      value = "!has(self.path) || self.path.matches('^(/|(/[^/?#% \\\\t]+)+)?$')",
      message =
          "path is / or begins with /, has no / at its end, no empty segment and "
              + "none of ?, #, % and space",
      messageExpression =
          "'path is / or begins with /, has no / at its end, no empty segment "
              + "and none of ?, #, % and space, not ' + self.path")
  public record Route(
      @Pattern("^[a-z0-9.-]*$") @Size(max = 253) @Nullable String host,
      @Size(max = 16_384) @Nullable String path,
      @Size(max = 16) List<@Pattern(Schema.METHOD) @Size(max = 20) String> methods,
      @Size(max = 63) @Nullable String auth) {
    public Route {
      methods = Absent.orEmpty(methods);
    }
  }
}
