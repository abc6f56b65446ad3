package dev.windlass.log;

import dev.windlass.function.Bytes;
import java.time.Duration;

/** A submission's way into the log. */
final class Entering {
  Entering(LogConfig config, Sequencing log, KeyRegistry keys, ReceiptStore receipts) {}

  Added enter(Bytes submission) {
    return new Added.Later(Duration.ofSeconds(1), "nothing is taken yet");
  }

  void resume() {}
}
