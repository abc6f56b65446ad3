package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Manifest;
import dev.windlass.function.Retry;
import dev.windlass.identity.SpiffeId;
import dev.windlass.link.LinkFailure;
import dev.windlass.placement.Request;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Gets one request run: takes a seat at a worker, sends the order, verifies what comes back, and
 * places the request again where that is allowed. Straight-line and blocking: call it on a virtual
 * thread.
 *
 * <p>All attempts carry the same invocation id and nonce, and no worker gets them twice over one
 * link, so a worker runs a request at most once. A request whose order may have run is placed again
 * only if the function says {@link Retry#SAFE}.
 */
final class Dispatch {
  private static final Logger LOG = Logger.getLogger(Dispatch.class);

  /** Orders refused without a run (busy, draining) do not count as attempts; this bounds them. */
  private static final int MAX_SENDS = 16;

  /**
   * @param env for the guest beside the manifest's own
   */
  record Job(
      Catalogue.Entry entry, Catalogue.Loaded function, SortedMap<String, String> env, Bytes body) {
    Manifest manifest() {
      return function.manifest();
    }
  }

  /** Nanoseconds: waiting for a seat; from the order to its reply; verifying it. */
  record Times(long seat, long link, long verify) {}

  sealed interface Conclusion {
    InvocationId invocation();

    int attempts();
  }

  /**
   * A worker ran it and its signature holds, whatever came of the run.
   *
   * @param checked what the worker signed, and where it is registered
   */
  record Ran(
      InvocationId invocation,
      int attempts,
      SpiffeId worker,
      Reply.Done done,
      ResultCheck.Right checked,
      Times times)
      implements Conclusion {}

  /** No answer that can be believed. */
  record Failed(InvocationId invocation, int attempts, Problem problem) implements Conclusion {}

  /** What one order came to. */
  private sealed interface Attempt {}

  private record Answered(
      Reply.Done done, ResultCheck.Right right, long linkNanos, long verifyNanos)
      implements Attempt {}

  /** Nothing ran: somebody else may have it, and it counts for nothing. */
  private record NotRun(ProblemType type, String why, boolean again) implements Attempt {}

  /** It may have run, and there is no answer to use. */
  private record MayHaveRun(ProblemType type, String why) implements Attempt {}

  private static final Problem BUSY =
      Problem.of(ProblemType.ALL_BUSY, "every worker refused").withHeader("Retry-After", "1");

  private final Fleet fleet;
  private final WaitingRoom waiting;
  private final Link link;
  private final Warmer warmer;
  private final ResultCheck check;
  private final HeadMetrics metrics;
  private final HeadConfig.Traffic bounds;
  private final InstantSource clock;
  private final RandomGenerator secure;

  /** What is given to {@link Dispatch}. */
  record Parts(
      Fleet fleet, WaitingRoom waiting, Link link, ResultCheck check, HeadMetrics metrics) {}

  /**
   * @param secure makes ids and nonces: must not be predictable
   */
  Dispatch(Parts parts, HeadConfig.Traffic bounds, InstantSource clock, RandomGenerator secure) {
    this.fleet = parts.fleet();
    this.waiting = parts.waiting();
    this.link = parts.link();
    this.warmer = new Warmer(parts.fleet(), parts.link(), bounds.prepare(), clock);
    this.check = parts.check();
    this.metrics = parts.metrics();
    this.bounds = bounds;
    this.clock = clock;
    this.secure = secure;
  }

  Conclusion run(Job job) {
    var random = new byte[32];
    secure.nextBytes(random);
    var bits = ByteBuffer.wrap(random);
    var id = InvocationId.of(clock.millis(), bits.getLong(), bits.getLong());
    var nonce = Bytes.wrap(Arrays.copyOfRange(random, 16, 32));
    long begun = System.nanoTime();
    int most = job.manifest().limits().concurrency();
    try {
      enter(job.entry(), most);
    } catch (Problem.Thrown refused) {
      return new Failed(id, 0, refused.problem());
    }
    try {
      return runWithin(job, id, nonce, begun);
    } finally {
      job.entry().running().decrementAndGet();
      if (most > 0) waiting.tell();
    }
  }

  private Conclusion runWithin(Job job, InvocationId id, Bytes nonce, long begun) {
    var tried = new ArrayList<Fleet.Member>(0);
    long waited = 0;
    Problem last = null;
    int attempts = 0;
    boolean lost = false;
    for (int sends = 0; sends < MAX_SENDS && attempts < bounds.attempts(); sends++) {
      long from = sends == 0 ? begun : System.nanoTime();
      Fleet.Seat seat;
      try {
        seat = seat(request(job, tried), lost);
      } catch (Problem.Thrown shortage) {
        boolean busy = last == null || last.type() == ProblemType.ALL_BUSY;
        return new Failed(id, attempts, busy ? shortage.problem() : last);
      }
      waited += System.nanoTime() - from;
      seat.better().ifPresent(cold -> warmer.warm(cold, job.function()));
      var order =
          new Order.Invoke(
              id,
              nonce,
              job.function().digest(),
              job.env(),
              job.body(),
              deadline(job, seat),
              seat.member().inFlight() - 1);
      switch (attempt(job, seat, order)) {
        case Answered(var done, var right, var linkNanos, var verifyNanos) -> {
          var times = new Times(waited, linkNanos, verifyNanos);
          return new Ran(id, attempts + 1, seat.member().id, done, right, times);
        }
        case NotRun(var type, var why, var again) -> {
          last = problem(type, why, seat);
          if (!again) return new Failed(id, attempts + 1, last);
          // Who was busy may have room again; who refused will refuse again.
          if (type != ProblemType.ALL_BUSY) tried.add(seat.member());
        }
        case MayHaveRun(var type, var why) -> {
          attempts++;
          lost |= type == ProblemType.WORKER_LOST;
          last = problem(type, why, seat);
          tried.add(seat.member());
          metrics.orderFailed(type);
          if (job.manifest().retry() == Retry.NEVER) return new Failed(id, attempts, last);
        }
      }
    }
    return new Failed(id, attempts, last == null ? BUSY : last);
  }

  /** Sends one order to the worker of the seat and gives the seat back. */
  private Attempt attempt(Job job, Fleet.Seat seat, Order.Invoke order) {
    long sent = System.nanoTime();
    Received received;
    try {
      received = received(seat, link.order(seat.address(), order));
    } catch (NoReply none) {
      return unanswered(seat, none.failure, none.getMessage());
    } finally {
      fleet.release(seat);
    }
    long arrived = System.nanoTime();
    var reply = received.reply();
    return switch (reply) {
      case Reply.Done done -> {
        var verdict = received.verdict().orElseGet(() -> check.verdict(seat, done));
        yield switch (check.judge(job, order, seat, done, verdict)) {
          case ResultCheck.Right right ->
              new Answered(done, right, arrived - sent, System.nanoTime() - arrived);
          case ResultCheck.Wrong(var why) -> {
            distrust(seat, order, why);
            yield new MayHaveRun(ProblemType.BAD_RESULT, why);
          }
        };
      }
      case Reply.Busy _ -> {
        fleet.holdOff(seat);
        yield new NotRun(ProblemType.ALL_BUSY, "has no free lane", true);
      }
      case Reply.Refused(var why, var detail) -> refused(why, detail);
      case Reply.Prepared _, Reply.Evicted _, Reply.Resigned _ -> {
        var wrong = "answered an order to run with " + reply.getClass().getSimpleName();
        distrust(seat, order, wrong);
        yield new MayHaveRun(ProblemType.BAD_RESULT, wrong);
      }
    };
  }

  private Attempt unanswered(Fleet.Seat seat, LinkFailure failure, String detail) {
    return switch (failure) {
      case LOST -> new MayHaveRun(ProblemType.WORKER_LOST, "went away: " + detail);
      case TIMED_OUT -> new MayHaveRun(ProblemType.WORKER_TIMED_OUT, "did not answer: " + detail);
      case NO_CREDIT -> {
        fleet.holdOff(seat);
        yield new NotRun(ProblemType.ALL_BUSY, "takes no more orders", true);
      }
      case NO_PEER -> new NotRun(ProblemType.WORKER_LOST, "is not linked any more", true);
      case NOT_OFFERED -> new NotRun(ProblemType.WORKER_REFUSED, detail, true);
      case TOO_LARGE -> new NotRun(ProblemType.BODY_TOO_LARGE, "cannot be sent: " + detail, false);
    };
  }

  static Attempt refused(Reply.Why why, String detail) {
    return switch (why) {
      case DIGEST_MISMATCH -> new NotRun(ProblemType.DIGEST_MISMATCH, detail, true);
      case ARTIFACT_UNAVAILABLE, DUPLICATE, TOO_LATE, DRAINING, ENGINE_FAILED, NOT_SIGNED_HERE ->
          new NotRun(ProblemType.WORKER_REFUSED, word(why) + ": " + detail, true);
      case INVALID_MODULE -> new NotRun(ProblemType.INVALID_MODULE, detail, false);
      case COMPILATION_FAILED -> new NotRun(ProblemType.COMPILATION_FAILED, detail, false);
    };
  }

  static String word(Reply.Why why) {
    return why.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  private void distrust(Fleet.Seat seat, Order.Invoke order, String wrong) {
    var id = seat.member().id;
    LOG.errorf("worker=%s event=quarantined invocation=%s why=%s", id, order.invocation(), wrong);
    metrics.badResult();
    fleet.quarantine(id, wrong);
    link.disconnect(id, "its result did not verify: " + wrong);
  }

  private Request request(Job job, List<Fleet.Member> tried) {
    var manifest = job.manifest();
    var request =
        new Request(
            manifest.module(),
            manifest.hardware(),
            manifest.name().namespace(),
            job.entry().profile());
    if (tried.isEmpty()) return request;
    // By connection, not by name: a worker that came back is another process and never had it.
    Set<String> ids = new HashSet<>();
    for (var member : tried) if (fleet.members().contains(member)) ids.add(member.id.toString());
    return request.without(ids);
  }

  private Fleet.Seat seat(Request request, boolean lost) {
    var now = fleet.take(request);
    if (now.isPresent()) return now.get();
    boolean patient = lost || fleet.lostOneWithin(bounds.retryPatience());
    if (!patient && !(fleet.shortage(request) instanceof Shortage.Busy))
      throw fleet.shortage(request).problem().thrown();
    var later =
        waiting.await(
            () -> fleet.take(request), patient ? bounds.retryPatience() : bounds.patience());
    if (later.isPresent()) return later.get();
    throw fleet.shortage(request).problem().thrown();
  }

  private void enter(Catalogue.Entry function, int most) {
    if (tryEnter(function, most).isPresent()) return;
    if (waiting.await(() -> tryEnter(function, most), bounds.patience()).isPresent()) return;
    throw Problem.of(
            ProblemType.CONCURRENCY_LIMIT,
            function.name() + " runs " + most + " times at one time, its limit")
        .withHeader("Retry-After", "1")
        .thrown();
  }

  private static Optional<Boolean> tryEnter(Catalogue.Entry function, int most) {
    if (most == 0) {
      function.running().incrementAndGet();
      return Optional.of(true);
    }
    while (true) {
      int now = function.running().get();
      if (now >= most) return Optional.empty();
      if (function.running().compareAndSet(now, now + 1)) return Optional.of(true);
    }
  }

  /** Code that has to be fetched and compiled first gets the time for it. */
  private int deadline(Job job, Fleet.Seat seat) {
    boolean warm = seat.member().isWarm(job.manifest().module());
    var margin = warm ? bounds.margin() : bounds.coldMargin();
    return (int) job.manifest().limits().timeout().plus(margin).toMillis();
  }

  private static Problem problem(ProblemType type, String why, Fleet.Seat seat) {
    var problem = Problem.of(type, seat.member().id + " " + why);
    return type == ProblemType.ALL_BUSY ? problem.withHeader("Retry-After", "1") : problem;
  }

  private static final class NoReply extends Exception {
    private static final long serialVersionUID = 1;
    final LinkFailure failure;

    NoReply(LinkFailure failure, String message) {
      super(message, null, false, false);
      this.failure = failure;
    }
  }

  /**
   * @param verdict on a signature that was checked as it arrived
   */
  private record Received(Reply reply, Optional<ResultCheck.Signed> verdict) {}

  /**
   * Waits as long as the link does, which ends every order soon after its deadline. Results that
   * share one signature arrive together: their check begins where they arrive, one after the other,
   * so that one checks it for all.
   */
  private Received received(Fleet.Seat seat, Future<Reply> future) throws NoReply {
    var slot = new CompletableFuture<Received>();
    future.onComplete(
        reply ->
            slot.complete(
                new Received(
                    reply,
                    reply instanceof Reply.Done done && done.signature().batch().isPresent()
                        ? Optional.of(check.verdict(seat, done))
                        : Optional.empty())),
        slot::completeExceptionally);
    try {
      return slot.get();
    } catch (ExecutionException e) {
      throw new NoReply(LinkFailure.of(e.getCause()), String.valueOf(e.getCause().getMessage()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new NoReply(LinkFailure.LOST, "the head is going away");
    }
  }
}
