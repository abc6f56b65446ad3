package dev.windlass.app;

import java.util.logging.ConsoleHandler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** The log of a process without Quarkus: one line a record, on standard error. */
final class Logs {
  private Logs() {}

  /** {@code 03:00:00.000 INFO text}. */
  static void toStandardError() {
    System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tT.%1$tL %4$-7s %5$s%6$s%n");
    LogManager.getLogManager().reset();
    var console = new ConsoleHandler();
    console.setLevel(Level.ALL);
    var root = Logger.getLogger("");
    root.setLevel(Level.INFO);
    root.addHandler(console);
  }
}
