package dev.windlass.receipt;

import dev.windlass.function.Digest;
import dev.windlass.json.Json;
import dev.windlass.json.Located;
import java.util.List;

/**
 * How many workers run a request, and how many equal results make it a receipt (trust annex §3.1).
 * Rendered once, because every receipt of a function repeats it. Immutable.
 */
public final class ExecutionPolicy {
  public static final int MAX_WORKERS = 64;
  private static final int MAX_DIVERSITY = 16;

  private final String mode;
  private final int n;
  private final int threshold;
  private final List<String> diversity;
  private final double audit;
  private final String profile;
  private final String text;
  private final Digest digest;

  /**
   * @param n workers asked
   * @param threshold equal results needed, 1 to {@code n}
   * @param diversity in what respects the workers must differ, such as {@code zone}
   * @param audit share of requests that is run again, 0 to 1; 0 while nothing is audited
   * @param profile determinism profile, as in a result statement
   */
  public ExecutionPolicy(
      String mode, int n, int threshold, List<String> diversity, double audit, String profile) {
    Forms.requireWord("mode", mode);
    if (n < 1 || n > MAX_WORKERS || threshold < 1 || threshold > n)
      throw new IllegalArgumentException(
          "expected 1 <= threshold <= n <= " + MAX_WORKERS + ", not " + threshold + " of " + n);
    if (!(audit >= 0 && audit <= 1))
      throw new IllegalArgumentException("audit must be 0 to 1, not " + audit);
    if (diversity.size() > MAX_DIVERSITY)
      throw new IllegalArgumentException(
          "diversity has at most " + MAX_DIVERSITY + " words, not " + diversity.size());
    for (var word : diversity) Forms.requireWord("diversity", word);
    Forms.requireWord("profile", profile);
    this.mode = mode;
    this.n = n;
    this.threshold = threshold;
    this.diversity = List.copyOf(diversity);
    this.audit = audit;
    this.profile = profile;
    var terms = terms();
    this.digest = Digest.of(terms.build().canonical());
    this.text = terms.put("sha256", digest.hex()).build().canonicalText();
  }

  /** One worker, no audit. */
  public static ExecutionPolicy single(String profile) {
    return new ExecutionPolicy("single", 1, 1, List.of(), 0, profile);
  }

  /** Of {@link #toJson}'s text. */
  static ExecutionPolicy parse(Located at) {
    at.only("mode", "n", "threshold", "diversity", "audit", "profile", "sha256");
    var policy =
        Forms.read(
            at.path(),
            () ->
                new ExecutionPolicy(
                    at.get("mode").text(),
                    at.get("n").int32(1, MAX_WORKERS),
                    at.get("threshold").int32(1, MAX_WORKERS),
                    at.get("diversity").texts(),
                    at.get("audit").number(),
                    at.get("profile").text()));
    var sha256 = at.get("sha256");
    if (!sha256.text().equals(policy.digest.hex()))
      throw sha256.fail("is " + sha256.text() + ", the terms' is " + policy.digest.hex());
    return policy;
  }

  public String mode() {
    return mode;
  }

  public int n() {
    return n;
  }

  public int threshold() {
    return threshold;
  }

  public List<String> diversity() {
    return diversity;
  }

  public double audit() {
    return audit;
  }

  public String profile() {
    return profile;
  }

  /** SHA-256 of the canonical JSON of the terms: all members but {@code sha256}. */
  public Digest digest() {
    return digest;
  }

  /** Canonical {@code {"audit":…,"diversity":[…],"mode":…,"n":…,"profile":…,"sha256":…,…}}. */
  String text() {
    return text;
  }

  Json.Obj toJson() {
    return terms().put("sha256", digest.hex()).build();
  }

  private Json.Members terms() {
    return Json.object()
        .put("mode", mode)
        .put("n", n)
        .put("threshold", threshold)
        .put("diversity", Json.texts(diversity))
        .put("audit", Json.of(audit))
        .put("profile", profile);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExecutionPolicy policy && text.equals(policy.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
