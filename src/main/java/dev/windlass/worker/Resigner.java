package dev.windlass.worker;

import dev.windlass.json.JsonException;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import dev.windlass.protocol.Reply.Refused;
import dev.windlass.protocol.Reply.Why;
import dev.windlass.receipt.BatchSigner;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.ResultVerifier;
import dev.windlass.receipt.Verdict;
import java.util.Optional;

/**
 * Signs once more, directly, what this worker's key has signed in a batch (trust annex §3.4). It
 * remembers no run: the batched signature is the proof that the statement is its own. So it never
 * signs what it has not signed before, whoever asks.
 */
final class Resigner {
  /** A verification and a signature: 0.1 ms each. */
  static final int MOST_A_SECOND = 100;

  private static final int REMEMBERED_BATCHES = 16;

  private final BatchSigner signer;
  private final ResultVerifier verifier = new ResultVerifier(REMEMBERED_BATCHES);

  /** These two belong to the event loop. */
  private long second;

  private int signed;

  Resigner(BatchSigner signer) {
    this.signer = signer;
  }

  /** Whether one more is within the rate, which then counts it. On the event loop. */
  boolean mayNow(long unixMillis) {
    long now = Math.floorDiv(unixMillis, 1000L);
    if (now != second) {
      second = now;
      signed = 0;
    }
    return ++signed <= MOST_A_SECOND;
  }

  /** On any thread. */
  Reply sign(Order.Resign order) {
    Dsse.Batch batch;
    try {
      ResultStatement.parse(order.statement());
      batch =
          new Dsse.Batch(order.batch().statement(), order.batch().index(), order.batch().path());
    } catch (JsonException e) {
      return refused("the payload is no result statement: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    var own = signer.publicKey();
    var entry = new Dsse.Signature(own.keyId(), order.signature(), Optional.of(batch));
    return switch (verifier.verify(own, order.statement(), entry)) {
      case Verdict.Counts _ -> {
        var direct = signer.direct(order.statement());
        yield new Reply.Resigned(direct.keyId(), direct.sig());
      }
      case Verdict.Refused(var why, var detail) -> refused(why + ", " + detail);
    };
  }

  private static Reply refused(String why) {
    return new Refused(Why.NOT_SIGNED_HERE, why);
  }
}
