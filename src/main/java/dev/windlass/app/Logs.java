package dev.windlass.app;

import java.util.logging.ConsoleHandler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** The log of a process without Quarkus: one line a record, on standard error. */
final class Logs {
  private Logs() {}

  /**
   * {@code 03:00:00.000 INFO text}. By the log manager of JBoss, which Quarkus brings: the JDK's
   * own closes its handlers as soon as the process is told to stop, and a drain would be silent.
   */
  static void toStandardError() {
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tT.%1$tL %4$-7s %5$s%6$s%n");
    var root = Logger.getLogger("");
    for (var handler : root.getHandlers()) root.removeHandler(handler);
    var console = new ConsoleHandler();
    console.setFormatter(new SimpleFormatter());
    console.setLevel(Level.ALL);
    root.setLevel(Level.INFO);
    root.addHandler(console);
  }
}
