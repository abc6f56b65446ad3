package dev.windlass.log;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What a log is called, where it keeps receipts, and every bound of it.
 *
 * @param origin of its checkpoints, such as {@code log.windlass.local/ledger}
 * @param trustDomain whose keys are entered
 * @param receipts directory for the payloads and result envelopes behind receipts
 * @param publishing times of checkpoints
 * @param retention bounds of what is kept behind receipts
 * @param intake bounds of what comes in
 */
public record LogConfig(
    String origin,
    String trustDomain,
    Path receipts,
    Publishing publishing,
    Retention retention,
    Intake intake) {

  /** Defaults for a trust domain: the origin is {@code log.<trust domain>/ledger}. */
  public static LogConfig of(String trustDomain, Path receipts) {
    return new LogConfig(
        "log." + trustDomain + "/ledger",
        trustDomain,
        receipts,
        Publishing.DEFAULT,
        Retention.DEFAULT,
        Intake.DEFAULT);
  }

  public LogConfig with(Publishing other) {
    return new LogConfig(origin, trustDomain, receipts, other, retention, intake);
  }

  public LogConfig with(Retention other) {
    return new LogConfig(origin, trustDomain, receipts, publishing, other, intake);
  }

  public LogConfig with(Intake other) {
    return new LogConfig(origin, trustDomain, receipts, publishing, retention, other);
  }

  /**
   * @param interval between checkpoints while there is something new
   * @param republish between checkpoints when there is not
   * @param witnessTimeout how long one witness may take to answer
   * @param alarmAfter how long committed leaves may wait for a quorum before somebody is called
   * @param mmd what receipts promise: a leaf is under a published checkpoint within it
   * @param skew how far a cosignature's time may be from ours
   */
  public record Publishing(
      Duration interval,
      Duration republish,
      Duration witnessTimeout,
      Duration alarmAfter,
      Duration mmd,
      Duration skew) {
    public static final Publishing DEFAULT =
        new Publishing(
            Duration.ofSeconds(1),
            Duration.ofMinutes(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofMinutes(5));
  }

  /**
   * @param age how long the payloads behind a receipt are kept
   * @param bytes of all of them; the oldest go first, before their age if they must
   * @param segmentBytes of one file
   */
  public record Retention(Duration age, long bytes, int segmentBytes) {
    public static final Retention DEFAULT =
        new Retention(Duration.ofHours(48), 16L << 30, 64 << 20);

    public Retention {
      if (bytes < segmentBytes || segmentBytes < Intake.MAX_SUBMISSION)
        throw new IllegalArgumentException(
            "a segment holds a submission ("
                + Intake.MAX_SUBMISSION
                + " octets) and the whole a segment, not "
                + segmentBytes
                + " and "
                + bytes);
    }
  }

  /**
   * @param inFlight submissions being checked or committed at one time
   * @param bytesInFlight octets of them
   * @param waiters callers that wait for a receipt at one time
   * @param longestWait that a caller may ask for
   */
  public record Intake(int inFlight, long bytesInFlight, int waiters, Duration longestWait) {
    /** Of one submission; it fits a Kafka message of default size. */
    public static final int MAX_SUBMISSION = 900 << 10;

    public static final Intake DEFAULT =
        new Intake(4_096, 128L << 20, 10_000, Duration.ofSeconds(30));

    public Intake {
      if (inFlight < 1 || bytesInFlight < MAX_SUBMISSION || waiters < 0)
        throw new IllegalArgumentException("the bounds of the intake hold at least one submission");
    }
  }
}
