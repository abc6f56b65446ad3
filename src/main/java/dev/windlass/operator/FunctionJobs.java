package dev.windlass.operator;

import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.operator.Attempt.Failure;
import dev.windlass.operator.Attempt.State;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.plan.FunctionObserved.Entry;
import dev.windlass.operator.plan.FunctionObserved.Fetch;
import dev.windlass.operator.plan.FunctionReason;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/**
 * What takes its time, done beside the reconciles: fetching, and entering in the log. At most one
 * of each for a function, a bounded number for a namespace and for all, so that sources that hang
 * hold up nobody else for long. What came of it is kept in memory until the function is forgotten.
 */
final class FunctionJobs implements AutoCloseable {
  private static final int FETCHES = 64;
  private static final int FETCHES_OF_A_NAMESPACE = 8;
  private static final int ENTRIES = 16;

  private final FunctionFetch fetch;
  private final Optional<FunctionLog> log;
  private final Attempt.Around around;
  private final Map<String, Jobs> byUid = new ConcurrentHashMap<>();
  private final Map<String, Semaphore> namespaces = new ConcurrentHashMap<>();
  private final Semaphore fetches = new Semaphore(FETCHES, true);
  private final Semaphore entries = new Semaphore(ENTRIES, true);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("function-", 0).factory());

  /** Of one function; replaced when its generation, version or digests change. */
  private static final class Jobs {
    Attempt<FunctionFetch.Found> fetch;
    Attempt<Long> entry;
    Attempt<Digest> keep;

    Jobs(Attempt.Around around) {
      fetch = new Attempt<>("", around);
      entry = new Attempt<>("", around);
      keep = new Attempt<>("", around);
    }
  }

  /** What is entered in the log. */
  private record Version(Manifest manifest, Digest digest) {}

  /**
   * Why what is served could not be brought back.
   *
   * @param again when it is tried again
   */
  record NotKept(String message, Instant again) {}

  /** What is served. */
  private record Served(Digest module, Optional<Digest> files) {}

  FunctionJobs(
      FunctionFetch fetch, Optional<FunctionLog> log, InstantSource clock, RandomGenerator chance) {
    this.fetch = fetch;
    this.log = log;
    this.around = new Attempt.Around(threads, clock, chance);
  }

  /** Of the generation that the object has now. */
  Fetch fetched(Function function) {
    var jobs = byUid.get(uid(function));
    if (jobs == null) return new Fetch.NotBegun();
    synchronized (jobs) {
      if (!jobs.fetch.isAbout(generation(function))) return new Fetch.NotBegun();
      return switch (jobs.fetch.state()) {
        case State.NotBegun<FunctionFetch.Found> _ -> new Fetch.NotBegun();
        case State.UnderWay<FunctionFetch.Found> _ -> new Fetch.UnderWay();
        case State.Failed<FunctionFetch.Found>(var reason, var message, var again) ->
            new Fetch.Failed(reason, message, again);
        case State.Done<FunctionFetch.Found>(var found) ->
            new Fetch.Found(found.module(), found.files(), found.from());
      };
    }
  }

  /** Of the version that was given to {@link #enter} last. */
  Entry entered(Function function) {
    if (log.isEmpty()) return new Entry.NoLog();
    var jobs = byUid.get(uid(function));
    if (jobs == null) return new Entry.NotBegun();
    synchronized (jobs) {
      if (!(jobs.entry.about() instanceof Version version)) return new Entry.NotBegun();
      return switch (jobs.entry.state()) {
        case State.NotBegun<Long> _ -> new Entry.NotBegun();
        case State.UnderWay<Long> _ -> new Entry.UnderWay(version.digest());
        case State.Failed<Long>(var reason, var message, var again) ->
            new Entry.Failed(version.digest(), reason, message, again);
        case State.Done<Long>(var index) -> new Entry.Entered(version.digest(), index);
      };
    }
  }

  /** Begins to find out what it names, unless that is under way or waits for its time. */
  void fetch(Function function, Runnable ended) {
    var jobs = jobs(function);
    synchronized (jobs) {
      var generation = generation(function);
      if (!jobs.fetch.isAbout(generation)) {
        jobs.fetch.cancel();
        jobs.fetch = new Attempt<>(generation, around);
      }
      jobs.fetch.begin(() -> inTurn(function, () -> fetch.resolve(function)), ended);
    }
  }

  void enter(Function function, Manifest manifest, Digest version, Runnable ended) {
    var port = log.orElseThrow();
    var jobs = jobs(function);
    synchronized (jobs) {
      var wanted = new Version(manifest, version);
      if (!jobs.entry.isAbout(wanted)) {
        jobs.entry.cancel();
        jobs.entry = new Attempt<>(wanted, around);
      }
      jobs.entry.begin(() -> enter(port, wanted), ended);
    }
  }

  /**
   * Brings back what is served, where it is not in the store.
   *
   * @return why that did not succeed, if it was tried and did not
   */
  Optional<NotKept> keep(Function function, Digest module, Optional<Digest> files, Runnable ended) {
    boolean here = fetch.isHere(module) && files.map(fetch::isHere).orElse(true);
    if (here) return Optional.empty();
    var jobs = jobs(function);
    synchronized (jobs) {
      var served = new Served(module, files);
      boolean lost = jobs.keep.isAbout(served) && jobs.keep.state() instanceof State.Done<Digest>;
      if (lost || !jobs.keep.isAbout(served)) {
        jobs.keep.cancel();
        jobs.keep = new Attempt<>(served, around);
      }
      jobs.keep.begin(
          () ->
              inTurn(
                  function,
                  () -> {
                    fetch.restore(function, module, files);
                    return module;
                  }),
          ended);
      return jobs.keep.state() instanceof State.Failed<Digest>(_, var message, var again)
          ? Optional.of(new NotKept(message, again))
          : Optional.empty();
    }
  }

  /** The function is gone. */
  void forget(String uid) {
    var jobs = byUid.remove(uid);
    if (jobs == null) return;
    synchronized (jobs) {
      jobs.fetch.cancel();
      jobs.entry.cancel();
      jobs.keep.cancel();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private Long enter(FunctionLog log, Version version) throws Failure, InterruptedException {
    entries.acquire();
    try {
      return log.publish(version.manifest(), version.digest());
    } catch (FunctionLog.Refused e) {
      throw new Failure(FunctionReason.LOG_REFUSED, true, "the log refuses: " + e.getMessage());
    } catch (IOException e) {
      throw new Failure(FunctionReason.LOG_UNREACHABLE, false, String.valueOf(e.getMessage()));
    } finally {
      entries.release();
    }
  }

  private <R> R inTurn(Function function, Attempt.Job<R> job) throws Failure, InterruptedException {
    var namespace =
        namespaces.computeIfAbsent(
            Objects.requireNonNullElse(function.getMetadata().getNamespace(), ""),
            _ -> new Semaphore(FETCHES_OF_A_NAMESPACE, true));
    namespace.acquire();
    try {
      fetches.acquire();
      try {
        return job.run();
      } finally {
        fetches.release();
      }
    } finally {
      namespace.release();
    }
  }

  private Jobs jobs(Function function) {
    return byUid.computeIfAbsent(uid(function), _ -> new Jobs(around));
  }

  private static String uid(Function function) {
    return Objects.requireNonNullElse(function.getMetadata().getUid(), "");
  }

  private static Long generation(Function function) {
    return Objects.requireNonNullElse(function.getMetadata().getGeneration(), 0L);
  }
}
