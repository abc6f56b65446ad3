package dev.windlass.operator.plan;

import dev.windlass.function.Cid;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.ConditionTypes;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionStatus;
import dev.windlass.operator.plan.FunctionDecision.Step;
import dev.windlass.operator.plan.FunctionObserved.Entry;
import dev.windlass.operator.plan.FunctionObserved.Fetch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a Function's status should be and what has to be done for it. A generation is resolved once:
 * from then on its digests stand in the status, and its source is not asked again. What is served
 * changes in one write, when the new version is resolved, checked and in the log; whatever goes
 * wrong before that leaves the version before it.
 */
public final class FunctionPlan {
  /** Between two looks, when time alone decides. */
  private static final Duration SOONEST = Duration.ofMillis(200);

  private final FunctionObserved seen;
  private final Function function;
  private final FunctionStatus before;
  private final long generation;
  private final Instant now;
  private final List<Step> steps = new ArrayList<>();
  private @Nullable Instant again;

  private FunctionPlan(FunctionObserved seen, Instant now) {
    this.seen = seen;
    this.function = seen.function();
    this.before = function.status();
    this.generation = Objects.requireNonNullElse(function.getMetadata().getGeneration(), 0L);
    this.now = now;
  }

  public static FunctionDecision decide(FunctionObserved seen, Instant now) {
    return new FunctionPlan(seen, now).decide();
  }

  /** Whether what the status names was found for the generation that the object has now. */
  public static boolean isSettled(Function function) {
    var generation = function.getMetadata().getGeneration();
    var status = function.status();
    return generation != null
        && status.resolvedDigest() != null
        && generation.equals(status.resolvedGeneration());
  }

  /** What a condition says, without its times. */
  private record Word(String status, FunctionReason reason, String message) {
    boolean isTrue() {
      return status.equals(Condition.TRUE);
    }
  }

  private static Word yes(FunctionReason reason, String message) {
    return new Word(Condition.TRUE, reason, message);
  }

  private static Word no(FunctionReason reason, String message) {
    return new Word(Condition.FALSE, reason, message);
  }

  private static Word unknown(FunctionReason reason, String message) {
    return new Word(Condition.UNKNOWN, reason, message);
  }

  /** A version whose artifacts are in the store. */
  private record Version(Manifest manifest, Digest digest, String text) {
    static Version of(Manifest manifest) {
      var octets = ManifestJson.write(manifest);
      return new Version(manifest, Digest.of(octets), new String(octets, StandardCharsets.UTF_8));
    }
  }

  /** A version, or why there is none. */
  private record Resolution(Optional<Version> version, Word word) {
    static Resolution none(Word word) {
      return new Resolution(Optional.empty(), word);
    }
  }

  private FunctionDecision decide() {
    var resolution = resolve();
    var version = resolution.version();
    var logged = version.map(this::log).orElse(NOT_RESOLVED);
    var served = version.filter(_ -> logged.isTrue()).map(this::serve).orElse(before);
    if (served.resolvedDigest() != null) keep(served);
    var routed = route();
    var room = seen.room();
    var words =
        List.of(
            resolution.word(),
            logged,
            new Word(room.status(), room.reason(), room.message()),
            routed);
    var conditions = conditions(words, served);
    var status =
        new FunctionStatus(
            generation,
            served.resolvedDigest() == null ? null : url(routed),
            served.resolvedGeneration(),
            served.resolvedDigest(),
            served.manifestDigest(),
            served.manifest(),
            served.filesDigest(),
            served.cid(),
            served.logIndex(),
            served.compiledFor(),
            conditions);
    emit(status);
    return new FunctionDecision(
        status,
        steps,
        Optional.ofNullable(again).map(at -> max(Duration.between(now, at), SOONEST)));
  }

  private static final Word NOT_RESOLVED =
      unknown(FunctionReason.NOT_DECIDED, "the artifact is not verified");

  private Resolution resolve() {
    var unsupported = FunctionManifest.unsupported(function.spec());
    if (unsupported.isPresent()) return refused(unsupported.get());
    if (isSettled(function)) return settled();
    return switch (seen.fetch()) {
      case Fetch.NotBegun() -> {
        steps.add(new Step.Fetch());
        yield Resolution.none(unknown(FunctionReason.FETCHING, "the artifact is being fetched"));
      }
      case Fetch.UnderWay() ->
          Resolution.none(unknown(FunctionReason.FETCHING, "the artifact is being fetched"));
      case Fetch.Failed(var reason, var message, var at) -> {
        if (!at.isAfter(now)) steps.add(new Step.Fetch());
        else lookAt(at);
        yield Resolution.none(no(reason, message + "; tried again at " + seconds(at)));
      }
      case Fetch.Found(var module, var files, var from) ->
          resolved(module, files, module + " from " + from);
    };
  }

  /** The digests of the status; the words of the condition stay as they were. */
  private Resolution settled() {
    var words =
        before.conditions().stream()
            .filter(c -> c.type().equals(ConditionTypes.ARTIFACT_VERIFIED))
            .map(Condition::message)
            .findFirst()
            .orElse("");
    try {
      var files = Optional.ofNullable(before.filesDigest()).map(Digest::parse);
      return resolved(Digest.parse(String.valueOf(before.resolvedDigest())), files, words);
    } catch (IllegalArgumentException e) {
      return Resolution.none(no(FunctionReason.INVALID_SPEC, "status: " + e.getMessage()));
    }
  }

  private Resolution resolved(Digest module, Optional<Digest> files, String words) {
    return switch (FunctionManifest.of(function, module, files)) {
      case FunctionManifest.Accepted(var manifest) ->
          new Resolution(Optional.of(Version.of(manifest)), yes(FunctionReason.VERIFIED, words));
      case FunctionManifest.Refused refused -> refused(refused);
    };
  }

  private static Resolution refused(FunctionManifest.Refused refused) {
    var reason =
        switch (refused.cause()) {
          case NOT_SUPPORTED -> FunctionReason.NOT_SUPPORTED;
          case INVALID -> FunctionReason.INVALID_SPEC;
        };
    return Resolution.none(no(reason, refused.message()));
  }

  private Word log(Version version) {
    var known = before.logIndex();
    if (known != null && version.digest().toString().equals(before.manifestDigest()))
      return entered(known);
    return switch (seen.entry()) {
      case Entry.NoLog() ->
          yes(FunctionReason.NO_LOG, "there is no log in this release, results have no receipts");
      case Entry.Entered(var digest, var index) when digest.equals(version.digest()) ->
          entered(index);
      case Entry.Failed(var digest, var reason, var message, var at)
          when digest.equals(version.digest()) -> {
        if (!at.isAfter(now)) steps.add(new Step.Enter(version.manifest(), digest));
        else lookAt(at);
        yield no(reason, message + "; tried again at " + seconds(at));
      }
      case Entry.UnderWay(var digest) when digest.equals(version.digest()) -> ENTERING;
      case Entry.NotBegun(), Entry.UnderWay _, Entry.Entered _, Entry.Failed _ -> {
        steps.add(new Step.Enter(version.manifest(), version.digest()));
        yield ENTERING;
      }
    };
  }

  private static final Word ENTERING =
      unknown(FunctionReason.ENTERING, "the version is being entered in the log");

  private static Word entered(long index) {
    return yes(FunctionReason.ENTERED, "entry " + index + " of the log publishes this version");
  }

  private FunctionStatus serve(Version version) {
    var module = version.manifest().module();
    var digest = version.digest().toString();
    boolean same = digest.equals(before.manifestDigest());
    Long index =
        switch (seen.entry()) {
          case Entry.Entered(var of, var at) when of.equals(version.digest()) -> at;
          case Entry.NoLog _, Entry.NotBegun _, Entry.UnderWay _, Entry.Entered _, Entry.Failed _ ->
              same ? before.logIndex() : null;
        };
    if (!same)
      steps.add(
          new Step.Emit(false, FunctionReason.SERVED, "module " + module + ", version " + digest));
    return new FunctionStatus(
        generation,
        before.url(),
        generation,
        module.toString(),
        digest,
        version.text(),
        version.manifest().files().map(Digest::toString).orElse(null),
        new Cid(module).toString(),
        index,
        same ? before.compiledFor() : List.of(),
        before.conditions());
  }

  private void keep(FunctionStatus served) {
    try {
      steps.add(
          new Step.Keep(
              Digest.parse(String.valueOf(served.resolvedDigest())),
              Optional.ofNullable(served.filesDigest()).map(Digest::parse)));
    } catch (IllegalArgumentException _) {
      // somebody wrote into the status: the next version overwrites it
    }
  }

  private Word route() {
    return switch (FunctionRoute.of(function)) {
      case FunctionRoute.None() -> yes(FunctionReason.NO_ROUTE, "it answers at " + ownPath());
      case FunctionRoute.Invalid(var why) -> no(FunctionReason.INVALID_SPEC, why);
      case FunctionRoute.Wanted(var name, var route) -> {
        var reserved = RouteClaims.reserved(route);
        var shown = route.host() + route.path();
        if (reserved.isPresent())
          yield no(
              FunctionReason.ROUTE_RESERVED,
              "spec.route.path "
                  + route.path()
                  + " lies in "
                  + reserved.get()
                  + ", which is the heads' own; it answers at "
                  + ownPath());
        yield seen.claims()
            .holder(route, name)
            .map(
                holder ->
                    no(
                        FunctionReason.ROUTE_CONFLICT,
                        "the route "
                            + shown
                            + " belongs to the older function "
                            + holder
                            + "; it answers at "
                            + ownPath()))
            .orElseGet(() -> yes(FunctionReason.ROUTED, "it answers at " + shown));
      }
    };
  }

  private String url(Word routed) {
    if (routed.reason() == FunctionReason.ROUTED
        && FunctionRoute.of(function) instanceof FunctionRoute.Wanted(_, var route)) {
      if (route.host().isEmpty()) return seen.baseUrl() + route.path();
      var scheme = seen.baseUrl().startsWith("https:") ? "https://" : "http://";
      return scheme + route.host() + route.path();
    }
    return seen.baseUrl() + ownPath();
  }

  private String ownPath() {
    var meta = function.getMetadata();
    return "/fn/" + meta.getNamespace() + "/" + meta.getName();
  }

  private List<Condition> conditions(List<Word> words, FunctionStatus served) {
    var conditions = new ArrayList<Condition>();
    Optional<Word> first = Optional.empty();
    for (int i = 0; i < words.size(); i++) {
      conditions.add(condition(ConditionTypes.OF_FUNCTION.get(i), words.get(i)));
      if (first.isEmpty() && !words.get(i).isTrue()) first = Optional.of(words.get(i));
    }
    var ready =
        first
            .map(w -> new Word(w.status(), w.reason(), w.message() + stillServed(w, served)))
            .orElse(yes(FunctionReason.READY, "it answers"));
    conditions.add(condition(ConditionTypes.READY, ready));
    return conditions;
  }

  /** Whether somebody who sees a failure has to hurry. */
  private String stillServed(Word word, FunctionStatus served) {
    boolean stale = served == before && before.resolvedDigest() != null;
    return stale && !word.reason().equals(FunctionReason.NOT_DECIDED)
        ? "; until then " + before.resolvedDigest() + " is served"
        : "";
  }

  private Condition condition(String type, Word word) {
    var message = FunctionText.bounded(word.message());
    var old = before.conditions().stream().filter(c -> c.type().equals(type)).findFirst();
    var since =
        old.filter(c -> c.status().equals(word.status()))
            .map(Condition::lastTransitionTime)
            .orElse(seconds(now));
    return new Condition(type, word.status(), generation, since, word.reason().word(), message);
  }

  /** One event for each reason that is news; Ready repeats another condition's. */
  private void emit(FunctionStatus status) {
    for (var condition : status.conditions()) {
      if (condition.type().equals(ConditionTypes.READY)
          || condition.status().equals(Condition.UNKNOWN)) continue;
      boolean news =
          before.conditions().stream()
              .filter(c -> c.type().equals(condition.type()))
              .noneMatch(
                  c ->
                      c.status().equals(condition.status())
                          && c.reason().equals(condition.reason()));
      if (news)
        steps.add(
            new Step.Emit(
                condition.status().equals(Condition.FALSE),
                reason(condition.reason()),
                condition.message()));
    }
  }

  private static FunctionReason reason(String word) {
    for (var reason : FunctionReason.values()) if (reason.word().equals(word)) return reason;
    throw new IllegalStateException("a condition has a reason that is none: " + word);
  }

  private void lookAt(Instant at) {
    if (again == null || at.isBefore(again)) again = at;
  }

  private static String seconds(Instant at) {
    return Instant.ofEpochSecond(at.getEpochSecond()).toString();
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
