package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Manifest;
import dev.windlass.function.World;
import dev.windlass.json.Json;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.Reply;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request to a function becomes a run, and what came of the run becomes an answer. Straight-line
 * and blocking: call it on a virtual thread.
 */
final class Invoker {
  private static final SortedMap<String, String> NO_VARIABLES =
      Collections.unmodifiableSortedMap(new TreeMap<>());
  private static final int MAX_LOCAL_REDIRECTS = 5;
  private static final int STDERR_TAIL = 2_048;

  /**
   * What is given to {@link Invoker}.
   *
   * @param receipts empty where there is no log
   */
  record Parts(
      Catalogue catalogue,
      Dispatch dispatch,
      Results results,
      Logs logs,
      Optional<Receipts> receipts,
      HeadMetrics metrics) {}

  private final Catalogue catalogue;
  private final Dispatch dispatch;
  private final Results results;
  private final Logs logs;
  private final Optional<Receipts> receipts;
  private final HeadMetrics metrics;
  private final InstantSource clock;
  private final String software;
  private final int keptBodyBytes;

  Invoker(Parts parts, HeadConfig config, InstantSource clock) {
    this.catalogue = parts.catalogue();
    this.dispatch = parts.dispatch();
    this.results = parts.results();
    this.logs = parts.logs();
    this.receipts = parts.receipts();
    this.metrics = parts.metrics();
    this.clock = clock;
    this.software = "windlass/" + config.version();
    this.keptBodyBytes = config.memory().resultBodyBytes();
  }

  /**
   * @param version current when the request arrived
   * @return the answer, and whether a run stands behind it
   */
  Replays.Answered answer(
      Catalogue.Entry function, Catalogue.Version version, FunctionRequest request) {
    for (int redirects = 0; ; redirects++) {
      var answered = once(function, version, request);
      if (answered.redirect() == null) {
        metrics.answered(function.name(), answered.outcome());
        return new Replays.Answered(answered.answer(), answered.ran());
      }
      metrics.answered(function.name(), "ok");
      var to = answered.redirect();
      var found = target(request, to);
      if (found.isEmpty() || redirects == MAX_LOCAL_REDIRECTS) {
        var why =
            found.isEmpty()
                ? "it redirects to " + to.path() + ", where no function answers"
                : "it redirects more than " + MAX_LOCAL_REDIRECTS + " times";
        return new Replays.Answered(
            HttpAnswer.of(Problem.of(ProblemType.MALFORMED_RESPONSE, why)), true);
      }
      function = found.get().entry();
      version = function.current();
      request = request.redirected(found.get().mount(), found.get().rest(), to.query());
    }
  }

  private Optional<Routes.Match> target(FunctionRequest from, CgiResponse.LocalRedirect to) {
    var direct = FunctionPath.parse(to.path());
    if (direct.isPresent())
      return catalogue
          .find(direct.get().namespace(), direct.get().name())
          .map(entry -> new Routes.Match(entry, direct.get().mount(), direct.get().rest()));
    return catalogue.routes().find(CgiVariables.hostOf(from.headers().get("Host")), to.path());
  }

  /** One run: an answer, or where to go from here. */
  private record Once(
      HttpAnswer answer,
      String outcome,
      boolean ran,
      CgiResponse.@org.jspecify.annotations.Nullable LocalRedirect redirect) {}

  private Once once(Catalogue.Entry function, Catalogue.Version version, FunctionRequest request) {
    long begun = System.nanoTime();
    var loaded = catalogue.load(function.name(), version.manifest());
    var manifest = loaded.manifest();
    var env = manifest.world() == World.CGI ? CgiVariables.of(request, software) : NO_VARIABLES;
    var job = new Dispatch.Job(function, loaded, env, request.body());
    return switch (run(job, version)) {
      case Dispatch.Failed failed -> {
        var problem = failed.problem().with("invocation", Json.of(failed.invocation().toString()));
        var answer = HttpAnswer.of(problem).with(headers(failed.invocation(), version));
        boolean ran = failed.attempts() > 0 && failed.problem().type() == ProblemType.BAD_RESULT;
        yield new Once(answer, problem.type().word(), ran, null);
      }
      case Dispatch.Ran ran -> {
        long nanos = System.nanoTime() - begun;
        metrics.took(nanos);
        remember(job, ran, nanos);
        yield concluded(manifest, version, request, ran);
      }
    };
  }

  /** With a place for its receipt, or not at all. */
  private Dispatch.Conclusion run(Dispatch.Job job, Catalogue.Version version) {
    if (receipts.isEmpty()) return dispatch.run(job);
    if (version.publishIndex().isEmpty()) throw Publications.notYet(job.manifest()).thrown();
    if (!receipts.get().reserve()) throw Receipts.BEHIND.thrown();
    boolean kept = false;
    try {
      var conclusion = dispatch.run(job);
      if (conclusion instanceof Dispatch.Ran ran) {
        receipts.get().add(PendingReceipt.of(job, version, ran, clock.millis()));
        kept = true;
      }
      return conclusion;
    } finally {
      if (!kept) receipts.get().release();
    }
  }

  private Once concluded(
      Manifest manifest, Catalogue.Version version, FunctionRequest request, Dispatch.Ran ran) {
    var headers = headers(ran.invocation(), version);
    if (receipts.isPresent())
      headers.add(Map.entry(HeaderNames.RECEIPT, ran.invocation().toString()));
    headers.add(Map.entry("Windlass-Workers", ran.worker().toString()));
    if (ran.done().outcome() instanceof Outcome.Exited)
      headers.add(Map.entry("Windlass-Fuel", Long.toString(ran.done().fuel())));
    headers.add(Map.entry("Windlass-Attempts", Integer.toString(ran.attempts())));
    headers.add(Map.entry("Server-Timing", ServerTiming.of(ran)));
    var failure = failure(manifest, ran);
    if (failure.isPresent())
      return new Once(
          HttpAnswer.of(failure.get()).with(headers), failure.get().type().word(), true, null);
    if (manifest.world() == World.WASI)
      return new Once(plain(request, ran.done().output()).with(headers), "ok", true, null);
    return switch (CgiResponse.parse(ran.done().output())) {
      case CgiResponse.Document(var status, var fields, var body) ->
          new Once(new HttpAnswer(status, fields, body).with(headers), "ok", true, null);
      case CgiResponse.LocalRedirect to ->
          new Once(new HttpAnswer(200, headers, Bytes.EMPTY), "ok", true, to);
      case CgiResponse.Malformed(var why) -> {
        var problem = described(Problem.of(ProblemType.MALFORMED_RESPONSE, why), ran);
        yield new Once(HttpAnswer.of(problem).with(headers), problem.type().word(), true, null);
      }
    };
  }

  private static List<Map.Entry<String, String>> headers(
      InvocationId id, Catalogue.Version version) {
    var headers = new ArrayList<Map.Entry<String, String>>(8);
    headers.add(Map.entry("Windlass-Invocation", id.toString()));
    headers.add(Map.entry("Windlass-Function", version.manifest().toString()));
    return headers;
  }

  /** The world {@code wasi}: stdout as it is. */
  private static HttpAnswer plain(FunctionRequest request, Bytes output) {
    var type = MediaType.of(request.headers().get("Accept"), output);
    return new HttpAnswer(
        200,
        List.of(Map.entry("Content-Type", type), Map.entry("X-Content-Type-Options", "nosniff")),
        output);
  }

  private static Optional<Problem> failure(Manifest manifest, Dispatch.Ran ran) {
    var problem =
        switch (ran.done().outcome()) {
          case Outcome.Exited(var code) when code == 0 -> null;
          case Outcome.Exited(var code) ->
              Problem.of(ProblemType.EXITED, "the function ended with exit code " + code)
                  .with("exit", Json.of(code));
          case Outcome.Trapped(var code) ->
              Problem.of(ProblemType.TRAP, "the function trapped: " + code)
                  .with("trap", Json.of(code));
          case Outcome.OutOfFuel(var limit) ->
              limited(ProblemType.OUT_OF_FUEL, "used up its fuel of " + limit, limit);
          case Outcome.OutOfMemory(var limit) ->
              limited(
                  ProblemType.OUT_OF_MEMORY, "needs more memory than " + limit + " bytes", limit);
          case Outcome.OutOfTime(var limit) ->
              limited(ProblemType.OUT_OF_TIME, "ran longer than " + limit + " ms", limit);
          case Outcome.OutputTooLarge(var limit) ->
              limited(ProblemType.OUTPUT_TOO_LARGE, "wrote more than " + limit + " bytes", limit);
          case Outcome.StackOverflow() ->
              Problem.of(ProblemType.STACK_OVERFLOW, "the function used up its stack");
        };
    return Optional.ofNullable(problem)
        .map(p -> described(p, ran).with("function", Json.of(manifest.name().toString())));
  }

  private static Problem limited(ProblemType type, String what, long limit) {
    return Problem.of(type, "the function " + what).with("limit", Json.of(limit));
  }

  /** With what is needed to find out more: the invocation, the worker, the end of stderr. */
  private static Problem described(Problem problem, Dispatch.Ran ran) {
    var all =
        problem
            .with("invocation", Json.of(ran.invocation().toString()))
            .with("worker", Json.of(ran.worker().toString()));
    var stderr = ran.done().stderr();
    if (stderr.size() == 0) return all;
    int from = Math.max(0, stderr.size() - STDERR_TAIL);
    var tail = new String(stderr.unsafeArray(), from, stderr.size() - from, StandardCharsets.UTF_8);
    return all.with("stderr", Json.of(tail))
        .with("stderrDropped", Json.of(from + ran.done().droppedStderr()));
  }

  private void remember(Dispatch.Job job, Dispatch.Ran ran, long nanos) {
    var done = ran.done();
    boolean keepOutput = done.output().size() <= keptBodyBytes;
    var result =
        new Result(
            ran.invocation(),
            job.manifest(),
            job.function().digest(),
            ran.worker(),
            ran.attempts(),
            job.env(),
            job.body().size() <= keptBodyBytes ? Optional.of(job.body()) : Optional.empty(),
            job.body().size(),
            keepOutput ? done : withoutOutput(done),
            keepOutput ? Optional.empty() : Optional.of(done.output().size()),
            nanos / 1_000);
    results.add(result);
    if (done.stderr().size() == 0 && result.outcome().equals("ok")) return;
    logs.append(
        job.manifest().name(),
        new Logs.Entry(
            ran.invocation().toString(),
            ran.invocation().unixMillis(),
            ran.worker().toString(),
            result.outcome(),
            done.stderr(),
            done.droppedStderr()));
  }

  private static Reply.Done withoutOutput(Reply.Done done) {
    return new Reply.Done(
        done.statement(),
        done.signature(),
        done.outcome(),
        Bytes.EMPTY,
        done.stderr(),
        done.droppedStderr(),
        done.fuel(),
        done.times());
  }
}
