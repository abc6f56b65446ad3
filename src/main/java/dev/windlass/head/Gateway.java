package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.json.Json;
import dev.windlass.protocol.InvocationId;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * The HTTP edge of functions: {@code /fn/{namespace}/{name}/…} and their own routes. Finds the
 * function and reads the body on the event loop, then hands over to a virtual thread. What can be
 * refused is refused before the body is read.
 *
 * <p>A client that goes away does not end its run: the run is bounded anyway, and what it holds is
 * given back when it ends.
 */
final class Gateway {
  private static final Logger LOG = Logger.getLogger(Gateway.class);

  private final Vertx vertx;
  private final Catalogue catalogue;
  private final Invoker invoker;
  private final Replays replays;
  private final Optional<Receipts> receipts;
  private final Optional<WitnessWait> witnesses;
  private final HeadConfig.Traffic bounds;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong bodyRoom;
  private volatile boolean draining;

  /**
   * What is given to {@link Gateway}.
   *
   * @param receipts empty where there is no log, as is {@code witnesses}
   */
  record Parts(
      Catalogue catalogue,
      Invoker invoker,
      Replays replays,
      Optional<Receipts> receipts,
      Optional<WitnessWait> witnesses) {}

  Gateway(Vertx vertx, Parts parts, HeadConfig.Traffic bounds) {
    this.vertx = vertx;
    this.catalogue = parts.catalogue();
    this.invoker = parts.invoker();
    this.replays = parts.replays();
    this.receipts = parts.receipts();
    this.witnesses = parts.witnesses();
    this.bounds = bounds;
    this.bodyRoom = new AtomicLong(bounds.bodyBytes());
  }

  int inFlight() {
    return inFlight.get();
  }

  /** Memory that request bodies take now. */
  long bodyBytes() {
    return bounds.bodyBytes() - bodyRoom.get();
  }

  /** From now on every request is refused. */
  void drain() {
    draining = true;
  }

  /** Handler of {@code /fn/*}. */
  void byName(RoutingContext context) {
    var exchange = new Exchange(vertx, context.request());
    var path = path(exchange);
    if (path.isEmpty()) return;
    var named = FunctionPath.parse(path.get());
    if (named.isEmpty()) {
      refuse(
          exchange,
          Problem.of(
              ProblemType.UNKNOWN_FUNCTION,
              "expected /fn/<namespace>/<name>, found " + path.get()));
      return;
    }
    var entry = catalogue.find(named.get().namespace(), named.get().name());
    if (entry.isEmpty()) {
      refuse(
          exchange,
          Problem.of(
              ProblemType.UNKNOWN_FUNCTION,
              "no function " + named.get().namespace() + "/" + named.get().name()));
      return;
    }
    receive(exchange, new Routes.Match(entry.get(), named.get().mount(), named.get().rest()));
  }

  /** Handler of what nobody took. */
  void nobody(RoutingContext context) {
    var request = context.request();
    refuse(
        new Exchange(vertx, request),
        Problem.of(
            ProblemType.UNKNOWN_RESOURCE,
            "nothing is at " + request.path() + ", and no function has a route there"));
  }

  /** Handler of every path that is not the head's own: a function's route, or nobody's. */
  void byRoute(RoutingContext context) {
    var routes = catalogue.routes();
    var request = context.request();
    if (routes.isEmpty() || request.path() == null || Routes.isReserved(request.path())) {
      context.next();
      return;
    }
    var found = routes.find(CgiVariables.hostOf(request.getHeader("Host")), request.path());
    if (found.isEmpty()) {
      context.next();
      return;
    }
    var exchange = new Exchange(vertx, request);
    if (path(exchange).isPresent()) receive(exchange, found.get());
  }

  private Optional<String> path(Exchange exchange) {
    var path = exchange.request().path();
    var query = exchange.request().query();
    var why = "";
    if (path == null || FunctionPath.hasDotSegment(path)) why = "the path has a segment . or ..";
    else if (FunctionPath.hasControl(path)) why = "the path has a control character or a space";
    else if (query != null && FunctionPath.hasControl(query))
      why = "the query has a control character or a space";
    if (why.isEmpty()) return Optional.of(path);
    refuse(exchange, Problem.of(ProblemType.BAD_PATH, why));
    return Optional.empty();
  }

  private void receive(Exchange exchange, Routes.Match match) {
    var request = exchange.request();
    var version = match.entry().current();
    var refusal = refusal(request, match.entry(), version);
    if (refusal.isPresent()) {
      refuse(exchange, refusal.get());
      return;
    }
    if (inFlight.incrementAndGet() > bounds.inFlight()) {
      inFlight.decrementAndGet();
      refuse(
          exchange,
          Problem.of(
                  ProblemType.OVERLOADED,
                  "this head has " + bounds.inFlight() + " requests in flight, the most it may")
              .withHeader("Retry-After", "1"));
      return;
    }
    BodyReader.read(
        request, version.inputBytes(), bodyRoom, new Receiver(exchange, match, version));
  }

  /** Runs a request as soon as its body is there; gives its place back in every case. */
  private final class Receiver implements BodyReader.Listener {
    private final Exchange exchange;
    private final Routes.Match match;
    private final Catalogue.Version version;

    Receiver(Exchange exchange, Routes.Match match, Catalogue.Version version) {
      this.exchange = exchange;
      this.match = match;
      this.version = version;
    }

    @Override
    public void whole(Bytes body) {
      var request = functionRequest(exchange.request(), match, body);
      Thread.startVirtualThread(() -> serve(request));
    }

    @Override
    public void tooLarge(long atLeast) {
      inFlight.decrementAndGet();
      refuse(
          exchange,
          Problem.of(
                  ProblemType.BODY_TOO_LARGE,
                  "the body has "
                      + atLeast
                      + " bytes or more, the function takes "
                      + version.inputBytes())
              .with("limit", Json.of(version.inputBytes())));
    }

    @Override
    public void noRoom() {
      inFlight.decrementAndGet();
      refuse(
          exchange,
          Problem.of(
                  ProblemType.OVERLOADED,
                  "request bodies take " + bounds.bodyBytes() + " bytes, the most they may")
              .withHeader("Retry-After", "1"));
    }

    @Override
    public void gone() {
      inFlight.decrementAndGet();
    }

    private void serve(FunctionRequest request) {
      HttpAnswer answer;
      try {
        answer = answered(match.entry(), version, request);
      } catch (Problem.Thrown refused) {
        answer = HttpAnswer.of(refused.problem());
      } catch (RuntimeException | Error e) {
        LOG.errorf(e, "function=%s event=failed", match.entry().name());
        answer =
            HttpAnswer.of(Problem.of(ProblemType.INTERNAL, "the head failed; its log says why"));
      } finally {
        bodyRoom.addAndGet(request.body().size());
      }
      try {
        answer = witnessed(answer, request);
      } finally {
        inFlight.decrementAndGet();
      }
      exchange.answer(answer);
    }

    private HttpAnswer witnessed(HttpAnswer answer, FunctionRequest request) {
      if (!request.headers().contains(HeaderNames.PREFER)) return answer;
      var prefers = Preferences.of(request.headers().getAll(HeaderNames.PREFER));
      if (!prefers.witnessed() || answer.header("Windlass-Invocation").isEmpty()) return answer;
      var receipt = answer.header(HeaderNames.RECEIPT).map(InvocationId::parse);
      if (witnesses.isEmpty() || receipt.isEmpty()) return WitnessWait.unwitnessed(answer);
      return witnesses.get().answer(answer, receipt.get(), prefers, exchange.gone());
    }
  }

  private HttpAnswer answered(
      Catalogue.Entry function, Catalogue.Version version, FunctionRequest request) {
    var key = request.headers().get(HeaderNames.IDEMPOTENCY_KEY);
    if (key == null) return invoker.answer(function, version, request).answer();
    if (key.isBlank() || key.length() > Replays.MAX_KEY_LENGTH)
      throw Problem.of(
              ProblemType.BAD_REQUEST,
              "Idempotency-Key must have 1 to "
                  + Replays.MAX_KEY_LENGTH
                  + " characters, not "
                  + key.length())
          .thrown();
    return replays.answer(
        new Replays.Key(function.name(), key),
        fingerprint(function.name(), request),
        () -> invoker.answer(function, version, request));
  }

  /** What must be equal for a key to mean the same request. */
  private static Digest fingerprint(FunctionName name, FunctionRequest request) {
    var hash = Digest.sha256();
    for (var part :
        new String[] {name.toString(), request.method(), request.rest(), request.query()}) {
      hash.update(part.getBytes(StandardCharsets.UTF_8));
      hash.update((byte) 0);
    }
    hash.update(request.body().unsafeArray());
    return Digest.ofHash(hash.digest());
  }

  private Optional<Problem> refusal(
      HttpServerRequest request, Catalogue.Entry function, Catalogue.Version version) {
    if (draining)
      return Optional.of(
          Problem.of(ProblemType.DRAINING, "this head is going away")
              .withHeader("Retry-After", "1")
              .withHeader("Connection", "close"));
    if (receipts.isPresent() && receipts.get().isBehind()) return Optional.of(Receipts.BEHIND);
    var method = request.method().name();
    var allowed = version.route().methods();
    boolean never = method.equals("CONNECT") || method.equals("TRACE");
    boolean fits =
        allowed.isEmpty()
            || allowed.contains(method)
            || method.equals("HEAD") && allowed.contains("GET");
    if (fits && !never) return Optional.empty();
    var allow = new TreeSet<>(allowed);
    if (allowed.contains("GET")) allow.add("HEAD");
    if (allowed.isEmpty())
      allow.addAll(java.util.List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"));
    var listed = String.join(", ", allow);
    return Optional.of(
        Problem.of(
                ProblemType.METHOD_NOT_ALLOWED,
                "function " + function.name() + " takes " + listed + ", not " + method)
            .withHeader("Allow", listed));
  }

  private static FunctionRequest functionRequest(
      HttpServerRequest request, Routes.Match match, Bytes body) {
    var query = request.query();
    var remote = request.remoteAddress();
    var local = request.localAddress();
    var connection =
        new FunctionRequest.Connection(
            remote == null || remote.hostAddress() == null ? "" : remote.hostAddress(),
            remote == null ? 0 : remote.port(),
            local == null ? 0 : local.port(),
            protocol(request.version()),
            request.isSSL());
    return new FunctionRequest(
        request.method().name(),
        match.mount(),
        match.rest(),
        query == null ? "" : query,
        request.headers(),
        body,
        connection);
  }

  private static String protocol(HttpVersion version) {
    return switch (version) {
      case HTTP_1_0 -> "HTTP/1.0";
      case HTTP_1_1 -> "HTTP/1.1";
      case HTTP_2 -> "HTTP/2.0";
    };
  }

  private static void refuse(Exchange exchange, Problem problem) {
    exchange.refuse(HttpAnswer.of(problem));
  }
}
