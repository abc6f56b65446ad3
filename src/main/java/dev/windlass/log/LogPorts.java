package dev.windlass.log;

import java.util.Optional;

/** What the log role needs of its surroundings; a bean of the composition root. */
public interface LogPorts {
  /** The log, open; empty where this process has none. Whoever opened it closes it. */
  Optional<LogService> log();

  /**
   * Where its HTTP is mounted, as {@link LogRoutes#mount} takes it; empty where it has none of its
   * own.
   */
  Optional<String> prefix();
}
