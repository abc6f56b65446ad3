package dev.windlass.operator;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Counts what is asked of the API server, by method and resource; watches count once, when they
 * begin.
 */
final class ApiCalls implements Interceptor {
  private static final Pattern PLURAL = Pattern.compile("[a-z]{1,63}");
  private final MeterRegistry registry;
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();

  ApiCalls(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    var verb = request.method().toLowerCase(Locale.ROOT);
    var resource = resource(request.uri().getPath());
    counters.computeIfAbsent(verb + " " + resource, _ -> counter(verb, resource)).increment();
  }

  /**
   * The plural of {@code /api/v1/…} or {@code /apis/group/version/…}: a small number of words, as a
   * metric's label has to be.
   */
  static String resource(String path) {
    var parts = path.split("/", -1);
    int next = parts.length > 1 && parts[1].equals("apis") ? 4 : 3;
    if (parts.length > next + 2 && parts[next].equals("namespaces")) next += 2;
    return parts.length > next && PLURAL.matcher(parts[next]).matches() ? parts[next] : "other";
  }

  private Counter counter(String verb, String resource) {
    return Counter.builder("windlass.operator.api.calls")
        .description("Requests to the Kubernetes API, by HTTP method and resource")
        .tag("verb", verb)
        .tag("resource", resource)
        .register(registry);
  }
}
