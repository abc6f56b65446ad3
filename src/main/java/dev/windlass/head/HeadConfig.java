package dev.windlass.head;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the head keeps its data, and every bound of it.
 *
 * @param data directory with {@code artifacts/} and {@code functions/}
 * @param version of Windlass, for SERVER_SOFTWARE
 * @param baseUrl of this head as clients reach it, for the URLs it prints; empty takes the
 *     request's Host
 * @param adminToken bearer token of the management API; without it only loopback is answered
 * @param traffic bounds of requests
 * @param memory bounds of what is remembered
 * @param store bounds of what is kept on disk
 * @param receipts bounds of what is on its way to the log
 */
public record HeadConfig(
    Path data,
    String version,
    String baseUrl,
    Optional<AdminToken> adminToken,
    Traffic traffic,
    Memory memory,
    Store store,
    Receipts receipts) {

  /** Defaults for a data directory. */
  public static HeadConfig at(Path data, String version) {
    return new HeadConfig(
        data,
        version,
        "",
        Optional.empty(),
        Traffic.DEFAULT,
        Memory.DEFAULT,
        Store.DEFAULT,
        Receipts.DEFAULT);
  }

  public HeadConfig withBaseUrl(String other) {
    return new HeadConfig(data, version, other, adminToken, traffic, memory, store, receipts);
  }

  public HeadConfig withTraffic(Traffic other) {
    return new HeadConfig(data, version, baseUrl, adminToken, other, memory, store, receipts);
  }

  public HeadConfig withMemory(Memory other) {
    return new HeadConfig(data, version, baseUrl, adminToken, traffic, other, store, receipts);
  }

  public HeadConfig withStore(Store other) {
    return new HeadConfig(data, version, baseUrl, adminToken, traffic, memory, other, receipts);
  }

  public HeadConfig withAdminToken(AdminToken token) {
    return new HeadConfig(
        data, version, baseUrl, Optional.of(token), traffic, memory, store, receipts);
  }

  public HeadConfig withReceipts(Receipts other) {
    return new HeadConfig(data, version, baseUrl, adminToken, traffic, memory, store, other);
  }

  /** A secret: never printed. At least 16 characters. */
  public record AdminToken(String value) {
    public AdminToken {
      if (value.length() < 16)
        throw new IllegalArgumentException(
            "an admin token has at least 16 characters, not " + value.length());
    }

    @Override
    public String toString() {
      return "AdminToken[redacted]";
    }
  }

  /**
   * @param inFlight requests of functions at one time, waiting ones included
   * @param bodyBytes memory of all request bodies being read or run
   * @param waiters requests that may wait for a free worker
   * @param patience how long one waits before it is refused
   * @param retryPatience how long a request waits for room whose worker was lost: one that restarts
   *     is back by then
   * @param attempts orders sent for one request, the first included
   * @param margin added to a function's time limit for the link and a queue at the worker
   * @param coldMargin the same where the worker has to fetch and compile first
   * @param prepare how long a deployment waits for a worker to compile
   * @param grace how long a head that goes away still takes requests, so that a load balancer sees
   *     that it is not ready before a client is refused
   * @param drain how long requests in flight may take to end when the head goes away
   */
  public record Traffic(
      int inFlight,
      long bodyBytes,
      int waiters,
      Duration patience,
      Duration retryPatience,
      int attempts,
      Duration margin,
      Duration coldMargin,
      Duration prepare,
      Duration grace,
      Duration drain) {
    public static final Traffic DEFAULT =
        new Traffic(
            10_000,
            256L << 20,
            2_000,
            Duration.ofMillis(250),
            Duration.ofSeconds(5),
            3,
            Duration.ofSeconds(5),
            Duration.ofSeconds(90),
            Duration.ofMinutes(5),
            Duration.ZERO,
            Duration.ofSeconds(30));

    public Traffic withPatience(Duration first, Duration retry) {
      return new Traffic(
          inFlight,
          bodyBytes,
          waiters,
          first,
          retry,
          attempts,
          margin,
          coldMargin,
          prepare,
          grace,
          drain);
    }

    public Traffic withGrace(Duration other) {
      return new Traffic(
          inFlight,
          bodyBytes,
          waiters,
          patience,
          retryPatience,
          attempts,
          margin,
          coldMargin,
          prepare,
          other,
          drain);
    }

    public Traffic {
      if (inFlight < 1 || bodyBytes < 1 || waiters < 0 || attempts < 1)
        throw new IllegalArgumentException("traffic bounds must be positive");
    }
  }

  /**
   * @param results kept for export, by count
   * @param resultBytes kept for export, by size of input, output and statement
   * @param resultBodyBytes a larger input or output is left out of a kept result
   * @param replays answers kept for Idempotency-Key, by count
   * @param replayBytes the same by size
   * @param replayFor how long such an answer is kept
   * @param logBytes kept of one function's log
   * @param logFunctions functions whose log is kept
   * @param followers of logs at one time
   * @param manifests kept parsed
   */
  public record Memory(
      int results,
      long resultBytes,
      int resultBodyBytes,
      int replays,
      long replayBytes,
      Duration replayFor,
      int logBytes,
      int logFunctions,
      int followers,
      int manifests) {
    public static final Memory DEFAULT =
        new Memory(
            4_096,
            64L << 20,
            256 << 10,
            4_096,
            64L << 20,
            Duration.ofMinutes(10),
            256 << 10,
            1_000,
            64,
            512);
  }

  /**
   * @param functions in the catalogue
   * @param versions kept of one function, the current one included
   * @param bytes of all artifacts
   * @param artifactBytes of one artifact; no more than a link carries
   * @param unusedFor how long an artifact that no version names is kept
   */
  public record Store(
      int functions, int versions, long bytes, int artifactBytes, Duration unusedFor) {
    public static final Store DEFAULT =
        new Store(20_000, 3, 16L << 30, 64 << 20, Duration.ofMinutes(10));
  }

  /**
   * @param outstanding receipts that the log has not acknowledged, runs included that will have
   *     one; beyond it requests are refused before they run
   * @param outstandingBytes the same by size
   * @param crowd receipts a second above which they are signed in batches
   * @param batchEvery at least this long between two batches
   * @param underWay submissions without an acknowledgement at one time
   * @param acknowledge how long one may take before it is sent again
   * @param waiters requests that wait for witnesses at one time
   * @param witness how long such a request waits that does not say how long
   * @param epoch from one {@code head.epoch} entry to the next
   * @param publish how long a deployment waits for the log
   * @param exportsPerMinute Sigstore bundles made for one caller
   * @param exports bundles kept on disk
   */
  public record Receipts(
      int outstanding,
      long outstandingBytes,
      int crowd,
      Duration batchEvery,
      int underWay,
      Duration acknowledge,
      int waiters,
      Duration witness,
      Duration epoch,
      Duration publish,
      int exportsPerMinute,
      int exports) {
    public static final Receipts DEFAULT =
        new Receipts(
            65_536,
            128L << 20,
            500,
            Duration.ofMillis(20),
            32,
            Duration.ofSeconds(30),
            1_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(15),
            60,
            10_000);

    public Receipts {
      if (outstanding < 1 || outstandingBytes < 1 || underWay < 1 || waiters < 0)
        throw new IllegalArgumentException("bounds of receipts must be positive");
    }
  }
}
