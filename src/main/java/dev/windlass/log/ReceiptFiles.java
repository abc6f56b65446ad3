package dev.windlass.log;

import dev.windlass.tlog.store.TreeHead;
import java.io.IOException;
import java.util.UUID;

/** Receipt files, made when they are asked for. */
final class ReceiptFiles {
  private final ReceiptStore receipts;

  ReceiptFiles(Sequencing log, KeyRegistry keys, ReceiptStore receipts) {
    this.receipts = receipts;
  }

  Found find(UUID id, long published) throws IOException {
    return receipts.find(id).isPresent() ? new Found.Pending() : new Found.Unknown();
  }

  Found unwitnessed(UUID id, TreeHead head) throws IOException {
    return find(id, head.size());
  }
}
