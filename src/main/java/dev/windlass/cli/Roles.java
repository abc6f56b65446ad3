package dev.windlass.cli;

import java.util.List;

/** Starts what runs until it is told to stop. The command line has been checked before. */
public interface Roles {
  /**
   * @param arguments as they were typed, without the role
   * @return the exit code
   */
  int up(List<String> arguments);

  /** Like {@link #up}. */
  int worker(List<String> arguments);

  /** Like {@link #up}. */
  int witness(List<String> arguments);

  /** Like {@link #up}: {@code log serve}. */
  int log(List<String> arguments);

  /** Like {@link #up}. */
  int mirror(List<String> arguments);
}
