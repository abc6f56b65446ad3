package dev.windlass.function;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a function answers beside {@code /fn/{namespace}/{name}}.
 *
 * @param host exact host name in lower case, or empty for every host
 * @param path prefix that begins with {@code /} and ends at a segment's end, or empty for no route
 *     of its own
 * @param methods allowed methods in upper case; empty allows all
 */
public record Route(String host, String path, List<String> methods) {
  private static final Pattern HOST = Pattern.compile("[a-z0-9.-]{0,253}");
  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");
  private static final Pattern PATH = Pattern.compile("/?|(/[^/?#%\\s\\p{Cntrl}]{1,255}){1,64}");

  public static final Route NONE = new Route("", "", List.of());

  public Route {
    methods = List.copyOf(methods);
    if (!HOST.matcher(host).matches())
      throw new IllegalArgumentException(
          "route host must be a name of a-z, 0-9, '-' and '.', without a port: " + host);
    for (var method : methods)
      if (!METHOD.matcher(method).matches())
        throw new IllegalArgumentException("route method must be in upper case: " + method);
    if (!PATH.matcher(path).matches())
      throw new IllegalArgumentException(
          "route path must be / or segments without ?, #, % and spaces, with no / at its end: "
              + path);
    if (!host.isEmpty() && path.isEmpty())
      throw new IllegalArgumentException("a route with a host needs a path, / for all: " + host);
  }
}
