package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.receipt.Submission;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A log in memory that enters a leaf once. Strict: it takes canonical entries only, and notes
 * whoever signed them. Leaf 0 stands for the genesis.
 */
final class FakeLog implements RegistrarLog {
  enum Mood {
    WELL,
    /** Enters nothing and says so. */
    AWAY,
    /** Enters it, and the answer is lost. */
    ANSWERS_LOST,
    /** Says nothing until it is told to. */
    SILENT
  }

  private final List<Bytes> leaves = new ArrayList<>(List.of(Bytes.utf8("genesis")));
  private final List<Runnable> held = new ArrayList<>();
  private Mood mood = Mood.WELL;
  int asked;

  @Override
  public synchronized CompletionStage<Long> append(Bytes submission) {
    asked++;
    var answer = new CompletableFuture<Long>();
    switch (mood) {
      case WELL -> answer.complete(enter(submission));
      case AWAY -> answer.completeExceptionally(new IOException("nobody listens"));
      case ANSWERS_LOST -> {
        enter(submission);
        answer.completeExceptionally(new IOException("connection reset"));
      }
      case SILENT -> held.add(() -> answer.complete(enter(submission)));
    }
    return answer;
  }

  synchronized void is(Mood now) {
    mood = now;
    if (now == Mood.WELL) {
      held.forEach(Runnable::run);
      held.clear();
    }
  }

  synchronized int held() {
    return held.size();
  }

  /** Without the genesis. */
  synchronized List<LogEntry> entries() {
    return leaves.stream().skip(1).map(leaf -> SignedEntry.parse(leaf).entry()).toList();
  }

  synchronized SignedEntry at(long index) {
    return SignedEntry.parse(leaves.get((int) index));
  }

  private synchronized long enter(Bytes submission) {
    if (!(Submission.parse(submission) instanceof Submission.Plain(var leaf)))
      throw new AssertionError("a registrar submits entries only");
    SignedEntry.parse(leaf);
    int known = leaves.indexOf(leaf);
    if (known >= 0) return known;
    leaves.add(leaf);
    return leaves.size() - 1;
  }
}
