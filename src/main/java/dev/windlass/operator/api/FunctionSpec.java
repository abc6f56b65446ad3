package dev.windlass.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
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
 * @param hardware name of a HardwareProfile; only workers of pools with this profile run it
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record FunctionSpec(
    @Required @Nullable Source source,
    @Nullable String digest,
    @Nullable Files files,
    @Nullable String entry,
    List<String> args,
    Map<String, String> env,
    List<SecretUse> secrets,
    @Nullable String world,
    @Nullable Limits limits,
    @Nullable String determinism,
    @Nullable String retry,
    @Nullable Permissions permissions,
    @Nullable String hardware,
    @Nullable Policy policy,
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

  /** Exactly one of the four. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Source(
      @Nullable Inline inline, @Nullable Oci oci, @Nullable Https https, @Nullable Ipfs ipfs) {}

  /**
   * @param module the Wasm bytes in base64
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Inline(@Required @Nullable String module) {}

  /**
   * @param reference registry, repository, and a tag or a digest
   * @param pullSecret name of a Secret of type kubernetes.io/dockerconfigjson beside the function
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Oci(@Required @Nullable String reference, @Nullable String pullSecret) {}

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Https(@Required @Nullable String url) {}

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Ipfs(@Required @Nullable String cid) {}

  /**
   * A ustar archive that the guest sees read-only.
   *
   * @param inline the archive in base64
   * @param digest SHA-256 of the archive
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Files(@Required @Nullable String inline, @Nullable String digest) {}

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
      @Required @Nullable String name, @Required @Nullable String key, @Nullable String as) {}

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
      @Nullable Integer tableElements,
      @Nullable String timeout,
      @Nullable Quantity input,
      @Nullable Quantity output,
      @Nullable Quantity stderr,
      @Nullable Quantity scratch,
      @Nullable Integer concurrency) {}

  /** What the guest may reach. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Permissions(List<HttpPermission> http) {
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
  public record HttpPermission(@Required @Nullable String url, List<String> methods) {
    public HttpPermission {
      methods = Absent.orEmpty(methods);
    }
  }

  /**
   * How results are accepted.
   *
   * @param mode single, first, quorum, strict, bft, aggregate or zk
   * @param n workers asked
   * @param threshold equal results that count
   * @param audit millionths of the runs that are run again elsewhere
   * @param pins names of workers that alone may run it
   * @param diversity what no two of the workers may share
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Policy(
      @Nullable String mode,
      @Nullable Integer n,
      @Nullable Integer threshold,
      @Nullable Integer audit,
      List<String> pins,
      List<String> diversity) {
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
   * @param auth who may call
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Route(
      @Nullable String host, @Nullable String path, List<String> methods, @Nullable String auth) {
    public Route {
      methods = Absent.orEmpty(methods);
    }
  }
}
