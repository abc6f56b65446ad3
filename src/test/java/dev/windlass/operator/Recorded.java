package dev.windlass.operator;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What an operator asked of the API server, as RBAC sees it. */
final class Recorded implements Interceptor {
  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api/v1|apis/(?<group>[^/]+)/[^/]+)(?:/namespaces/(?<namespace>[^/]+)(?=/))?"
              + "/(?<resource>[a-z]+)(?:/(?<name>[^/]+)(?:/(?<sub>[a-z]+))?)?");

  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final AtomicInteger attempts = new AtomicInteger();

  /**
   * @param resource with its subresource
   */
  record Call(
      String verb, String group, String namespace, String resource, String name, int status) {
    boolean writes() {
      return !List.of("get", "list", "watch").contains(verb);
    }
  }

  List<Call> calls() {
    return List.copyOf(calls);
  }

  /** Requests that were begun, whether anybody answered or not. */
  int attempts() {
    return attempts.get();
  }

  Stream<Call> writesIn(String namespace) {
    return calls.stream().filter(Call::writes).filter(c -> c.namespace().equals(namespace));
  }

  List<Call> forbidden() {
    return calls.stream().filter(c -> c.status() == 403).toList();
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    attempts.incrementAndGet();
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    var path = PATH.matcher(request.uri().getPath());
    if (!path.matches()) return;
    var name = orEmpty(path.group("name"));
    var sub = orEmpty(path.group("sub"));
    calls.add(
        new Call(
            verb(request, name),
            orEmpty(path.group("group")),
            orEmpty(path.group("namespace")),
            path.group("resource") + (sub.isEmpty() ? "" : "/" + sub),
            name,
            response.code()));
  }

  private static String verb(HttpRequest request, String name) {
    boolean watches = String.valueOf(request.uri().getQuery()).contains("watch=true");
    return switch (request.method()) {
      case "GET" -> watches ? "watch" : name.isEmpty() ? "list" : "get";
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> "delete";
      case String other -> other;
    };
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }
}
