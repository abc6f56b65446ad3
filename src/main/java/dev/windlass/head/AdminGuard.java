package dev.windlass.head;

import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the management API: whoever has the token where one is set, else whoever is on this
 * machine and calls it by a name of this machine (a page that rebinds its own name to 127.0.0.1
 * sends that name). A page of another site never, whatever it sends.
 */
final class AdminGuard {
  private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String SCHEME = "Bearer ";

  private final Optional<HeadConfig.AdminToken> token;

  AdminGuard(Optional<HeadConfig.AdminToken> token) {
    this.token = token;
  }

  Optional<Problem> refusal(HttpServerRequest request) {
    var site = request.getHeader("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none"))
      return refused(ProblemType.CROSS_SITE, "Sec-Fetch-Site is " + site);
    var origin = request.getHeader("Origin");
    var host = request.getHeader("Host");
    if (origin != null && !isSame(origin, host))
      return refused(ProblemType.CROSS_SITE, "Origin is " + origin + ", Host is " + host);
    if (token.isPresent()) return byToken(request, token.get());
    var remote = request.remoteAddress();
    boolean local = remote != null && isLoopback(remote.hostAddress());
    if (local && LOCAL_NAMES.contains(CgiVariables.hostOf(host))) return Optional.empty();
    return refused(
        ProblemType.NOT_LOCAL,
        "called as " + host + " from " + (remote == null ? "nowhere" : remote.hostAddress()));
  }

  private static Optional<Problem> byToken(
      HttpServerRequest request, HeadConfig.AdminToken expected) {
    var given = request.getHeader("Authorization");
    if (given != null && given.startsWith(SCHEME)) {
      var octets = given.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
      if (MessageDigest.isEqual(octets, expected.value().getBytes(StandardCharsets.UTF_8)))
        return Optional.empty();
    }
    return Optional.of(
        Problem.of(
                ProblemType.UNAUTHORIZED,
                given == null ? "no Authorization field" : "not the token of this head")
            .withHeader("WWW-Authenticate", "Bearer"));
  }

  private static boolean isSame(String origin, @Nullable String host) {
    int scheme = origin.indexOf("://");
    return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
  }

  private static boolean isLoopback(@Nullable String address) {
    return address != null
        && (address.startsWith("127.")
            || address.equals("0:0:0:0:0:0:0:1")
            || address.startsWith("0:0:0:0:0:0:0:1%")
            || address.equals("::1"));
  }

  private static Optional<Problem> refused(ProblemType type, String why) {
    return Optional.of(Problem.of(type, why));
  }
}
