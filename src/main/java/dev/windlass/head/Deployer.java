package dev.windlass.head;

import dev.windlass.artifact.Archive;
import dev.windlass.artifact.ArtifactException;
import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.InvalidModuleException;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.function.ModuleBounds;
import dev.windlass.function.ModuleShape;
import dev.windlass.identity.SpiffeId;
import dev.windlass.json.Json;
import dev.windlass.link.LinkFailure;
import dev.windlass.placement.Request;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Makes a manifest the current version of its function, or says exactly why not. In this order:
 * everything the head can check itself; a worker fetches, links and compiles; the log takes the
 * publisher's statement; the catalogue switches. Nothing is switched unless a worker has shown that
 * it can run it. Blocking: call it on a virtual thread.
 */
final class Deployer {
  private static final Logger LOG = Logger.getLogger(Deployer.class);
  private static final long TICK_MILLIS = 500;
  private static final int MAX_WORKERS_TRIED = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Catalogue catalogue;
  private final ContentStore store;
  private final Fleet fleet;
  private final WaitingRoom waiting;
  private final Link link;
  private final Optional<Publications> publications;
  private final Duration prepare;

  /**
   * What is given to {@link Deployer}.
   *
   * @param publications empty where there is no log
   */
  record Parts(
      Catalogue catalogue,
      ContentStore store,
      Fleet fleet,
      WaitingRoom waiting,
      Link link,
      Optional<Publications> publications) {}

  Deployer(Parts parts, Duration prepare) {
    this.catalogue = parts.catalogue();
    this.store = parts.store();
    this.fleet = parts.fleet();
    this.waiting = parts.waiting();
    this.link = parts.link();
    this.publications = parts.publications();
    this.prepare = prepare;
  }

  /** A worker that has the function ready. */
  private record Ready(SpiffeId worker, Reply.Prepared prepared) {}

  /**
   * @param progress gets {@code {"event":…}} while it goes on
   * @return what was deployed, without its URL
   * @throws Problem.Thrown when it was not, and nothing changed
   */
  Json.Members deploy(Manifest manifest, Consumer<Json.Obj> progress) {
    try {
      progress.accept(Json.object().put("event", "checking").build());
      catalogue.requireFreeRoute(manifest);
      var module = artifact("module", manifest.module());
      check(manifest, module);
      long filesBytes = 0;
      if (manifest.files().isPresent()) {
        var files = artifact("files archive", manifest.files().get());
        filesBytes = files.size();
        checkFiles(files);
      }
      var digest = store.put(Bytes.wrap(ManifestJson.write(manifest)));
      catalogue.touch(digest);
      var ready = prepared(manifest, digest, progress);
      var publishIndex = published(manifest, digest);
      boolean changed = catalogue.publish(manifest, publishIndex);
      LOG.infof(
          "function=%s version=%s event=%s",
          manifest.name(), digest, changed ? "deployed" : "same");
      var deployed =
          described(manifest, digest, ready, changed)
              .put("moduleBytes", module.size())
              .put("filesBytes", filesBytes);
      publishIndex.ifPresent(index -> deployed.put("publishIndex", index));
      return deployed;
    } catch (IOException e) {
      throw StoreProblems.of(e).thrown();
    }
  }

  /** Enters the version into the log, unless it is there; without a log nothing. */
  private OptionalLong published(Manifest manifest, Digest digest) throws IOException {
    if (publications.isEmpty()) return OptionalLong.empty();
    var known = catalogue.published(manifest.name(), digest);
    return known.isPresent()
        ? known
        : OptionalLong.of(publications.get().publish(manifest, digest));
  }

  private Bytes artifact(String what, Digest digest) throws IOException {
    Optional<Bytes> octets;
    try {
      octets = store.read(digest);
    } catch (ArtifactException.Corrupt e) {
      throw Problem.of(ProblemType.DIGEST_MISMATCH, String.valueOf(e.getMessage()))
          .with("artifact", Json.of(digest.toString()))
          .thrown();
    }
    catalogue.touch(digest);
    return octets.orElseThrow(
        () ->
            Problem.of(
                    ProblemType.UNKNOWN_ARTIFACT,
                    "the "
                        + what
                        + " "
                        + digest
                        + " is not in the store: PUT it to "
                        + "/api/v1/artifacts/"
                        + digest.hex()
                        + " first")
                .with("artifact", Json.of(digest.toString()))
                .thrown());
  }

  private static void check(Manifest manifest, Bytes module) {
    try {
      ModuleShape.parse(module, ModuleBounds.of(manifest.limits())).requireEntry(manifest.entry());
    } catch (InvalidModuleException e) {
      throw Problem.of(ProblemType.INVALID_MODULE, e.reason().message())
          .with("reason", Json.of(kebab(e.reason().getClass().getSimpleName())))
          .thrown();
    }
  }

  private static void checkFiles(Bytes files) {
    try {
      Archive.parse(files);
    } catch (IllegalArgumentException e) {
      throw Problem.of(ProblemType.INVALID_MANIFEST, "$.files: " + e.getMessage()).thrown();
    }
  }

  private static String kebab(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  private Ready prepared(Manifest manifest, Digest digest, Consumer<Json.Obj> progress) {
    Set<String> tried = new HashSet<>();
    Problem last = null;
    for (int i = 0; i < MAX_WORKERS_TRIED; i++) {
      var request =
          new Request(manifest.module(), manifest.hardware(), manifest.name().namespace(), "")
              .without(tried);
      Fleet.Seat seat;
      try {
        seat = seat(request);
      } catch (Problem.Thrown shortage) {
        throw last == null ? shortage : last.thrown();
      }
      try {
        var reply = await(seat, new Order.Prepare(digest, (int) prepare.toMillis()), progress);
        switch (reply) {
          case Reply.Prepared done when done.module().equals(manifest.module()) -> {
            seat.member().learned(manifest.module());
            return new Ready(seat.member().id, done);
          }
          case Reply.Prepared done ->
              last = refusal(seat, "prepared " + done.module() + ", not " + manifest.module());
          case Reply.Refused(var why, var detail) -> {
            last = refused(seat, why, detail);
            if (why == Reply.Why.INVALID_MODULE || why == Reply.Why.COMPILATION_FAILED)
              throw last.thrown();
          }
          case Reply.Busy _ -> {
            fleet.holdOff(seat);
            last = refusal(seat, "has no room to compile").withHeader("Retry-After", "1");
          }
          case Reply.Done _, Reply.Evicted _, Reply.Resigned _ ->
              last = refusal(seat, "answered something else than was asked");
        }
      } catch (Unanswered lost) {
        last = Problem.of(lost.type, seat.member().id + " " + lost.getMessage());
      } finally {
        fleet.release(seat);
      }
      tried.add(seat.member().id.toString());
    }
    throw last.thrown();
  }

  private static Problem refused(Fleet.Seat seat, Reply.Why why, String detail) {
    return switch (why) {
      case INVALID_MODULE ->
          Problem.of(ProblemType.INVALID_MODULE, detail)
              .with("reason", Json.of("refused-by-worker"));
      case COMPILATION_FAILED -> Problem.of(ProblemType.COMPILATION_FAILED, detail);
      case DIGEST_MISMATCH -> Problem.of(ProblemType.DIGEST_MISMATCH, detail);
      case ARTIFACT_UNAVAILABLE, DUPLICATE, TOO_LATE, DRAINING, ENGINE_FAILED, NOT_SIGNED_HERE ->
          refusal(seat, "refused: " + Dispatch.word(why) + ", " + detail);
    };
  }

  private static Problem refusal(Fleet.Seat seat, String why) {
    return Problem.of(ProblemType.WORKER_REFUSED, seat.member().id + " " + why);
  }

  private Fleet.Seat seat(Request request) {
    var now = fleet.take(request);
    if (now.isPresent()) return now.get();
    if (!(fleet.shortage(request) instanceof Shortage.Busy))
      throw fleet.shortage(request).problem().thrown();
    return waiting
        .await(() -> fleet.take(request), PATIENCE)
        .orElseThrow(() -> fleet.shortage(request).problem().thrown());
  }

  private static final class Unanswered extends Exception {
    private static final long serialVersionUID = 1;
    final ProblemType type;

    Unanswered(ProblemType type, String message) {
      super(message, null, false, false);
      this.type = type;
    }
  }

  private Reply await(Fleet.Seat seat, Order.Prepare order, Consumer<Json.Obj> progress)
      throws Unanswered {
    long begun = System.nanoTime();
    var reply = new CompletableFuture<Reply>();
    Future<Reply> sent = link.order(seat.address(), order);
    sent.onComplete(reply::complete, reply::completeExceptionally);
    while (true) {
      long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      progress.accept(
          Json.object()
              .put("event", "preparing")
              .put("worker", seat.member().id.toString())
              .put("elapsedMillis", elapsed)
              .build());
      try {
        return reply.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        if (elapsed > order.deadlineMillis() + 1_000L)
          throw new Unanswered(
              ProblemType.WORKER_TIMED_OUT, "did not prepare it within " + prepare);
      } catch (ExecutionException e) {
        var type =
            LinkFailure.of(e.getCause()) == LinkFailure.TIMED_OUT
                ? ProblemType.WORKER_TIMED_OUT
                : ProblemType.WORKER_LOST;
        throw new Unanswered(type, "was lost: " + e.getCause().getMessage());
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new Unanswered(ProblemType.DRAINING, "was not waited for");
      }
    }
  }

  private static Json.Members described(
      Manifest manifest, Digest digest, Ready ready, boolean changed) {
    var prepared = ready.prepared();
    return Json.object()
        .put("name", manifest.name().toString())
        .put("manifest", digest.toString())
        .put("module", manifest.module().toString())
        .put("world", manifest.world().name().toLowerCase(Locale.ROOT))
        .put("compiledMillis", prepared.compiledMillis())
        .put("codeBytes", prepared.codeBytes())
        .put("imports", Json.texts(prepared.imports()))
        .put("limits", ManifestJson.toJson(manifest.limits()))
        .put("worker", ready.worker().toString())
        .put("changed", changed);
  }
}
