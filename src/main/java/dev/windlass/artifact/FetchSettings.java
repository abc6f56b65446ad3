package dev.windlass.artifact;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * What a fetch may cost and whom it believes.
 *
 * @param moduleBytes of one module
 * @param connect until a connection is there
 * @param header from the request to the beginning of the answer
 * @param whole from the request to the end of the answer
 * @param plainHttp {@code host} or {@code host:port}, in lower case, that may be asked without TLS
 *     beside loopback addresses
 * @param tls whom to believe; empty is the platform's authorities
 */
public record FetchSettings(
    int moduleBytes,
    Duration connect,
    Duration header,
    Duration whole,
    Set<String> plainHttp,
    Optional<SSLContext> tls) {
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]");

  /** 64 MiB; 5 s, 20 s and 2 minutes; the platform's authorities. */
  public static final FetchSettings DEFAULT =
      new FetchSettings(
          64 << 20,
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofMinutes(2),
          Set.of(),
          Optional.empty());

  public FetchSettings {
    plainHttp = Set.copyOf(plainHttp);
    if (moduleBytes < 1 || connect.isNegative() || header.isNegative() || whole.isNegative())
      throw new IllegalArgumentException(
          "bounds must be positive: " + moduleBytes + ", " + connect + ", " + header);
  }

  public FetchSettings withPlainHttp(Set<String> hosts) {
    return new FetchSettings(moduleBytes, connect, header, whole, hosts, tls);
  }

  public FetchSettings withTls(SSLContext context) {
    return new FetchSettings(moduleBytes, connect, header, whole, plainHttp, Optional.of(context));
  }

  boolean allowsPlain(URI uri) {
    return allowsPlain(uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()));
  }

  /**
   * @param authority host, or host:port
   */
  boolean allowsPlain(String authority) {
    var lower = authority.toLowerCase(Locale.ROOT);
    var host = lower.replaceFirst(":[0-9]+$", "");
    return plainHttp.contains(lower)
        || plainHttp.contains(host)
        || LOOPBACK.matcher(host).matches();
  }
}
