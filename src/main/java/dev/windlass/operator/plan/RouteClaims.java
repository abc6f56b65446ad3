package dev.windlass.operator.plan;

import dev.windlass.function.FunctionName;
import dev.windlass.function.Route;
import dev.windlass.operator.api.Function;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Who asks for which route, over all namespaces. Of several that ask for the same host and path the
 * oldest has it, and keeps it while it exists; of equally old ones the first by name.
 */
public final class RouteClaims {
  public static final RouteClaims NONE = new RouteClaims(Map.of());

  /** What belongs to the heads themselves. */
  private static final List<String> RESERVED = List.of("/fn", "/api", "/q");

  /** Host and path, without a slash at its end. */
  public record Key(String host, String path) {}

  private record Claim(Instant since, FunctionName by) {}

  private static final Comparator<Claim> FIRST =
      Comparator.comparing(Claim::since).thenComparing(Claim::by);

  private final Map<Key, Claim> holders;

  private RouteClaims(Map<Key, Claim> holders) {
    this.holders = Map.copyOf(holders);
  }

  public static RouteClaims of(Collection<Function> functions) {
    var holders = new HashMap<Key, Claim>();
    for (var function : functions) {
      if (function.getMetadata().getDeletionTimestamp() != null) continue;
      var key = key(function);
      var claim = claim(function);
      if (key.isPresent() && claim.isPresent())
        holders.merge(key.get(), claim.get(), (a, b) -> FIRST.compare(a, b) <= 0 ? a : b);
    }
    return new RouteClaims(holders);
  }

  /** What a function asks for; empty for none, and for one that is not valid. */
  public static Optional<Key> key(Function function) {
    var route = function.spec().route();
    if (route == null || route.path() == null || route.path().isEmpty()) return Optional.empty();
    return key(Objects.requireNonNullElse(route.host(), ""), route.path());
  }

  private static Optional<Key> key(String host, String path) {
    try {
      var route = new Route(host, path, List.of());
      return Optional.of(new Key(route.host(), route.path().replaceFirst("/$", "")));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** The function that has it, if it is another one. */
  public Optional<FunctionName> holder(Route route, FunctionName besides) {
    return key(route.host(), route.path())
        .map(holders::get)
        .map(Claim::by)
        .filter(name -> !name.equals(besides));
  }

  /** The heads' own prefix that the path lies in. */
  public static Optional<String> reserved(Route route) {
    return RESERVED.stream()
        .filter(own -> route.path().equals(own) || route.path().startsWith(own + "/"))
        .findFirst();
  }

  private static Optional<Claim> claim(Function function) {
    var meta = function.getMetadata();
    try {
      return Optional.of(
          new Claim(
              since(meta.getCreationTimestamp()),
              new FunctionName(meta.getNamespace(), meta.getName())));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Instant since(String created) {
    try {
      return created == null ? Instant.MAX : Instant.parse(created);
    } catch (DateTimeParseException _) {
      return Instant.MAX;
    }
  }
}
