package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
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
  private final Optional<Registrations> registrations;

  /** {@link HeadPorts#registration}. */
  @FunctionalInterface
  interface Registrations {
    Optional<HeadPorts.Registration> of(SpiffeId worker);
  }

  /**
   * @param registrations in the log, where there is one: then only the result of a worker that
   *     stands in it counts
   */
  ResultCheck(WorkerKeys keys, Optional<Registrations> registrations) {
    this.keys = keys;
    this.registrations = registrations;
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

  /** Whether a result is the one of this request. */
  sealed interface Judged {}

  /**
   * @param statement equal to what the worker signed
   * @param registration of the worker in the log, where there is one
   */
  record Right(ResultStatement statement, Optional<HeadPorts.Registration> registration)
      implements Judged {}

  /**
   * @param why as the end of a sentence that begins with the worker
   */
  record Wrong(String why) implements Judged {}

  Judged judge(
      Dispatch.Job job, Order.Invoke order, Fleet.Seat seat, Reply.Done done, Signed signed) {
    if (signed instanceof NotByWorker(var why)) return new Wrong(why);
    var limits = job.function().manifest().limits();
    if (done.output().size() > limits.outputBytes())
      return new Wrong(
          "returned an output of "
              + done.output().size()
              + " bytes, the limit is "
              + limits.outputBytes());
    if (done.stderr().size() > limits.stderrBytes())
      return new Wrong(
          "returned "
              + done.stderr().size()
              + " bytes of stderr, the limit is "
              + limits.stderrBytes());
    var registration = registrations.flatMap(all -> all.of(seat.member().id));
    if (registrations.isPresent() && registration.isEmpty())
      return new Wrong("is not registered in the log");
    return matching(job, order, seat.engine(), done)
        .or(() -> matching(job, order, seat.member().report().engine(), done))
        .<Judged>map(statement -> new Right(statement, registration))
        .orElseGet(
            () ->
                new Wrong("signed another statement than the one of this request: " + shown(done)));
  }

  private static Optional<ResultStatement> matching(
      Dispatch.Job job, Order.Invoke order, Digest engine, Reply.Done done) {
    try {
      var expected = expected(job, order, engine, done);
      return expected.canonical().equals(done.statement())
          ? Optional.of(expected)
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      // The outcome's own word cannot stand in a statement.
      return Optional.empty();
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

  static Digest digestOf(Bytes octets) {
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
