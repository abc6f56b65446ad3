package dev.windlass.operator.plan;

import java.util.List;

/** Whether a function's calls can be placed, by what pools have Ready now. */
public sealed interface Schedulability {
  /** For the condition {@code Schedulable}. */
  String reason();

  String message();

  /**
   * What a function asks for.
   *
   * @param hardware name of a profile; empty for any
   * @param workers that one call asks at one time: its policy's {@code n}
   * @param zones that these have to be in, at least
   */
  record Wish(String namespace, String hardware, int workers, int zones) {
    public Wish {
      if (workers < 1 || zones < 0 || zones > workers)
        throw new IllegalArgumentException(
            "expected at least one worker, and no more zones than workers: "
                + workers
                + ", "
                + zones);
    }
  }

  /**
   * A pool as it is now.
   *
   * @param shared it serves other namespaces too
   * @param ready its Ready workers
   * @param zones of these; a worker without a zone counts for none
   */
  record Supply(
      String namespace,
      String name,
      String profile,
      boolean shared,
      int ready,
      List<String> zones) {
    public Supply {
      zones = List.copyOf(zones);
    }

    private boolean serves(Wish wish) {
      return (shared || namespace.equals(wish.namespace()))
          && (wish.hardware().isEmpty() || wish.hardware().equals(profile));
    }
  }

  record Enough(int ready, int workers) implements Schedulability {
    @Override
    public String reason() {
      return "WorkersReady";
    }

    @Override
    public String message() {
      return ready + " workers are ready, a call needs " + workers;
    }
  }

  record NoPool(String namespace, String hardware, int pools) implements Schedulability {
    @Override
    public String reason() {
      return "NoPool";
    }

    @Override
    public String message() {
      var kind = hardware.isEmpty() ? "" : " with profile " + hardware + " (spec.hardware)";
      return "none of "
          + pools
          + " WorkerPools serves namespace "
          + namespace
          + kind
          + "; expected at least 1 in it, or a shared one";
    }
  }

  record TooFewWorkers(int ready, int workers) implements Schedulability {
    @Override
    public String reason() {
      return "TooFewWorkers";
    }

    @Override
    public String message() {
      return ready + " workers are ready, a call needs " + workers;
    }
  }

  record TooFewZones(int ready, int zones) implements Schedulability {
    @Override
    public String reason() {
      return "TooFewWorkers";
    }

    @Override
    public String message() {
      return "workers are ready in " + ready + " zones, a call needs " + zones;
    }
  }

  static Schedulability of(Wish wish, List<Supply> supplies) {
    var serving = supplies.stream().filter(s -> s.serves(wish)).toList();
    if (serving.isEmpty()) return new NoPool(wish.namespace(), wish.hardware(), supplies.size());
    int ready = serving.stream().mapToInt(Supply::ready).sum();
    if (ready < wish.workers()) return new TooFewWorkers(ready, wish.workers());
    int zones =
        (int)
            serving.stream()
                .flatMap(s -> s.zones().stream())
                .filter(z -> !z.isEmpty())
                .distinct()
                .count();
    if (zones < wish.zones()) return new TooFewZones(zones, wish.zones());
    return new Enough(ready, wish.workers());
  }
}
