package dev.windlass.operator;

/**
 * What runs in one operator only: the leader. It is started when this process begins to lead and
 * stopped in an orderly end; who loses the lease is ended without a stop.
 */
public interface LeaderTask {
  /** For the log. */
  String name();

  /**
   * Returns when it runs. A failure is tried again, after a pause, for as long as this process
   * leads.
   */
  void start() throws Exception;

  /** Returns when nothing of it runs; does nothing if it was not started. */
  void stop();
}
