package dev.windlass.cli;

import java.util.function.LongSupplier;

/** Says on stderr how far long work is: overwritten in place for a person, else now and then. */
final class Progress {
  private static final long PERSON_NANOS = 100_000_000L;
  private static final long OTHERS_NANOS = 10_000_000_000L;

  private final Terminal terminal;
  private final LongSupplier nanos;
  private final long begun;
  private long told;
  private boolean shown;

  Progress(Terminal terminal, LongSupplier nanos) {
    this.terminal = terminal;
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
    this.told = begun;
  }

  /**
   * @param what such as {@code entries}
   */
  void at(long done, String what) {
    long now = nanos.getAsLong();
    if (now - told < (terminal.isPerson() ? PERSON_NANOS : OTHERS_NANOS)) return;
    told = now;
    double seconds = Math.max(1e-3, (now - begun) / 1e9);
    var line = "%,d %s, %,.0f a second".formatted(done, what, done / seconds);
    if (terminal.isPerson()) terminal.err().print("\r" + line + "   ");
    else terminal.err().println(line);
    shown = true;
  }

  /** The line is free again. */
  void end() {
    if (shown && terminal.isPerson()) terminal.err().print("\r" + " ".repeat(70) + "\r");
  }
}
