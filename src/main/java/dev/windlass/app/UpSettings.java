package dev.windlass.app;

import dev.windlass.link.HeadAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What {@code up} was asked for.
 *
 * @param role the word it was started by
 * @param host address of HTTP
 * @param port of HTTP; 0 = a free one
 * @param workerHost address where workers join and dial
 * @param linkPort where workers dial; 0 = that of the last time, else a free one
 * @param workers child processes
 * @param lanes of each worker; 0 = by its CPUs
 * @param memoryMiB of each worker's guests; 0 = an equal share of the machine
 * @param log which one receipts go to
 */
record UpSettings(
    String role,
    Path data,
    String host,
    int port,
    String workerHost,
    int linkPort,
    int workers,
    int lanes,
    int memoryMiB,
    LogChoice log) {
  static final String TRUST_DOMAIN = "windlass.local";
  private static final int MOST_WORKERS = 64;
  private static final Set<String> OPTIONS =
      Set.of(
          "data",
          "host",
          "port",
          "worker-listen",
          "workers",
          "lanes",
          "memory",
          "log",
          "log-policy",
          "operator-key");

  /** {@code head} is {@code up} without workers of its own. */
  static UpSettings parse(String role, List<String> words) {
    var a = new Arguments(role, words, OPTIONS);
    var listen = HeadAddress.parse(a.text("worker-listen", "127.0.0.1:1"));
    return new UpSettings(
        role,
        Path.of(a.text("data", DataDirectory.usual().toString())).toAbsolutePath().normalize(),
        a.text("host", "127.0.0.1"),
        a.number("port", 8080, 0, 65535),
        listen.host(),
        a.has("worker-listen") ? listen.port() : 0,
        role.equals("head") ? 0 : a.number("workers", 2, 0, MOST_WORKERS),
        a.number("lanes", 0, 0, 1024),
        a.number("memory", 0, 0, 1 << 20),
        LogChoice.parse(role, a));
  }

  UpSettings withPort(int actual) {
    return new UpSettings(
        role, data, host, actual, workerHost, linkPort, workers, lanes, memoryMiB, log);
  }

  String url() {
    return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /** Where this process reaches its own HTTP. */
  String ownHost() {
    return reachable(host);
  }

  /** Where children of this process dial. */
  String dialHost() {
    return reachable(workerHost);
  }

  private static String reachable(String host) {
    return host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
  }
}
