package dev.windlass.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Digest;
import dev.windlass.function.HardwareNeeds;
import dev.windlass.placement.Choice.Passed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final Machine MACHINE =
      new Machine("amd64", 2, 3_500, 4L << 30, "nvme", 100L << 30);
  private static final Digest MODULE = module(1);
  private static final Request REQUEST = request(MODULE, HardwareNeeds.NONE);

  @Test
  void every_reason_is_named_with_what_there_is_and_what_is_needed() {
    var needs = new HardwareNeeds(2, 3_500, 2L << 30, 100L << 30, "amd64");
    var slow = new Machine("amd64", 2, 2_400, 4L << 30, "nvme", 100L << 30);
    var unknown = new Machine("amd64", 2, 0, 4L << 30, "nvme", 100L << 30);
    var reasons =
        Map.ofEntries(
            Map.entry("arm", new Machine("arm64", 2, 3_500, 4L << 30, "nvme", 1L << 40)),
            Map.entry("half", new Machine("amd64", 0.5, 3_500, 4L << 30, "nvme", 1L << 40)),
            Map.entry("slow", slow),
            Map.entry("unknown", unknown),
            Map.entry("lean", new Machine("amd64", 8, 3_500, 8L << 30, "nvme", 1L << 40)),
            Map.entry("ssd", new Machine("amd64", 2, 3_500, 4L << 30, "ssd", 1L << 40)),
            Map.entry("small", new Machine("amd64", 2, 3_500, 4L << 30, "nvme", 1L << 30)));
    var candidates = new ArrayList<Candidate>();
    reasons.forEach((id, m) -> candidates.add(new Candidate(worker(id, m, false), 0, 0, 0)));
    candidates.add(new Candidate(worker("leaving", MACHINE, true), 0, 0, 0));
    candidates.add(new Candidate(worker("busy", MACHINE, false), 6, 0, 0));
    candidates.add(new Candidate(worker("silent", MACHINE, false), 0, 0, 10_001));
    candidates.add(new Candidate(worker("lost", MACHINE, false), 0, 0, 0));
    var request = request(MODULE, needs).without(Set.of("lost"));

    var choice = Placement.explain(request, candidates, new SplittableRandom(1));

    assertEquals(Optional.empty(), choice.chosen());
    var said = new HashMap<String, String>();
    for (var passed : choice.others()) said.put(passed.worker(), passed.why().message());
    assertEquals(
        Map.ofEntries(
            Map.entry("arm", "is arm64, the function needs amd64"),
            Map.entry("half", "has 0.5 vCPUs, the function needs 2.0"),
            Map.entry("slow", "runs at 2400 MHz, the function needs 3500 MHz"),
            Map.entry("unknown", "does not know its clock rate, the function needs 3500 MHz"),
            Map.entry(
                "lean", "has 1073741824 bytes of memory per vCPU, the function needs 2147483648"),
            Map.entry("ssd", "has a disk of kind ssd, the function needs nvme"),
            Map.entry(
                "small", "has 1073741824 bytes of NVMe free, the function needs 107374182400"),
            Map.entry("leaving", "is draining"),
            Map.entry("busy", "has 6 requests and takes 6"),
            Map.entry("silent", "last reported 10001 ms ago, the limit is 10000"),
            Map.entry("lost", "had this request already")),
        said);
    assertEquals(choice.others(), Placement.refusals(request, candidates));
  }

  @Test
  void a_pool_serves_its_namespace_and_has_its_profile_unless_it_is_shared() {
    var request = new Request(MODULE, HardwareNeeds.NONE, "tenant", "fast");
    var standings =
        Map.of(
            "own", pooled("tenant", "fast", false),
            "shared", pooled("platform", "fast", true),
            "foreign", pooled("other", "fast", false),
            "slow", pooled("tenant", "small", false),
            "bare", pooled("tenant", "", false),
            "gone", new Standing.Unvouched("has no Worker resource"));
    var candidates = new ArrayList<Candidate>();
    standings.forEach((id, s) -> candidates.add(new Candidate(worker(id, s), 0, 0, 0)));

    var refused = Placement.refusals(request, candidates);

    var said = new HashMap<String, String>();
    for (var passed : refused) said.put(passed.worker(), passed.why().message());
    assertEquals(
        Map.of(
            "foreign", "serves namespace other only, the function is in tenant",
            "slow", "is of profile small, the function needs fast",
            "bare", "is of no known profile, the function needs fast",
            "gone", "has no Worker resource"),
        said);
    for (long seed = 0; seed < 200; seed++) {
      var chosen = Placement.choose(request, candidates, new SplittableRandom(seed));
      assertTrue(Set.of("own", "shared").contains(chosen.orElseThrow().worker().id()));
    }
    var anyProfile = new Request(MODULE, HardwareNeeds.NONE, "tenant", "");
    assertEquals(
        Set.of("foreign", "gone"),
        Set.copyOf(
            Placement.refusals(anyProfile, candidates).stream().map(Passed::worker).toList()));
  }

  @Test
  void a_worker_with_exactly_what_is_needed_is_chosen() {
    var needs = new HardwareNeeds(2, 3_500, 2L << 30, 100L << 30, "amd64");
    var only = List.of(idle("w"));
    assertEquals(
        Optional.of(only.getFirst()),
        Placement.choose(request(MODULE, needs), only, new SplittableRandom(1)));
  }

  @Test
  void nobody_is_chosen_of_nobody() {
    assertEquals(Optional.empty(), Placement.choose(REQUEST, List.of(), new SplittableRandom(1)));
  }

  @Test
  void whoever_could_have_had_it_is_listed_as_not_drawn() {
    var choice =
        Placement.explain(REQUEST, List.of(idle("a"), warm("b", 0)), new SplittableRandom(1));
    assertEquals("b", choice.chosen().orElseThrow().worker().id());
    assertEquals(List.of(new Passed("a", new PassedOver.NotDrawn(false, 0))), choice.others());
  }

  @Test
  void an_ineligible_worker_is_never_chosen_whatever_the_dice() {
    for (long seed = 0; seed < 20_000; seed++) {
      var chance = new SplittableRandom(seed);
      var needs = anyNeeds(chance);
      var candidates = anyCandidates(chance);
      var tried = new HashSet<String>();
      for (var c : candidates) if (chance.nextInt(5) == 0) tried.add(c.worker().id());
      var profile = chance.nextBoolean() ? "fast" : "";
      var request = new Request(MODULE, needs, "tenant", profile).without(tried);

      var choice = Placement.explain(request, candidates, chance);

      var refused = Placement.refusals(request, candidates).stream().map(Passed::worker).toList();
      assertEquals(candidates.size() == refused.size(), choice.chosen().isEmpty(), "seed " + seed);
      choice
          .chosen()
          .ifPresent(
              c -> {
                assertFalse(refused.contains(c.worker().id()));
                assertTrue(c.inFlight() < c.worker().capacity());
                assertFalse(c.worker().draining());
                assertFalse(tried.contains(c.worker().id()));
              });
      assertEquals(
          candidates.size(), choice.others().size() + (choice.chosen().isPresent() ? 1 : 0));
    }
  }

  @Test
  void one_request_at_a_time_stays_on_the_worker_that_has_the_code() {
    for (long seed = 0; seed < 1_000; seed++) {
      var chance = new SplittableRandom(seed);
      var candidates = List.of(idle("a"), idle("b"), warm("c", 0), idle("d"));
      assertEquals("c", Placement.choose(REQUEST, candidates, chance).orElseThrow().worker().id());
    }
  }

  @Test
  void a_function_nobody_has_goes_to_the_same_worker_whatever_the_order_of_candidates() {
    for (int i = 0; i < 500; i++) {
      var request = request(module(i), HardwareNeeds.NONE);
      var chance = new SplittableRandom(i);
      var candidates = new ArrayList<Candidate>();
      for (int w = 0; w < 8; w++) candidates.add(idle("worker-" + w));
      var chosen = Placement.choose(request, candidates, chance).orElseThrow();
      for (int again = 0; again < 5; again++) {
        var shuffled = new ArrayList<>(candidates);
        Collections.shuffle(shuffled, new Random(again));
        assertEquals(chosen, Placement.choose(request, shuffled, chance).orElseThrow());
      }
    }
  }

  @Test
  void when_a_worker_leaves_only_its_functions_move() {
    var eight = new ArrayList<Candidate>();
    for (int w = 0; w < 8; w++) eight.add(idle("worker-" + w));
    var seven = eight.subList(0, 7);
    var chance = new SplittableRandom(1);
    for (int i = 0; i < 2_000; i++) {
      var request = request(module(i), HardwareNeeds.NONE);
      var before = Placement.choose(request, eight, chance).orElseThrow();
      if (before == eight.get(7)) continue;
      assertEquals(before, Placement.choose(request, seven, chance).orElseThrow());
    }
  }

  @Test
  void functions_spread_evenly_over_workers() {
    var candidates = new ArrayList<Candidate>();
    for (int w = 0; w < 8; w++) candidates.add(idle("worker-" + w));
    var counts = new HashMap<String, Integer>();
    for (int i = 0; i < 8_000; i++) {
      var request = request(module(i), HardwareNeeds.NONE);
      var chosen = Placement.choose(request, candidates, new SplittableRandom(i)).orElseThrow();
      counts.merge(chosen.worker().id(), 1, Integer::sum);
    }
    assertEquals(8, counts.size());
    counts.forEach((id, n) -> assertTrue(n > 850 && n < 1_150, id + " has " + n + " of 8000"));
  }

  @Test
  void load_on_warm_workers_stays_balanced() {
    for (long seed = 0; seed < 20; seed++) {
      var chance = new SplittableRandom(seed);
      var inFlight = new int[16];
      for (int i = 0; i < 16 * 40; i++) inFlight[place(inFlight, 1_000, chance)]++;
      for (int n : inFlight)
        assertTrue(n >= 34 && n <= 44, "seed " + seed + ": " + n + " where 40 is even");
    }
  }

  @Test
  void a_queue_spills_to_a_cold_worker_with_a_free_lane_and_not_before() {
    var cold = idle("cold");
    assertEquals("warm", chosenOf(warm("warm", 2), cold));
    assertEquals("warm", chosenOf(warm("warm", 3), cold));
    assertEquals("cold", chosenOf(warm("warm", 4), cold));
    var busyCold = new Candidate(worker("cold", MACHINE, false), 2, 0, 0);
    assertEquals("warm", chosenOf(warm("warm", 4), busyCold));
    assertEquals("cold", chosenOf(warm("warm", 6), busyCold));
  }

  @Test
  void lanes_that_other_heads_hold_count_as_busy() {
    var here = new Candidate(warmWorker("here"), 0, 2, 0);
    var there = new Candidate(warmWorker("there"), 1, 0, 0);
    assertEquals("there", chosenOf(here, there));
  }

  @Test
  void a_larger_worker_gets_more() {
    var small = new Worker("small", MACHINE, 1, 4, Set.of(MODULE), false);
    var large = new Worker("large", MACHINE, 8, 32, Set.of(MODULE), false);
    var chance = new SplittableRandom(5);
    int inSmall = 0;
    int inLarge = 0;
    for (int i = 0; i < 27; i++) {
      var candidates =
          List.of(new Candidate(small, inSmall, 0, 0), new Candidate(large, inLarge, 0, 0));
      if (Placement.choose(REQUEST, candidates, chance).orElseThrow() == candidates.get(0))
        inSmall++;
      else inLarge++;
    }
    assertTrue(inSmall >= 2 && inSmall <= 4, inSmall + " of 27");
  }

  /** Little load over many functions: almost every request finds its code at hand. */
  @Test
  void requests_find_their_code_at_hand() {
    var chance = new SplittableRandom(7);
    var warm = new ArrayList<Set<Digest>>();
    for (int w = 0; w < 4; w++) warm.add(new HashSet<>());
    int hits = 0;
    int runs = 20_000;
    for (int i = 0; i < runs; i++) {
      var wanted = module(chance.nextInt(200));
      var candidates = new ArrayList<Candidate>();
      for (int w = 0; w < 4; w++)
        candidates.add(
            new Candidate(
                new Worker("w" + w, MACHINE, 2, 6, warm.get(w), false), chance.nextInt(3), 0, 0));
      var chosen =
          Placement.choose(request(wanted, HardwareNeeds.NONE), candidates, chance).orElseThrow();
      if (chosen.worker().warm().contains(wanted)) hits++;
      warm.get(Integer.parseInt(chosen.worker().id().substring(1))).add(wanted);
    }
    assertTrue(hits > runs * 0.98, hits + " of " + runs);
  }

  private static int place(int[] inFlight, int capacity, SplittableRandom chance) {
    var candidates = new ArrayList<Candidate>();
    for (int w = 0; w < inFlight.length; w++)
      candidates.add(
          new Candidate(
              new Worker("w" + w, MACHINE, 64, capacity, Set.of(MODULE), false),
              inFlight[w],
              0,
              0));
    var chosen = Placement.choose(REQUEST, candidates, chance).orElseThrow();
    return candidates.indexOf(chosen);
  }

  private static String chosenOf(Candidate... candidates) {
    return Placement.choose(REQUEST, List.of(candidates), new SplittableRandom(1))
        .orElseThrow()
        .worker()
        .id();
  }

  private static Candidate idle(String id) {
    return new Candidate(worker(id, MACHINE, false), 0, 0, 0);
  }

  private static Candidate warm(String id, int inFlight) {
    return new Candidate(warmWorker(id), inFlight, 0, 0);
  }

  private static Worker warmWorker(String id) {
    return new Worker(id, MACHINE, 2, 6, Set.of(MODULE), false);
  }

  private static Worker worker(String id, Machine machine, boolean draining) {
    return new Worker(id, machine, 2, 6, Set.of(), draining);
  }

  private static Worker worker(String id, Standing standing) {
    return new Worker(id, MACHINE, 2, 6, Set.of(), false, standing);
  }

  private static Standing pooled(String namespace, String profile, boolean shared) {
    return new Standing.Pooled(namespace, "pool", profile, shared, "zone-1", "node-1");
  }

  private static Standing anyStanding(SplittableRandom chance) {
    return switch (chance.nextInt(4)) {
      case 0 -> new Standing.Unvouched("is not vouched for");
      case 1 -> pooled("tenant", "fast", chance.nextBoolean());
      case 2 -> pooled("other", "small", chance.nextBoolean());
      default -> Standing.FREE;
    };
  }

  private static Request request(Digest module, HardwareNeeds needs) {
    return new Request(module, needs, "default", "");
  }

  private static Digest module(int seed) {
    return Digest.of(new byte[] {(byte) seed, (byte) (seed >> 8)});
  }

  private static HardwareNeeds anyNeeds(SplittableRandom chance) {
    if (chance.nextBoolean()) return HardwareNeeds.NONE;
    return new HardwareNeeds(
        chance.nextInt(4),
        chance.nextInt(2) * 3_000,
        (long) chance.nextInt(3) << 30,
        (long) chance.nextInt(2) << 36,
        chance.nextBoolean() ? "" : "amd64");
  }

  private static List<Candidate> anyCandidates(SplittableRandom chance) {
    var candidates = new ArrayList<Candidate>();
    int count = chance.nextInt(17);
    for (int i = 0; i < count; i++) {
      var machine =
          new Machine(
              chance.nextInt(4) == 0 ? "arm64" : "amd64",
              chance.nextInt(5),
              chance.nextInt(3) * 2_000,
              (long) chance.nextInt(16) << 30,
              chance.nextBoolean() ? "nvme" : "hdd",
              (long) chance.nextInt(3) << 36);
      int lanes = 1 + chance.nextInt(4);
      var warm = chance.nextBoolean() ? Set.of(MODULE) : Set.<Digest>of();
      candidates.add(
          new Candidate(
              new Worker(
                  "w" + i,
                  machine,
                  lanes,
                  lanes * 3,
                  warm,
                  chance.nextInt(6) == 0,
                  anyStanding(chance)),
              chance.nextInt(lanes * 3 + 2),
              chance.nextInt(2),
              chance.nextInt(8) == 0 ? 20_000 : chance.nextInt(1_000)));
    }
    return candidates;
  }
}
