package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.FunctionName;
import dev.windlass.function.ManifestJson;
import dev.windlass.json.Json;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Outcome;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Purpose;
import dev.windlass.receipt.ResultFile;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What went on and goes on: results, logs, workers; trust and join tokens. */
final class OperationApi {
  private static final int DEFAULT_RESULTS = 50;
  private static final int MAX_RESULTS = 1_000;

  private final Catalogue catalogue;
  private final Results results;
  private final Logs logs;
  private final Fleet fleet;
  private final Supplier<Bytes> trustFile;
  private final Supplier<HeadPorts.JoinToken> tokens;
  private final DirectSignatures direct;
  private final Revocation revocation;
  private final InstantSource clock;
  private final Set<ApiExchange.Lines> following = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /** {@link HeadPorts#revokeWorker}. */
  @FunctionalInterface
  interface Revocation {
    Optional<HeadPorts.Revoked> revoke(String name) throws IOException;
  }

  /** What is given to {@link OperationApi}. */
  record Parts(
      Catalogue catalogue,
      Results results,
      Logs logs,
      Fleet fleet,
      Supplier<Bytes> trustFile,
      Supplier<HeadPorts.JoinToken> tokens,
      DirectSignatures direct,
      Revocation revocation) {}

  OperationApi(Parts parts, InstantSource clock) {
    this.catalogue = parts.catalogue();
    this.results = parts.results();
    this.logs = parts.logs();
    this.fleet = parts.fleet();
    this.trustFile = parts.trustFile();
    this.tokens = parts.tokens();
    this.direct = parts.direct();
    this.revocation = parts.revocation();
    this.clock = clock;
  }

  void workers(ApiExchange api) {
    var workers = fleet.members().stream().map(this::described).toList();
    api.json(200, Json.object().put("workers", Json.array(workers)).build());
  }

  private Json described(Fleet.Member member) {
    var report = member.report();
    var hardware = report.hardware();
    var quarantined = fleet.quarantined(member.id);
    var state = quarantined.isPresent() ? "quarantined" : report.draining() ? "draining" : "ready";
    return Json.object()
        .put("id", member.id.toString())
        .put("name", member.id.name())
        .put("state", state)
        .put("why", quarantined.orElse(""))
        .put("lanes", report.lanes())
        .put("freeLanes", report.freeLanes())
        .put("capacity", member.capacity)
        .put("inFlight", member.inFlight())
        .put("engine", report.engine().toString())
        .put("engineVersion", report.engineVersion())
        .put("version", report.version())
        .put("warm", report.warm().size())
        .put("freeMemoryBytes", report.freeMemoryBytes())
        .put("residentBytes", report.residentBytes())
        .put("joinedAt", Instant.ofEpochMilli(member.joinedAtMillis).toString())
        .put("reportAgeMillis", Math.max(0, clock.millis() - member.reportedAtMillis()))
        .put(
            "hardware",
            Json.object()
                .put("architecture", hardware.architecture())
                .put("vcpus", Json.of(hardware.vcpus()))
                .put("mhz", hardware.mhz())
                .put("memoryBytes", hardware.memoryBytes())
                .put("diskKind", hardware.diskKind())
                .put("diskBytes", hardware.diskBytes())
                .put("freeDiskBytes", hardware.freeDiskBytes())
                .put("diskWriteMBps", hardware.diskWriteMBps())
                .build())
        .build();
  }

  void revoke(ApiExchange api) {
    var name = api.path("name");
    try {
      var revoked =
          revocation
              .revoke(name)
              .orElseThrow(
                  () ->
                      Problem.of(ProblemType.UNKNOWN_WORKER, "no worker was registered as " + name)
                          .thrown());
      api.json(
          200,
          Json.object()
              .put("worker", revoked.worker().toString())
              .put("revokedNow", Json.of(revoked.now()))
              .build());
    } catch (UnsupportedOperationException e) {
      api.problem(
          Problem.of(
              ProblemType.UNKNOWN_RESOURCE, "this head has no registrar: ask where it runs"));
    } catch (IOException e) {
      throw ManagementApi.failed(e);
    }
  }

  void results(ApiExchange api) {
    var function = api.query("function").map(OperationApi::functionName);
    int limit = api.query("limit").map(OperationApi::limit).orElse(DEFAULT_RESULTS);
    var found = results.latest(function, limit).stream().map(OperationApi::summary).toList();
    api.json(200, Json.object().put("results", Json.array(found)).build());
  }

  private static Json summary(Result result) {
    var outcome = result.done().outcome();
    var exit = outcome instanceof Outcome.Exited(var code) ? Json.of(code) : Json.ofNull();
    boolean exited = outcome instanceof Outcome.Exited;
    return Json.object()
        .put("invocation", result.invocation().toString())
        .put("at", Instant.ofEpochMilli(result.invocation().unixMillis()).toString())
        .put("function", result.manifest().name().toString())
        .put("manifest", result.manifestDigest().toString())
        .put("worker", result.worker().toString())
        .put("outcome", result.outcome())
        .put("exit", exit)
        .put("fuel", exited ? Json.of(result.done().fuel()) : Json.ofNull())
        .put("inputBytes", result.inputBytes())
        .put("outputBytes", result.outputBytes())
        .put("runMicros", result.done().times().ran())
        .put("totalMicros", result.totalMicros())
        .put("attempts", result.attempts())
        .put("batched", result.done().signature().batch().isPresent())
        .build();
  }

  void result(ApiExchange api) {
    var id = invocation(api.path("invocation"));
    var result =
        results
            .find(id)
            .orElseThrow(
                () ->
                    Problem.of(
                            ProblemType.UNKNOWN_RESULT,
                            "no result of " + id + ": the head keeps the latest only")
                        .thrown());
    var signature =
        switch (api.query("signature").orElse("any")) {
          case "any" -> ResultCheck.signature(result.done().signature()).orElseThrow();
          case "direct" -> direct.of(result);
          case String other ->
              throw Problem.of(ProblemType.BAD_REQUEST, "signature must be any or direct: " + other)
                  .thrown();
        };
    var file = file(result, signature).toJson();
    api.answer(200, "application/json", Bytes.wrap(file.canonical()));
  }

  private static ResultFile file(Result result, Dsse.Signature signature) {
    var done = result.done();
    var envelope = new Dsse(Purpose.RESULT.payloadType(), done.statement(), List.of(signature));
    if (!(ManifestJson.toJson(result.manifest()) instanceof Json.Obj manifest))
      throw new AssertionError("a manifest is an object");
    return new ResultFile(
        envelope,
        manifest,
        result.env(),
        result.input(),
        result.droppedOutput().isPresent() ? Optional.empty() : Optional.of(done.output()),
        Optional.of(done.stderr()));
  }

  void trust(ApiExchange api) {
    api.answer(200, "application/json", trustFile.get());
  }

  void joinToken(ApiExchange api) {
    try {
      var token = tokens.get();
      api.json(
          201,
          Json.object()
              .put("token", token.text())
              .put("notAfter", token.notAfter().toString())
              .build());
    } catch (UnsupportedOperationException e) {
      api.problem(
          Problem.of(
              ProblemType.UNKNOWN_RESOURCE, "this head has no registrar: ask where it runs"));
    }
  }

  /**
   * What is kept, oldest first; with {@code follow=true} also what comes, until the client goes.
   */
  void logs(ApiExchange api) {
    var name = ManagementApi.name(api);
    if (catalogue.find(name).isEmpty()) throw ManagementApi.unknown(name);
    boolean follow = api.query("follow").map("true"::equals).orElse(false);
    if (!follow) {
      var lines = api.lines();
      for (var entry : logs.read(name)) lines.line(json(entry));
      lines.end();
      return;
    }
    // Follow first and read after: nothing falls in between, and what comes twice is dropped.
    Deque<Logs.Entry> early = new ArrayDeque<>();
    var gate = new Object();
    var lines = new ApiExchange.Lines[1];
    var end =
        logs.follow(
            name,
            entry -> {
              synchronized (gate) {
                if (lines[0] == null) early.add(entry);
                else lines[0].line(json(entry));
              }
            });
    synchronized (gate) {
      lines[0] = api.lines();
      var kept = logs.read(name);
      for (var entry : kept) lines[0].line(json(entry));
      for (var entry : early) if (!kept.contains(entry)) lines[0].line(json(entry));
    }
    following.add(lines[0]);
    lines[0].onClose(
        () -> {
          end.run();
          following.remove(lines[0]);
        });
    if (draining) lines[0].end();
  }

  /** Ends every answer that would never end by itself. */
  void drain() {
    draining = true;
    following.forEach(ApiExchange.Lines::end);
  }

  private static Json json(Logs.Entry entry) {
    return Json.object()
        .put("at", Instant.ofEpochMilli(entry.unixMillis()).toString())
        .put("invocation", entry.invocation())
        .put("worker", entry.worker())
        .put("outcome", entry.outcome())
        .put("text", entry.text().utf8())
        .put("dropped", entry.dropped())
        .build();
  }

  private static FunctionName functionName(String text) {
    try {
      return FunctionName.parse(text);
    } catch (IllegalArgumentException e) {
      throw Problem.of(ProblemType.BAD_REQUEST, String.valueOf(e.getMessage())).thrown();
    }
  }

  private static int limit(String text) {
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_RESULTS) return limit;
    } catch (NumberFormatException _) {
      // said below
    }
    throw Problem.of(ProblemType.BAD_REQUEST, "limit must be 1 to " + MAX_RESULTS + ", not " + text)
        .thrown();
  }

  static InvocationId invocation(String text) {
    try {
      return InvocationId.parse(text);
    } catch (IllegalArgumentException e) {
      throw Problem.of(ProblemType.BAD_REQUEST, String.valueOf(e.getMessage())).thrown();
    }
  }
}
