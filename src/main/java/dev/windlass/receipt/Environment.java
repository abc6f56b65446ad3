package dev.windlass.receipt;

import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a guest saw beside its input: all of argv, and its environment variables. Its digest is
 * {@code env} of a result statement.
 */
public record Environment(List<String> args, SortedMap<String, String> env) {
  public Environment {
    args = List.copyOf(args);
    env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
  }

  /**
   * Of one request: argv[0] is the function's name without its namespace; the request's variables
   * (a CGI request's meta-variables) win over the manifest's.
   */
  public static Environment of(Manifest manifest, SortedMap<String, String> request) {
    var args = new ArrayList<String>(1 + manifest.args().size());
    args.add(manifest.name().name());
    args.addAll(manifest.args());
    if (request.isEmpty()) return new Environment(args, manifest.env());
    var env = new TreeMap<>(manifest.env());
    env.putAll(request);
    return new Environment(args, env);
  }

  /**
   * Of canonical {@code {"args":[…],"env":{…}}}.
   *
   * @throws dev.windlass.json.JsonException when a text is not Unicode
   */
  public Digest digest() {
    return Digest.of(
        Json.object()
            .put("args", Json.texts(args))
            .put("env", Json.texts(env))
            .build()
            .canonical());
  }
}
