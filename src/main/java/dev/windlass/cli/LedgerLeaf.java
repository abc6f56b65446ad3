package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.BatchLeaf;
import dev.windlass.receipt.BatchStatement;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.RekorBody;
import dev.windlass.receipt.SignedEntry;

/** What a leaf of our log is. That it parses says nothing about who signed it. */
sealed interface LedgerLeaf {
  record Entry(SignedEntry signed) implements LedgerLeaf {}

  record Batch(BatchLeaf batch) implements LedgerLeaf {}

  record Single(RekorBody body) implements LedgerLeaf {}

  record Strange(String why) implements LedgerLeaf {}

  static LedgerLeaf parse(Bytes leaf) {
    try {
      var text = leaf.utf8();
      if (text.startsWith("{\"apiVersion\"")) return new Single(RekorBody.parse(leaf));
      if (text.contains("\"payloadType\":\"" + BatchStatement.TYPE + "\""))
        return new Batch(BatchLeaf.parse(leaf));
      if (text.contains("\"payloadType\":\"" + LogEntry.PAYLOAD_TYPE + "\""))
        return new Entry(SignedEntry.parse(leaf));
      return new Strange("neither an entry nor a receipt nor a batch of receipts");
    } catch (JsonException e) {
      return new Strange(String.valueOf(e.getMessage()));
    }
  }

  /** One word for a list. */
  default String type() {
    return switch (this) {
      case Entry(var signed) -> signed.entry().type();
      case Batch(var batch) -> "receipts (" + batch.statement().size() + ")";
      case Single _ -> "receipt";
      case Strange _ -> "strange";
    };
  }
}
