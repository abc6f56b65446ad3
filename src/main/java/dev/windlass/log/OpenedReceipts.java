package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.BatchLeaf;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Submission;
import dev.windlass.tlog.MerkleTree;
import java.util.Optional;

/** A kept submission of receipts, parsed, with the tree over its payloads. */
final class OpenedReceipts {
  private final Submission submission;
  private final Optional<Batch> batch;

  private record Batch(BatchLeaf leaf, MerkleTree tree) {}

  /** One receipt, as it was signed, and the result envelope that belongs to it. */
  record Item(Dsse envelope, Dsse results) {}

  /** Of octets that were admitted. */
  OpenedReceipts(Bytes octets) {
    this.submission = Submission.parse(octets);
    this.batch =
        submission instanceof Submission.Batch many ? Optional.of(open(many)) : Optional.empty();
  }

  Bytes leaf() {
    return submission.leaf();
  }

  Bytes payload(int item) {
    return switch (submission) {
      case Submission.Batch many -> many.items().get(item).payload();
      case Submission.Single single -> Dsse.parse(single.envelope().unsafeArray()).payload();
      case Submission.Plain _ -> throw noReceipt();
    };
  }

  Item item(int item) {
    return switch (submission) {
      case Submission.Batch many -> {
        var one = many.items().get(item);
        var signed = batch.orElseThrow();
        yield new Item(
            signed.leaf().envelope(one.payload(), item, signed.tree()),
            Dsse.parse(one.results().unsafeArray()));
      }
      case Submission.Single single ->
          new Item(
              Dsse.parse(single.envelope().unsafeArray()),
              Dsse.parse(single.results().unsafeArray()));
      case Submission.Plain _ -> throw noReceipt();
    };
  }

  private static Batch open(Submission.Batch many) {
    var leaf = BatchLeaf.parse(many.leaf());
    var tree = leaf.tree(many.payloads());
    return new Batch(
        leaf, tree.orElseThrow(() -> new IllegalArgumentException("not the payloads of its leaf")));
  }

  private static IllegalArgumentException noReceipt() {
    return new IllegalArgumentException("a kept submission is an entry, expected receipts");
  }
}
