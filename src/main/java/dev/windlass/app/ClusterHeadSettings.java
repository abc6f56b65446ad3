package dev.windlass.app;

import dev.windlass.link.HeadAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code head --cluster true} was asked for.
 *
 * @param namespace of the release, for people
 * @param listen HTTP
 * @param link where workers dial
 * @param registrar host:port
 * @param token file with the pod's token for the registrar
 * @param roots file with the trust domain's roots, in PEM
 * @param log absent: no receipts
 * @param baseUrl as clients reach the heads; empty: as the request says
 * @param artifacts host:port where the operator serves what it fetched; absent: nowhere
 */
record ClusterHeadSettings(
    String namespace,
    ListenAddress listen,
    ListenAddress link,
    Path data,
    String registrar,
    Path token,
    Path roots,
    Optional<RemoteChoice> log,
    String baseUrl,
    Optional<String> artifacts) {
  private static final Set<String> OPTIONS =
      Set.of(
          "cluster",
          "namespace",
          "listen",
          "link-listen",
          "data",
          "registrar",
          "token-file",
          "roots",
          "log",
          "log-policy",
          "base-url",
          "artifacts");

  /** A log elsewhere, and the file that says whose signatures count. */
  record RemoteChoice(String url, Path policy) {}

  /** Whether these words ask for a head in a cluster. */
  static boolean isAsked(List<String> words) {
    int at = words.indexOf("--cluster");
    return words.contains("--cluster=true")
        || at >= 0 && at + 1 < words.size() && words.get(at + 1).equals("true");
  }

  static ClusterHeadSettings parse(List<String> words) {
    var a = new Arguments("head", words, OPTIONS);
    return new ClusterHeadSettings(
        a.text("namespace", "windlass"),
        ListenAddress.parse("head", a.text("listen", "0.0.0.0:8080")),
        ListenAddress.parse("head", "link-listen", a.text("link-listen", "0.0.0.0:7443")),
        Path.of(a.text("data", "/data")).toAbsolutePath().normalize(),
        address(a, "registrar", "windlass-registrar.windlass.svc:7070"),
        file(a, "token-file", "the pod's token for the registrar"),
        file(a, "roots", "the roots of the trust domain, in PEM"),
        log(a),
        a.text("base-url", ""),
        a.has("artifacts")
            ? Optional.of(address(a, "artifacts", "windlass-artifacts.windlass.svc:7071"))
            : Optional.empty());
  }

  private static Optional<RemoteChoice> log(Arguments a) {
    var text = a.text("log", "off");
    if (text.equals("off")) return Optional.empty();
    if (!text.matches("https?://.+"))
      throw new StartFailure("windlass head: --log is off or a URL, not " + text);
    return Optional.of(
        new RemoteChoice(text, file(a, "log-policy", "which says whose signatures count")));
  }

  private static Path file(Arguments a, String name, String what) {
    if (a.has(name)) return Path.of(a.text(name, ""));
    throw new StartFailure(
        "windlass head --cluster true needs --%s FILE, %s".formatted(name, what));
  }

  private static String address(Arguments a, String name, String example) {
    var text = a.text(name, "");
    try {
      return HeadAddress.parse(text).toString();
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          "windlass head: --%s is %s, expected HOST:PORT, such as %s"
              .formatted(name, text.isEmpty() ? "missing" : text, example),
          e);
    }
  }
}
