package dev.windlass.worker;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.Reply.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One key, many lanes (trust annex §3.4). Who has little company signs on his own thread, at once
 * and directly. In a crowd a statement waits until two thirds of the crowd have come to it, or for
 * {@link #PATIENCE_NANOS}, and all that wait are signed as one batch: a signature costs the worker
 * 30 µs and the head 60 µs, a guest may cost 5. What comes while a signature is made shares the
 * next one.
 *
 * <p>The queue is bounded by the orders in flight, which the link's credits bound.
 */
final class ResultSigner implements AutoCloseable {
  /** Most statements under one signature. */
  static final int MOST = 256;

  /** With fewer other orders in flight nobody waits for company. */
  static final int CROWD = 4;

  static final long PATIENCE_NANOS = 3_000_000;

  /** The key: one signature for each payload, in their order; direct when there is only one. */
  @FunctionalInterface
  interface Key {
    List<Signature> sign(List<Bytes> payloads);
  }

  private record Waiting(Bytes statement, long since, Consumer<Signature> signed) {}

  private final Key key;
  private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();

  /** Statements not signed yet. */
  private final AtomicInteger unsigned = new AtomicInteger();

  /** Calls that want the queue signed now; who raises it from 0 is the one who signs. */
  private final AtomicInteger due = new AtomicInteger();

  /** Signs what has waited long enough. */
  private final Thread patient;

  /** Written by {@link #patient} alone; false = it sleeps until somebody wakes it. */
  private volatile boolean watching;

  private volatile boolean closed;

  ResultSigner(Key key) {
    this.key = key;
    this.patient = Thread.ofVirtual().name("sign-late").start(this::signLate);
  }

  /**
   * {@code signed} is called once, on this thread or on another; it must return soon.
   *
   * @param company other orders in flight that may end soon and share the signature
   */
  void sign(Bytes statement, int company, Consumer<Signature> signed) {
    queue.add(new Waiting(statement, System.nanoTime(), signed));
    int together = unsigned.incrementAndGet();
    if (company < CROWD || together >= Math.min(MOST, company * 2 / 3)) signNow();
    else if (!watching) LockSupport.unpark(patient);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(patient);
  }

  private void signNow() {
    if (due.getAndIncrement() != 0) return;
    int left;
    do {
      int seen = due.get();
      while (signSome()) {}
      left = due.addAndGet(-seen);
    } while (left > 0);
  }

  /** False = nothing waited. */
  private boolean signSome() {
    var batch = new ArrayList<Waiting>();
    var statements = new ArrayList<Bytes>();
    while (batch.size() < MOST) {
      var next = queue.poll();
      if (next == null) break;
      batch.add(next);
      statements.add(next.statement());
    }
    if (batch.isEmpty()) return false;
    unsigned.addAndGet(-batch.size());
    var signatures = key.sign(statements);
    for (int i = 0; i < batch.size(); i++) batch.get(i).signed().accept(signatures.get(i));
    return true;
  }

  private void signLate() {
    while (!closed) {
      watching = true;
      var oldest = queue.peek();
      if (oldest == null) {
        watching = false; // before the queue is read again: what comes after wakes us
        if (queue.isEmpty()) LockSupport.park(this);
        continue;
      }
      long left = oldest.since() + PATIENCE_NANOS - System.nanoTime();
      if (left > 0) LockSupport.parkNanos(this, left);
      else signNow();
    }
    signNow();
  }
}
