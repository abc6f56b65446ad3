package dev.windlass.head;

import dev.windlass.function.Digest;
import dev.windlass.link.LinkFailure;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.ResultVerifier;
import dev.windlass.receipt.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * Results in ordinary envelopes: where a worker signed a batch, it is asked to sign this one result
 * directly (trust annex §3.4). That only the worker's process can do; when it is gone no such
 * signature exists, and the batched one stands. Blocks: call it on a virtual thread.
 */
final class DirectSignatures {
  /** About 400 octets each. */
  private static final int MOST_KEPT = 1_024;

  private final Fleet fleet;
  private final Link link;
  private final WorkerKeys keys;
  private final ResultVerifier verifier = new ResultVerifier(1);

  /** By payload, so that a repeat costs no signature; guarded by itself, eldest out. */
  private final Map<Digest, Dsse.Signature> kept = new LinkedHashMap<>();

  DirectSignatures(Fleet fleet, Link link, WorkerKeys keys) {
    this.fleet = fleet;
    this.link = link;
    this.keys = keys;
  }

  /**
   * The worker's direct signature of a result.
   *
   * @throws Problem.Thrown when there is none, or none now
   */
  Dsse.Signature of(Result result) {
    var given = ResultCheck.signature(result.done().signature()).orElseThrow();
    if (given.batch().isEmpty()) return given;
    var payload = Digest.of(result.done().statement());
    synchronized (kept) {
      var known = kept.get(payload);
      if (known != null) return known;
    }
    var direct = ask(result, result.done().signature().batch().orElseThrow());
    synchronized (kept) {
      kept.put(payload, direct);
      if (kept.size() > MOST_KEPT) kept.remove(kept.keySet().iterator().next());
    }
    return direct;
  }

  private Dsse.Signature ask(Result result, Reply.Batch batch) {
    var worker = result.worker();
    var member =
        fleet.members().stream()
            .filter(m -> m.id.equals(worker) && fleet.quarantined(m.id).isEmpty())
            .findFirst()
            .orElseThrow(() -> none(worker + " is not linked").thrown());
    var seat = fleet.enter(member).orElseThrow(() -> busy(worker + " has no room").thrown());
    var done = result.done();
    var order = new Order.Resign(done.statement(), done.signature().octets(), batch);
    Reply reply;
    try {
      reply = link.order(seat.address(), order).toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw unanswered(LinkFailure.of(e.getCause()), worker + ": " + e.getCause().getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw Problem.of(ProblemType.DRAINING, "the head is going away").thrown();
    } finally {
      fleet.release(seat);
    }
    return switch (reply) {
      case Reply.Resigned resigned -> checked(result, resigned);
      case Reply.Busy _ -> throw busy(worker + " signs as many as it may").thrown();
      case Reply.Refused(var why, var detail) ->
          throw none(worker + " refused: " + Dispatch.word(why) + ", " + detail).thrown();
      case Reply.Done _, Reply.Prepared _, Reply.Evicted _ ->
          throw Problem.of(ProblemType.BAD_RESULT, worker + " answered something else").thrown();
    };
  }

  private Dsse.Signature checked(Result result, Reply.Resigned resigned) {
    var worker = result.worker();
    var key =
        keys.keyOf(worker)
            .orElseThrow(() -> none("the key of " + worker + " does not count any more").thrown());
    var direct = new Dsse.Signature(key.keyId(), resigned.signature(), Optional.empty());
    return switch (verifier.verify(key, result.done().statement(), direct)) {
      case Verdict.Counts _ -> direct;
      case Verdict.Refused(var why, var detail) ->
          throw Problem.of(ProblemType.BAD_RESULT, worker + " signed " + why + ": " + detail)
              .thrown();
    };
  }

  private static Problem.Thrown unanswered(LinkFailure failure, String detail) {
    return switch (failure) {
      case LOST, NO_PEER, NOT_OFFERED -> none(detail).thrown();
      case TIMED_OUT -> Problem.of(ProblemType.WORKER_TIMED_OUT, detail).thrown();
      case NO_CREDIT -> busy(detail).thrown();
      case TOO_LARGE -> Problem.of(ProblemType.WORKER_REFUSED, detail).thrown();
    };
  }

  private static Problem none(String why) {
    return Problem.of(
        ProblemType.NO_DIRECT_SIGNATURE,
        why
            + "; only the worker that ran it could make one, and its signature of the batch stands");
  }

  private static Problem busy(String why) {
    return Problem.of(ProblemType.ALL_BUSY, why).withHeader("Retry-After", "1");
  }
}
