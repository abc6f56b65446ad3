package dev.windlass.log;

/** The first entry of a log. */
final class Founding {
  private Founding() {}

  static void found(LogConfig config, LogParts parts, Sequencing sequencing) {
    if (sequencing.committed().size() == 0 && parts.founder().isEmpty())
      throw new LogException(
          config.origin() + " is empty, and nobody is here to write its first entry");
  }
}
