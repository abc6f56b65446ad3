package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.Reply;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Environment;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.Verdict;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides whether a worker's result may be believed: the statement is rendered again from what the
 * head asked and from the octets it received, must be equal to what was signed, and the signature
 * must be of the key that is registered for the worker. So nothing that a worker says of a run is
 * taken from its reply alone, but stderr and times, which nobody signs.
 */
final class ResultCheck {
  private final WorkerKeys keys;

  ResultCheck(WorkerKeys keys) {
    this.keys = keys;
  }

  /** Whether the signature is the worker's own; says nothing of what was signed. */
  sealed interface Signed {}

  record ByWorker() implements Signed {}

  /**
   * @param why as the end of a sentence that begins with the worker
   */
  record NotByWorker(String why) implements Signed {}

  /** Any thread may call; costs a signature check unless the batch was checked before. */
  Signed verdict(Fleet.Seat seat, Reply.Done done) {
    var key = keys.keyOf(seat.member().id);
    if (key.isEmpty()) return new NotByWorker("has no registered result key");
    var signature = signature(done.signature());
    if (signature.isEmpty()) return new NotByWorker("sent a batch path that is too long");
    return switch (seat.member().verifier.verify(key.get(), done.statement(), signature.get())) {
      case Verdict.Counts _ -> new ByWorker();
      case Verdict.Refused(var why, var detail) ->
          new NotByWorker("sent a signature that does not count: " + why + ", " + detail);
    };
  }

  /**
   * What is wrong with it, as the end of a sentence that begins with the worker; empty if nothing
   * is.
   */
  Optional<String> wrong(
      Dispatch.Job job, Order.Invoke order, Fleet.Seat seat, Reply.Done done, Signed signed) {
    if (signed instanceof NotByWorker(var why)) return Optional.of(why);
    var limits = job.function().manifest().limits();
    if (done.output().size() > limits.outputBytes())
      return Optional.of(
          "returned an output of "
              + done.output().size()
              + " bytes, the limit is "
              + limits.outputBytes());
    if (done.stderr().size() > limits.stderrBytes())
      return Optional.of(
          "returned "
              + done.stderr().size()
              + " bytes of stderr, the limit is "
              + limits.stderrBytes());
    boolean same =
        matches(job, order, seat.engine(), done)
            || matches(job, order, seat.member().report().engine(), done);
    return same
        ? Optional.empty()
        : Optional.of("signed another statement than the one of this request: " + shown(done));
  }

  private static boolean matches(
      Dispatch.Job job, Order.Invoke order, Digest engine, Reply.Done done) {
    try {
      return expected(job, order, engine, done).canonical().equals(done.statement());
    } catch (IllegalArgumentException _) {
      // The outcome's own word cannot stand in a statement.
      return false;
    }
  }

  private static ResultStatement expected(
      Dispatch.Job job, Order.Invoke order, Digest engine, Reply.Done done) {
    var manifest = job.function().manifest();
    var env =
        job.env().isEmpty()
            ? job.function().plainEnvironment()
            : Environment.of(manifest, job.env()).digest();
    return new ResultStatement(
        order.invocation().toString(),
        order.nonce(),
        manifest.module(),
        job.function().digest(),
        digestOf(job.body()),
        env,
        manifest.determinism().profile(),
        engine,
        digestOf(done.output()),
        end(done),
        Optional.empty());
  }

  private static final Digest OF_NOTHING = Digest.of(Bytes.EMPTY);

  private static Digest digestOf(Bytes octets) {
    return octets.size() == 0 ? OF_NOTHING : Digest.of(octets);
  }

  private static ResultStatement.End end(Reply.Done done) {
    var trap = done.outcome().trap();
    if (trap != null) return new ResultStatement.End.Trap(trap);
    return new ResultStatement.End.Exit(code(done.outcome()), OptionalLong.of(done.fuel()));
  }

  private static int code(Outcome outcome) {
    return outcome instanceof Outcome.Exited(var code) ? code : 0;
  }

  static Optional<Dsse.Signature> signature(Reply.Signature signature) {
    try {
      return Optional.of(
          new Dsse.Signature(
              signature.keyId(),
              signature.octets(),
              signature.batch().map(b -> new Dsse.Batch(b.statement(), b.index(), b.path()))));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static String shown(Reply.Done done) {
    var text = done.statement().utf8();
    return text.substring(0, Math.min(1_000, text.length())).replaceAll("\\p{Cntrl}", "?");
  }
}
