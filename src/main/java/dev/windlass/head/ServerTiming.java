package dev.windlass.head;

/**
 * The Server-Timing field (W3C): {@code queue} for a seat and for a lane, {@code link} on the way
 * there and back, {@code prepare} to fetch and compile, {@code run}, {@code sign}, {@code verify},
 * {@code log} for the witnesses of a receipt. Milliseconds.
 */
final class ServerTiming {
  private ServerTiming() {}

  static String of(Dispatch.Ran ran) {
    var worker = ran.done().times();
    long link = ran.times().link() / 1_000 - worker.queued() - worker.prepared() - worker.ran();
    var text = new StringBuilder(128);
    append(text, "queue", ran.times().seat() / 1_000 + worker.queued());
    append(text, "link", Math.max(0, link - worker.signed()));
    append(text, "prepare", worker.prepared());
    append(text, "run", worker.ran());
    append(text, "sign", worker.signed());
    append(text, "verify", ran.times().verify() / 1_000);
    return text.toString();
  }

  static String log(long nanos) {
    var text = new StringBuilder(16);
    append(text, "log", nanos / 1_000);
    return text.toString();
  }

  private static void append(StringBuilder text, String name, long micros) {
    if (!text.isEmpty()) text.append(", ");
    long bounded = Math.max(0, micros);
    text.append(name).append(";dur=").append(bounded / 1_000).append('.');
    long fraction = bounded % 1_000;
    if (fraction < 100) text.append('0');
    if (fraction < 10) text.append('0');
    text.append(fraction);
  }
}
