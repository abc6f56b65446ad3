package dev.windlass.worker;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.Reply.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One key, many lanes (trust annex §3.4). Who finds the signer idle signs on his own thread, at
 * once and directly. Who finds it busy leaves his statement in the queue and goes on; the one who
 * signs takes the queue when he is done, and signs it as one batch. No timer, no thread of its own.
 *
 * <p>The queue is bounded by the orders in flight, which the link's credits bound.
 */
final class ResultSigner {
  /** Most statements under one signature. */
  static final int MOST = 256;

  /** The key: one signature for each payload, in their order; direct when there is only one. */
  @FunctionalInterface
  interface Key {
    List<Signature> sign(List<Bytes> payloads);
  }

  private record Waiting(Bytes statement, Consumer<Signature> signed) {}

  private final Key key;
  private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();

  /** Statements not signed yet; who raises it from 0 is the one who signs. */
  private final AtomicInteger unsigned = new AtomicInteger();

  ResultSigner(Key key) {
    this.key = key;
  }

  /** {@code signed} is called once, on this thread or on another caller's; it must return soon. */
  void sign(Bytes statement, Consumer<Signature> signed) {
    queue.add(new Waiting(statement, signed));
    if (unsigned.getAndIncrement() != 0) return;
    int left;
    do {
      left = signSome();
    } while (left > 0);
  }

  private int signSome() {
    int most = Math.min(MOST, unsigned.get());
    var batch = new ArrayList<Waiting>(most);
    var statements = new ArrayList<Bytes>(most);
    while (batch.size() < most) {
      var next = queue.poll();
      if (next == null) break;
      batch.add(next);
      statements.add(next.statement());
    }
    var signatures = key.sign(statements);
    for (int i = 0; i < batch.size(); i++) batch.get(i).signed().accept(signatures.get(i));
    return unsigned.addAndGet(-batch.size());
  }
}
