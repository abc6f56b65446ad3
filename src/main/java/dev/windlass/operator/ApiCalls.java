package dev.windlass.operator;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what is asked of the API server, by verb; watches count once, when they begin. */
final class ApiCalls implements Interceptor {
  private final MeterRegistry registry;
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();

  ApiCalls(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    var verb = request.method().toLowerCase(Locale.ROOT);
    counters.computeIfAbsent(verb, this::counter).increment();
  }

  private Counter counter(String verb) {
    return Counter.builder("windlass.operator.api.calls")
        .description("Requests to the Kubernetes API, by HTTP method")
        .tag("verb", verb)
        .register(registry);
  }
}
