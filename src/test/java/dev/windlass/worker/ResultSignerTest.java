package dev.windlass.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.protocol.Reply.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class ResultSignerTest {
  private final List<Integer> batches = new ArrayList<>();
  private final CountDownLatch signing = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @Test
  void an_idle_signer_signs_at_once_on_the_callers_thread() {
    var signer = new ResultSigner(this::sign);
    var signed = new ArrayList<String>();

    for (var text : List.of("a", "b")) {
      signer.sign(
          Bytes.utf8(text), 0, s -> signed.add(s.keyId() + Thread.currentThread().threadId()));
    }

    long here = Thread.currentThread().threadId();
    assertEquals(List.of("a" + here, "b" + here), signed);
    assertEquals(List.of(1, 1), batches, "one payload is never a batch");
  }

  @Test
  void what_waits_while_a_signature_is_made_shares_the_next_one() throws InterruptedException {
    var signer = new ResultSigner(this::signSlowlyAtFirst);
    var signed = new ConcurrentLinkedQueue<String>();
    var first =
        Thread.ofPlatform()
            .start(() -> signer.sign(Bytes.utf8("0"), 0, s -> signed.add(s.keyId())));
    assertTrue(signing.await(10, TimeUnit.SECONDS));

    for (int i = 1; i <= 600; i++) {
      signer.sign(Bytes.utf8(Integer.toString(i)), 0, s -> signed.add(s.keyId()));
    }
    assertTrue(signed.isEmpty(), "nobody waits for the one who signs");
    goOn.countDown();
    first.join();

    assertEquals(List.of(1, 256, 256, 88), batches, "at most 256 under one signature");
    assertEquals(601, signed.size());
    int i = 0;
    for (var text : signed) assertEquals(Integer.toString(i++), text);
  }

  @Test
  void every_statement_is_signed_once_whatever_the_threads_do() throws InterruptedException {
    var signer = new ResultSigner(this::sign);
    var signed = new ConcurrentLinkedQueue<String>();
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      int own = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 5_000; i++) {
                      signer.sign(Bytes.utf8(own + "-" + i), 0, s -> signed.add(s.keyId()));
                    }
                  }));
    }
    for (var thread : threads) thread.join();

    assertEquals(20_000, signed.size());
    assertEquals(20_000, signed.stream().distinct().count());
    assertEquals(20_000, batches.stream().mapToInt(n -> n).sum());
  }

  @Test
  void in_a_crowd_one_signature_is_for_most_of_it() {
    var signer = new ResultSigner(this::sign);
    var signed = new ConcurrentLinkedQueue<String>();

    for (int i = 0; i < 1_000; i++) {
      signer.sign(Bytes.utf8("" + i), 200, s -> signed.add(s.keyId()));
    }
    signer.close();

    awaitTrue(() -> signed.size() == 1_000);
    // one every 133, and now and then a smaller one because time was up
    assertTrue(batches.size() <= 100, () -> batches + " signatures for 1,000");
  }

  @Test
  void whoever_waits_for_company_that_does_not_come_is_signed_soon() {
    var signer = new ResultSigner(this::sign);
    var signed = new ConcurrentLinkedQueue<String>();

    signer.sign(Bytes.utf8("alone"), 1_000, s -> signed.add(s.keyId()));
    awaitTrue(() -> signed.size() == 1);
    signer.sign(Bytes.utf8("again"), 1_000, s -> signed.add(s.keyId()));
    awaitTrue(() -> signed.size() == 2);

    assertEquals(List.of("alone", "again"), List.copyOf(signed));
    signer.close();
  }

  private static void awaitTrue(BooleanSupplier holds) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() < until, "not within 20 s");
      Thread.onSpinWait();
    }
  }

  /** Called by one thread at a time, or this test sees it in the sums. */
  private List<Signature> sign(List<Bytes> payloads) {
    batches.add(payloads.size());
    return payloads.stream()
        .map(p -> new Signature(p.utf8(), Bytes.EMPTY, Optional.empty()))
        .toList();
  }

  private List<Signature> signSlowlyAtFirst(List<Bytes> payloads) {
    if (batches.isEmpty()) {
      signing.countDown();
      try {
        assertTrue(goOn.await(10, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return sign(payloads);
  }
}
