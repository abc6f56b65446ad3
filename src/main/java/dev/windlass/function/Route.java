package dev.windlass.function;

import java.util.List;

/**
 * Where a function answers beside {@code /fn/{namespace}/{name}}.
 *
 * @param host exact host name in lower case, or empty for every host
 * @param path prefix that begins with {@code /} and ends at a segment's end, or empty for no route
 *     of its own
 * @param methods allowed methods in upper case; empty allows all
 */
public record Route(String host, String path, List<String> methods) {
  public static final Route NONE = new Route("", "", List.of());

  public Route {
    methods = List.copyOf(methods);
    if (!path.isEmpty() && !path.startsWith("/"))
      throw new IllegalArgumentException("route path must begin with /: " + path);
    if (!host.isEmpty() && path.isEmpty())
      throw new IllegalArgumentException("a route with a host needs a path, / for all: " + host);
  }
}
