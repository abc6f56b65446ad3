package dev.windlass.operator;

import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionSpec;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.plan.FunctionDecision.Step;
import dev.windlass.operator.plan.FunctionObserved;
import dev.windlass.operator.plan.FunctionPlan;
import dev.windlass.operator.plan.FunctionReason;
import dev.windlass.operator.plan.FunctionRoom;
import dev.windlass.operator.plan.FunctionText;
import dev.windlass.operator.plan.RouteClaims;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Ignore;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Functions: what a status should say is decided by {@link FunctionPlan}; what takes its time is
 * left to {@link FunctionJobs}, whose end wakes the function again. Nothing is written when nothing
 * changed.
 */
@Ignore
final class FunctionReconciler implements Reconciler<Function> {
  private final Parts parts;
  private final Caches caches;
  private final FunctionJobs jobs;
  private final FunctionPins pins;
  private final Wakes<Function> wakes;
  private final String baseUrl;

  FunctionReconciler(Parts parts, FunctionJobs jobs, FunctionPins pins) {
    this.parts = parts;
    this.caches = parts.caches();
    this.jobs = jobs;
    this.pins = pins;
    this.wakes = new Wakes<>("function-wakes", caches.functions);
    this.baseUrl = baseUrl(parts.config());
  }

  /** Without a slash at its end; where nobody says better, the heads' Service. */
  private static String baseUrl(OperatorConfig config) {
    return config
        .baseUrl()
        .map(url -> url.replaceFirst("/+$", ""))
        .orElse("http://" + config.name() + "-head." + config.namespace() + ".svc");
  }

  @Override
  public List<EventSource<?, Function>> prepareEventSources(EventSourceContext<Function> context) {
    caches.functions.onChange(this::functionChanged);
    caches.pools.onChange((before, after) -> poolChanged(before, after));
    caches.workers.onChange(this::workerChanged);
    return List.of(wakes.source());
  }

  @Override
  public UpdateControl<Function> reconcile(Function primary, Context<Function> context) {
    if (primary.getMetadata().getDeletionTimestamp() != null) return UpdateControl.noUpdate();
    var function = withNewestStatus(primary);
    var seen =
        new FunctionObserved(
            function,
            jobs.fetched(function),
            jobs.entered(function),
            FunctionRoom.of(function, caches.pools.list(), caches.workers.list()),
            RouteClaims.of(caches.functions.list()),
            baseUrl);
    var decision = FunctionPlan.decide(seen, parts.clock().instant());
    var lookAgain = decision.lookAgain();
    for (var step : decision.steps()) lookAgain = sooner(lookAgain, begin(function, step));
    if (!decision.status().equals(function.status())) {
      var meta = function.getMetadata();
      parts
          .cluster()
          .applyStatus(Function.ofStatus(meta.getNamespace(), meta.getName(), decision.status()))
          .ifPresent(caches.functions::wrote);
    }
    for (var step : decision.steps())
      if (step instanceof Step.Emit(var warning, var reason, var message))
        parts.events().emit(function, warning, reason.word(), FunctionText.bounded(message), "");
    var control = UpdateControl.<Function>noUpdate();
    lookAgain.ifPresent(control::rescheduleAfter);
    return control;
  }

  /** Begins what takes its time; returns when to look at it again. */
  private Optional<Duration> begin(Function function, Step step) {
    switch (step) {
      case Step.Fetch() -> jobs.fetch(function, () -> wake(function));
      case Step.Enter(var manifest, var version) ->
          jobs.enter(function, manifest, version, () -> wake(function));
      case Step.Keep(var module, var files) -> {
        var digests = Stream.concat(Stream.of(module), files.stream()).toList();
        pins.only(function.getMetadata().getUid(), Set.copyOf(digests));
        var failed = jobs.keep(function, module, files, () -> wake(function));
        if (failed.isPresent()) {
          var message = module + " cannot be fetched again: " + failed.get().message();
          parts
              .events()
              .emit(
                  function,
                  true,
                  FunctionReason.ARTIFACT_VANISHED.word(),
                  FunctionText.bounded(message),
                  "");
          return Optional.of(Duration.between(parts.clock().instant(), failed.get().again()));
        }
      }
      case Step.Emit _ -> {}
    }
    return Optional.empty();
  }

  private static Optional<Duration> sooner(Optional<Duration> a, Optional<Duration> b) {
    var least = Duration.ofMillis(200);
    var both = Stream.concat(a.stream(), b.stream());
    return both.min(Duration::compareTo).map(d -> d.compareTo(least) < 0 ? least : d);
  }

  /** The watch may not have brought yet what we wrote ourselves. */
  private Function withNewestStatus(Function primary) {
    var newest = caches.functions.get(ResourceID.fromResource(primary));
    boolean same =
        newest
            .filter(n -> n.getMetadata().getUid().equals(primary.getMetadata().getUid()))
            .isPresent();
    if (!same) return primary;
    var function = new Function();
    function.setMetadata(primary.getMetadata());
    function.setSpec(primary.getSpec());
    function.setStatus(newest.get().getStatus());
    return function;
  }

  /** Of two hundred functions with a module in each, the watch keeps the rest. */
  static void dropBytes(Function function) {
    var s = function.spec();
    function.setSpec(
        new FunctionSpec(
            null,
            s.digest(),
            null,
            s.entry(),
            s.args(),
            s.env(),
            s.secrets(),
            s.world(),
            s.limits(),
            s.determinism(),
            s.retry(),
            s.permissions(),
            s.hardware(),
            s.policy(),
            s.route()));
  }

  private void wake(Function function) {
    wakes.one(function.getMetadata().getNamespace(), function.getMetadata().getName());
  }

  /** A route that comes free, or is taken, concerns whoever asks for the same one. */
  private void functionChanged(Optional<Function> before, Optional<Function> after) {
    if (after.isEmpty())
      before.ifPresent(
          gone -> {
            jobs.forget(gone.getMetadata().getUid());
            pins.only(gone.getMetadata().getUid(), Set.of());
          });
    var was = before.filter(FunctionReconciler::isStaying).flatMap(RouteClaims::key);
    var is = after.filter(FunctionReconciler::isStaying).flatMap(RouteClaims::key);
    if (was.equals(is)) return;
    for (var other : caches.functions.list()) {
      var asked = RouteClaims.key(other);
      if (asked.isPresent() && (asked.equals(was) || asked.equals(is))) wake(other);
    }
  }

  private static boolean isStaying(Function function) {
    return function.getMetadata().getDeletionTimestamp() == null;
  }

  private void poolChanged(Optional<WorkerPool> before, Optional<WorkerPool> after) {
    boolean shared = Stream.concat(before.stream(), after.stream()).anyMatch(p -> isShared(p));
    var any = after.or(() -> before);
    if (before.isPresent() && after.isPresent() && sameSpec(before.get(), after.get())) return;
    if (shared) wakes.all();
    else any.ifPresent(p -> wakes.allIn(p.getMetadata().getNamespace()));
  }

  private static boolean isShared(WorkerPool pool) {
    return Boolean.TRUE.equals(pool.spec().shared());
  }

  private static boolean sameSpec(WorkerPool a, WorkerPool b) {
    return Objects.equals(a.getMetadata().getGeneration(), b.getMetadata().getGeneration())
        && Objects.equals(
            a.getMetadata().getDeletionTimestamp(), b.getMetadata().getDeletionTimestamp());
  }

  /** Heads write each worker's status all the time; only its state matters here. */
  private void workerChanged(Optional<Worker> before, Optional<Worker> after) {
    var was = before.map(w -> String.valueOf(w.status().state()));
    var is = after.map(w -> String.valueOf(w.status().state()));
    if (was.equals(is)) return;
    var namespace = after.or(() -> before).orElseThrow().getMetadata().getNamespace();
    boolean shared =
        caches.pools.inNamespace(namespace).stream().anyMatch(FunctionReconciler::isShared);
    if (shared) wakes.all();
    else wakes.allIn(namespace);
  }
}
