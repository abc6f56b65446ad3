package dev.windlass.placement;

import dev.windlass.function.Digest;
import dev.windlass.function.HardwareNeeds;
import dev.windlass.placement.Choice.Passed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Places one request. A candidate is eligible when nothing in {@link PassedOver} but {@link
 * PassedOver.NotDrawn} applies to it. Among the eligible ones:
 *
 * <ol>
 *   <li>of the warm ones, two are drawn and the less busy one is taken,
 *   <li>unless its orders are twice its lanes and a cold one has a free lane: then that one;
 *   <li>without a warm one, the less busy of two cold ones: the rendezvous hash of module and
 *       worker ranks them, and the first keeps the place while it has a free lane.
 * </ol>
 *
 * So a function stays on few workers while they keep up, spreads when they do not, and stands on
 * the same ones again after a restart.
 */
public final class Placement {
  private Placement() {}

  /**
   * Empty when no candidate is eligible. Linear in the candidates; reads {@code chance} twice at
   * most.
   */
  public static Optional<Candidate> choose(
      Request request, List<Candidate> candidates, RandomGenerator chance) {
    long module = rankOf(request.module());
    Candidate first = null;
    Candidate second = null;
    long firstRank = 0;
    long secondRank = 0;
    int warm = 0;
    for (int i = 0; i < candidates.size(); i++) {
      var candidate = candidates.get(i);
      if (!isEligible(request, candidate)) continue;
      if (candidate.isWarmFor(request)) {
        warm++;
        continue;
      }
      long rank = mix(module ^ candidate.worker().rank());
      if (first == null || rank > firstRank) {
        second = first;
        secondRank = firstRank;
        first = candidate;
        firstRank = rank;
      } else if (second == null || rank > secondRank) {
        second = candidate;
        secondRank = rank;
      }
    }
    var cold = better(first, second);
    if (warm == 0) return Optional.ofNullable(cold);
    var drawn = draw(request, candidates, warm, chance);
    boolean queueIsLong = drawn.busy() >= 2 * drawn.worker().lanes();
    return Optional.of(queueIsLong && cold != null && cold.hasFreeLane() ? cold : drawn);
  }

  /** The same choice, with the reason each other candidate was passed over. */
  public static Choice explain(
      Request request, List<Candidate> candidates, RandomGenerator chance) {
    var chosen = choose(request, candidates, chance);
    var others = new ArrayList<Passed>();
    for (var candidate : candidates) {
      if (chosen.isPresent() && chosen.get() == candidate) continue;
      var why = whyNot(request, candidate);
      others.add(
          new Passed(
              candidate.worker().id(),
              why != null
                  ? why
                  : new PassedOver.NotDrawn(candidate.isWarmFor(request), candidate.inFlight())));
    }
    return new Choice(chosen, others);
  }

  /**
   * Why no candidate at all could take it; each has a reason other than {@link
   * PassedOver.NotDrawn}.
   */
  public static List<Passed> refusals(Request request, List<Candidate> candidates) {
    var refusals = new ArrayList<Passed>();
    for (var candidate : candidates) {
      var why = whyNot(request, candidate);
      if (why != null) refusals.add(new Passed(candidate.worker().id(), why));
    }
    return List.copyOf(refusals);
  }

  /**
   * The first of two ranks, unless only the second has a free lane, or is less busy without one.
   */
  private static @Nullable Candidate better(@Nullable Candidate first, @Nullable Candidate second) {
    if (first == null || second == null || first.hasFreeLane()) return first;
    return second.hasFreeLane() || first.isBusierThan(second) ? second : first;
  }

  /** Two different ones of the {@code warm} eligible ones, the less busy of them. */
  private static Candidate draw(
      Request request, List<Candidate> candidates, int warm, RandomGenerator chance) {
    int one = warm == 1 ? 0 : chance.nextInt(warm);
    int other = warm == 1 ? 0 : chance.nextInt(warm - 1);
    if (warm > 1 && other >= one) other++;
    Candidate a = null;
    Candidate b = null;
    int seen = 0;
    for (int i = 0; a == null || b == null; i++) {
      var candidate = candidates.get(i);
      if (!isEligible(request, candidate) || !candidate.isWarmFor(request)) continue;
      if (seen == one) a = candidate;
      if (seen == other) b = candidate;
      seen++;
    }
    return a.isBusierThan(b) ? b : a;
  }

  /** {@link #whyNot} without the reason. */
  private static boolean isEligible(Request request, Candidate candidate) {
    var worker = candidate.worker();
    if (worker.draining()
        || candidate.inFlight() >= worker.capacity()
        || candidate.reportAgeMillis() > request.maxReportAgeMillis()) return false;
    if (!isServedBy(worker.standing(), request)) return false;
    if (!request.tried().isEmpty() && request.tried().contains(worker.id())) return false;
    var needs = request.needs();
    return needs == HardwareNeeds.NONE || whyNotMachine(needs, worker.machine()) == null;
  }

  private static @Nullable PassedOver whyNot(Request request, Candidate candidate) {
    var worker = candidate.worker();
    var standing = whyNotStanding(worker.standing(), request);
    if (standing != null) return standing;
    if (worker.draining()) return new PassedOver.Draining();
    if (candidate.reportAgeMillis() > request.maxReportAgeMillis())
      return new PassedOver.Stale(candidate.reportAgeMillis(), request.maxReportAgeMillis());
    var machine = whyNotMachine(request.needs(), worker.machine());
    if (machine != null) return machine;
    if (request.tried().contains(worker.id())) return new PassedOver.AlreadyTried();
    return candidate.inFlight() >= worker.capacity()
        ? new PassedOver.NoCapacity(candidate.inFlight(), worker.capacity())
        : null;
  }

  private static boolean isServedBy(Standing standing, Request request) {
    return switch (standing) {
      case Standing.Free _ -> true;
      case Standing.Pooled pooled ->
          pooled.serves(request.namespace()) && pooled.has(request.profile());
      case Standing.Unvouched _ -> false;
    };
  }

  /** {@link #isServedBy} with the reason. */
  private static @Nullable PassedOver whyNotStanding(Standing standing, Request request) {
    return switch (standing) {
      case Standing.Free _ -> null;
      case Standing.Unvouched(var why) -> new PassedOver.NotVouchedFor(why);
      case Standing.Pooled pooled when !pooled.serves(request.namespace()) ->
          new PassedOver.OtherNamespace(pooled.namespace(), request.namespace());
      case Standing.Pooled pooled when !pooled.has(request.profile()) ->
          new PassedOver.OtherProfile(pooled.profile(), request.profile());
      case Standing.Pooled _ -> null;
    };
  }

  private static @Nullable PassedOver whyNotMachine(HardwareNeeds needs, Machine machine) {
    if (!needs.architecture().isEmpty() && !needs.architecture().equals(machine.architecture()))
      return new PassedOver.ArchitectureDiffers(machine.architecture(), needs.architecture());
    if (machine.vcpus() < needs.vcpus())
      return new PassedOver.TooFewVcpus(machine.vcpus(), needs.vcpus());
    if (machine.mhz() < needs.minMhz())
      return new PassedOver.TooSlow(machine.mhz(), needs.minMhz());
    if (machine.memoryPerVcpuBytes() < needs.memoryPerVcpuBytes())
      return new PassedOver.TooLittleMemoryPerVcpu(
          machine.memoryPerVcpuBytes(), needs.memoryPerVcpuBytes());
    if (needs.nvmeBytes() > 0 && !machine.diskKind().equals("nvme"))
      return new PassedOver.NotNvme(machine.diskKind());
    if (machine.freeNvmeBytes() < needs.nvmeBytes())
      return new PassedOver.TooLittleDisk(machine.freeNvmeBytes(), needs.nvmeBytes());
    return null;
  }

  /** A digest is evenly spread already: its first 64 bits. */
  private static long rankOf(Digest module) {
    return Long.parseUnsignedLong(module.hex(), 0, 16, 16);
  }

  /** SplitMix64's finaliser: every bit of the result depends on every bit of the argument. */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
