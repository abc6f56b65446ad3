package dev.windlass.placement;

import dev.windlass.function.Digest;
import dev.windlass.function.HardwareNeeds;
import java.util.Set;

/**
 * What has to be placed.
 *
 * @param namespace of the function
 * @param profile of hardware that the workers' pool must have; empty asks for none
 * @param tried ids of workers that had this request already
 * @param maxReportAgeMillis a worker silent for longer is passed over
 */
public record Request(
    Digest module,
    HardwareNeeds needs,
    String namespace,
    String profile,
    Set<String> tried,
    long maxReportAgeMillis) {
  /** Workers report every second. */
  public static final long MAX_REPORT_AGE_MILLIS = 10_000;

  public Request {
    tried = Set.copyOf(tried);
  }

  /** The first attempt. */
  public Request(Digest module, HardwareNeeds needs, String namespace, String profile) {
    this(module, needs, namespace, profile, Set.of(), MAX_REPORT_AGE_MILLIS);
  }

  /** After the workers {@code tried} had it. */
  public Request without(Set<String> workers) {
    return new Request(module, needs, namespace, profile, workers, maxReportAgeMillis);
  }
}
