package dev.windlass.head;

import dev.windlass.function.FunctionName;
import dev.windlass.function.Route;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The host and path routes of all functions. An exact host comes before any host, and then the
 * longest prefix; a prefix ends at a segment's end, so {@code /shop} takes {@code /shop} and {@code
 * /shop/7}, not {@code /shopping}. Immutable: each change of the catalogue makes a new one.
 */
final class Routes {
  static final Routes NONE = new Routes(Map.of());

  /** What belongs to the head itself. */
  private static final String[] RESERVED = {"/fn", "/api", "/q"};

  /**
   * @param mount the prefix without a slash at its end, {@code /} for all
   * @param rest of the path: empty or beginning with {@code /}
   */
  record Match(Catalogue.Entry entry, String mount, String rest) {}

  /** By host (empty: every host), then by prefix without a slash at its end. */
  private final Map<String, Map<String, Catalogue.Entry>> byHost;

  private Routes(Map<String, Map<String, Catalogue.Entry>> byHost) {
    this.byHost = byHost;
  }

  static Routes of(Collection<Catalogue.Entry> entries) {
    var byHost = new HashMap<String, Map<String, Catalogue.Entry>>();
    for (var entry : entries) {
      var route = entry.current().route();
      if (route.path().isEmpty()) continue;
      byHost.computeIfAbsent(route.host(), _ -> new HashMap<>()).putIfAbsent(prefix(route), entry);
    }
    return new Routes(byHost);
  }

  boolean isEmpty() {
    return byHost.isEmpty();
  }

  Optional<Match> find(String host, String path) {
    if (byHost.isEmpty()) return Optional.empty();
    var exact = longest(byHost.get(host), path);
    return Optional.ofNullable(exact != null ? exact : longest(byHost.get(""), path));
  }

  /** The other function that has this route. */
  Optional<FunctionName> owner(Route route, FunctionName besides) {
    if (route.path().isEmpty()) return Optional.empty();
    var entry = byHost.getOrDefault(route.host(), Map.of()).get(prefix(route));
    return entry == null || entry.name().equals(besides)
        ? Optional.empty()
        : Optional.of(entry.name());
  }

  /** The head's own prefix that the route lies in or would cover, if any. */
  static Optional<String> reserved(Route route) {
    for (var reserved : RESERVED)
      if (isWithin(reserved, route.path())) return Optional.of(reserved);
    return Optional.empty();
  }

  /** The head answers there itself, whatever routes there are. */
  static boolean isReserved(String path) {
    for (var reserved : RESERVED) if (isWithin(reserved, path)) return true;
    return false;
  }

  private static boolean isWithin(String prefix, String path) {
    return path.equals(prefix) || path.startsWith(prefix + "/");
  }

  private static @Nullable Match longest(
      @Nullable Map<String, Catalogue.Entry> prefixes, String path) {
    if (prefixes == null) return null;
    int end = path.length();
    while (true) {
      var prefix = path.substring(0, end);
      if (!prefix.endsWith("/")) {
        var entry = prefixes.get(prefix);
        if (entry != null) return new Match(entry, prefix, path.substring(end));
      }
      end = path.lastIndexOf('/', end - 1);
      if (end < 0) return null;
      if (end == 0) {
        var all = prefixes.get("");
        return all == null ? null : new Match(all, "/", path);
      }
    }
  }

  private static String prefix(Route route) {
    var path = route.path();
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
