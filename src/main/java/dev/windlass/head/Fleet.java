package dev.windlass.head;

import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.placement.Candidate;
import dev.windlass.placement.Machine;
import dev.windlass.placement.PassedOver;
import dev.windlass.placement.Placement;
import dev.windlass.placement.Request;
import dev.windlass.placement.Standing;
import dev.windlass.placement.Worker;
import dev.windlass.protocol.Report;
import dev.windlass.receipt.ResultVerifier;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * The workers that are linked now, what each said of itself, and how many orders each has of ours.
 * Whoever wants to send an order takes a {@link Seat} first.
 *
 * <p>A worker whose result did not verify is in quarantine for as long as this head lives, also
 * under a new link: it gets no further order.
 */
final class Fleet {
  private static final int MAX_QUARANTINED = 10_000;
  private static final long HOLD_OFF_MILLIS = 5;
  private static final int REMEMBERED_BATCHES = 64;

  /** One linked worker. */
  static final class Member {
    final SpiffeId id;
    final int capacity;
    final long joinedAtMillis;

    /** One a worker, because batches are a worker's own. */
    final ResultVerifier verifier = new ResultVerifier(REMEMBERED_BATCHES);

    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile Report report;
    private volatile Worker worker;
    private volatile long reportedAtMillis;
    private volatile int busyElsewhere;
    private volatile long heldOffUntilMillis;
    private final Standings standings;

    Member(SpiffeId id, int capacity, Report report, Standings standings, long nowMillis) {
      this.id = id;
      this.capacity = capacity;
      this.standings = standings;
      this.joinedAtMillis = nowMillis;
      this.report = report;
      this.worker = asWorker(report);
      this.reportedAtMillis = nowMillis;
    }

    Report report() {
      return report;
    }

    boolean isWarm(Digest module) {
      return worker.warm().contains(module);
    }

    int inFlight() {
      return inFlight.get();
    }

    long reportedAtMillis() {
      return reportedAtMillis;
    }

    /**
     * It just showed that it has the code at hand; its next report says the same, or knows better.
     */
    synchronized void learned(Digest module) {
      if (isWarm(module)) return;
      var warm = new HashSet<>(worker.warm());
      if (warm.size() < 2 * Report.MAX_WARM) warm.add(module);
      var w = worker;
      worker =
          new Worker(
              w.id(),
              w.machine(),
              w.lanes(),
              w.capacity(),
              warm,
              w.draining(),
              w.standing(),
              w.rank());
    }

    /** What is known of it elsewhere has changed. */
    private synchronized void stands() {
      var w = worker;
      var now = standings.of(id);
      worker =
          new Worker(
              w.id(),
              w.machine(),
              w.lanes(),
              w.capacity(),
              w.warm(),
              report.draining() || now.draining(),
              now.standing(),
              w.rank());
    }

    Standing standing() {
      return worker.standing();
    }

    boolean draining() {
      return worker.draining();
    }

    private synchronized void reported(Report next, long nowMillis) {
      report = next;
      worker = asWorker(next);
      reportedAtMillis = nowMillis;
      busyElsewhere = Math.max(0, next.lanes() - next.freeLanes() - inFlight.get());
    }

    private Candidate candidate(long nowMillis) {
      return new Candidate(
          worker, inFlight.get(), busyElsewhere, Math.max(0, nowMillis - reportedAtMillis));
    }

    private boolean tryEnter() {
      while (true) {
        int now = inFlight.get();
        if (now >= capacity) return false;
        if (inFlight.compareAndSet(now, now + 1)) return true;
      }
    }

    private Worker asWorker(Report report) {
      var hardware = report.hardware();
      var machine =
          new Machine(
              hardware.architecture(),
              hardware.vcpus(),
              hardware.mhz(),
              hardware.memoryBytes(),
              hardware.diskKind(),
              hardware.freeDiskBytes());
      int lanes = Math.max(1, report.lanes());
      var stands = standings.of(id);
      return new Worker(
          id.toString(),
          machine,
          lanes,
          Math.max(lanes, capacity),
          new HashSet<>(report.warm()),
          report.draining() || stands.draining(),
          stands.standing());
    }
  }

  /**
   * Port: what is known of a worker from elsewhere than its link; asked at each report, that is
   * once a second, and when it has changed.
   */
  @FunctionalInterface
  interface Standings {
    /** Where there is no cluster. */
    Standings NONE = _ -> Stands.FREE;

    Stands of(SpiffeId worker);
  }

  /**
   * @param draining nothing more is to be placed on it, whatever it says itself
   */
  record Stands(Standing standing, boolean draining) {
    static final Stands FREE = new Stands(Standing.FREE, false);
  }

  /** Room for one order at one worker; give it back when the order has its reply. */
  record Seat(Member member, Digest engine, Optional<Member> better) {
    String address() {
      return member.id.address();
    }
  }

  private final InstantSource clock;
  private final RandomGenerator chance;
  private final Runnable onRoom;
  private final Standings standings;
  private final CopyOnWriteArrayList<Member> members = new CopyOnWriteArrayList<>();

  private volatile long lastLossMillis = Long.MIN_VALUE / 2;

  /** Guarded by itself. */
  private final Map<SpiffeId, String> quarantine = new LinkedHashMap<>();

  /**
   * @param onRoom called whenever a worker may take one more order; must return soon
   */
  Fleet(InstantSource clock, RandomGenerator chance, Standings standings, Runnable onRoom) {
    this.clock = clock;
    this.chance = chance;
    this.standings = standings;
    this.onRoom = onRoom;
  }

  void joined(SpiffeId id, int capacity, Report report) {
    var member = new Member(id, Math.max(1, capacity), report, standings, clock.millis());
    synchronized (members) {
      members.removeIf(m -> m.id.equals(id));
      members.add(member);
    }
    for (int i = 0; i < member.capacity; i++) onRoom.run();
  }

  void reported(SpiffeId id, Report report) {
    for (var member : members) {
      if (!member.id.equals(id)) continue;
      boolean wasDraining = member.report.draining();
      member.reported(report, clock.millis());
      if (wasDraining && !report.draining()) onRoom.run();
    }
  }

  /** What {@link Standings} says of a worker is different now. */
  void stands(SpiffeId id) {
    for (var member : members) if (member.id.equals(id)) member.stands();
    onRoom.run();
  }

  void left(SpiffeId id) {
    synchronized (members) {
      if (members.removeIf(m -> m.id.equals(id)) && quarantined(id).isEmpty())
        lastLossMillis = clock.millis();
    }
    onRoom.run();
  }

  /** Whether a worker went away within this time, who may be back soon. */
  boolean lostOneWithin(Duration time) {
    return clock.millis() - lastLossMillis < time.toMillis();
  }

  List<Member> members() {
    return members;
  }

  int size() {
    return members.size();
  }

  /** From now on it gets no order. */
  void quarantine(SpiffeId id, String why) {
    synchronized (quarantine) {
      quarantine.putIfAbsent(id, why);
      if (quarantine.size() > MAX_QUARANTINED)
        quarantine.remove(quarantine.keySet().iterator().next());
    }
  }

  Optional<String> quarantined(SpiffeId id) {
    synchronized (quarantine) {
      return quarantine.isEmpty() ? Optional.empty() : Optional.ofNullable(quarantine.get(id));
    }
  }

  /** Whether it may have artifacts of functions: it might be given orders for them. */
  boolean mayAsk(SpiffeId id) {
    return quarantined(id).isEmpty()
        && !(standings.of(id).standing() instanceof Standing.Unvouched);
  }

  /** Room at the worker that placement chooses, or none now. Give it back with {@link #release}. */
  Optional<Seat> take(Request request) {
    // Another request may have taken the room in between: choose again, a bounded number of times.
    for (int i = 0; i < 8; i++) {
      var candidates = candidates();
      var choice = Placement.choose(request, candidates, chance);
      if (choice.isEmpty()) return Optional.empty();
      var member = member(choice.get().worker().id());
      if (member.isEmpty()) continue;
      var seat = seat(request, member.get(), candidates);
      if (seat.isPresent()) return seat;
    }
    return Optional.empty();
  }

  /** At the chosen worker; or, while that one would have to compile first, at one that need not. */
  private Optional<Seat> seat(Request request, Member chosen, List<Candidate> candidates) {
    if (chosen.isWarm(request.module())) return enter(chosen);
    var warm =
        candidates.stream().filter(c -> c.worker().warm().contains(request.module())).toList();
    if (warm.isEmpty()) return enter(chosen);
    return Placement.choose(request, warm, chance)
        .flatMap(candidate -> member(candidate.worker().id()))
        .flatMap(this::enter)
        .map(seat -> new Seat(seat.member(), seat.engine(), Optional.of(chosen)))
        .or(() -> enter(chosen));
  }

  /** Room at this very worker. */
  Optional<Seat> enter(Member member) {
    return member.tryEnter()
        ? Optional.of(new Seat(member, member.report.engine(), Optional.empty()))
        : Optional.empty();
  }

  /** It said it had no room although we counted some: leave it alone for a moment. */
  void holdOff(Seat seat) {
    seat.member().heldOffUntilMillis = clock.millis() + HOLD_OFF_MILLIS;
  }

  void release(Seat seat) {
    seat.member().inFlight.decrementAndGet();
    onRoom.run();
  }

  /** Why no worker can take it now. */
  Shortage shortage(Request request) {
    if (members.isEmpty()) return new Shortage.NoWorker();
    var reasons = new ArrayList<Shortage.Reason>();
    for (var member : members)
      quarantined(member.id)
          .ifPresent(
              why ->
                  reasons.add(
                      new Shortage.Reason(
                          member.id.toString(), "is in quarantine: " + why, false)));
    int foreign = 0;
    for (var passed : Placement.refusals(request, candidates())) {
      // One tenant does not hear of another's workers.
      if (passed.why() instanceof PassedOver.OtherNamespace) foreign++;
      else
        reasons.add(
            new Shortage.Reason(
                passed.worker(), passed.why().message(), waitingHelps(passed.why())));
    }
    int counted = reasons.size() + foreign;
    if (foreign > 0)
      reasons.add(
          new Shortage.Reason(
              foreign + (foreign == 1 ? " worker" : " workers"),
              foreign == 1 ? "serves other namespaces only" : "serve other namespaces only",
              false));
    boolean hope = counted < members.size() || reasons.stream().anyMatch(r -> r.passes());
    return hope ? new Shortage.Busy(reasons) : new Shortage.NoneEligible(reasons);
  }

  private static boolean waitingHelps(PassedOver why) {
    return why instanceof PassedOver.NoCapacity;
  }

  private List<Candidate> candidates() {
    long now = clock.millis();
    var candidates = new ArrayList<Candidate>(members.size());
    for (var member : members)
      if (now >= member.heldOffUntilMillis && quarantined(member.id).isEmpty())
        candidates.add(member.candidate(now));
    return candidates;
  }

  private Optional<Member> member(String id) {
    for (var member : members) if (member.worker.id().equals(id)) return Optional.of(member);
    return Optional.empty();
  }
}
