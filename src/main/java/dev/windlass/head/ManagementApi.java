package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.FunctionName;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * {@code /api/v1}: who may call is decided here ({@link AdminGuard}), what it does in {@link
 * FunctionApi} and {@link OperationApi}. Each call has a virtual thread of its own, and at most
 * {@link #MAX_CALLS} run at one time.
 */
final class ManagementApi {
  private static final Logger LOG = Logger.getLogger(ManagementApi.class);
  private static final int MAX_CALLS = 256;
  private static final int MAX_BODY = 1 << 20;

  private final Vertx vertx;
  private final AdminGuard guard;
  private final FunctionApi functions;
  private final OperationApi operations;
  private final Receipts receipts;
  private final AtomicLong room = new AtomicLong(16L * MAX_BODY);
  private final AtomicLong calls = new AtomicLong();

  /**
   * @param answer to {@code GET /api/v1/receipts/{invocation}}
   * @param forAll whether anybody may ask, who knows the id of an invocation
   */
  record Receipts(Consumer<ApiExchange> answer, boolean forAll) {}

  ManagementApi(
      Vertx vertx,
      AdminGuard guard,
      FunctionApi functions,
      OperationApi operations,
      Receipts receipts) {
    this.vertx = vertx;
    this.guard = guard;
    this.functions = functions;
    this.operations = operations;
    this.receipts = receipts;
  }

  void mount(Router router) {
    var function = "/api/v1/namespaces/:namespace/functions/:name";
    streamed(router.put("/api/v1/artifacts/:hex"), functions::putArtifact);
    plain(router.head("/api/v1/artifacts/:hex"), functions::hasArtifact);
    whole(router.put(function), functions::deploy);
    plain(router.get(function), functions::show);
    plain(router.delete(function), functions::delete);
    plain(router.get(function + "/logs"), operations::logs);
    plain(router.get("/api/v1/functions"), functions::list);
    plain(router.get("/api/v1/workers"), operations::workers);
    plain(router.post("/api/v1/workers/:name/revoke"), operations::revoke);
    plain(router.get("/api/v1/results"), operations::results);
    plain(router.get("/api/v1/results/:invocation"), operations::result);
    var receipt = router.get("/api/v1/receipts/:invocation");
    if (receipts.forAll()) unguarded(receipt, receipts.answer());
    else plain(receipt, receipts.answer());
    plain(router.get("/api/v1/trust"), operations::trust);
    plain(router.post("/api/v1/join-tokens"), operations::joinToken);
    plain(
        router.route("/api/*"),
        api ->
            api.problem(
                Problem.of(
                    ProblemType.UNKNOWN_RESOURCE,
                    api.request().method() + " " + api.request().path() + " is not of this API")));
  }

  /** Without a body. */
  private void plain(Route route, Consumer<ApiExchange> call) {
    handle(route, api -> start(api, () -> call.accept(api)));
  }

  private void unguarded(Route route, Consumer<ApiExchange> call) {
    route.handler(
        context -> {
          var api = new ApiExchange(vertx, context);
          start(api, () -> call.accept(api));
        });
  }

  /** With a body that is read whole first. */
  private void whole(Route route, BiConsumer<ApiExchange, Bytes> call) {
    handle(
        route,
        api ->
            BodyReader.read(
                api.request(),
                MAX_BODY,
                room,
                new BodyReader.Listener() {
                  @Override
                  public void whole(Bytes body) {
                    start(
                        api,
                        () -> {
                          try {
                            call.accept(api, body);
                          } finally {
                            room.addAndGet(body.size());
                          }
                        });
                  }

                  @Override
                  public void tooLarge(long atLeast) {
                    api.refuse(
                        Problem.of(
                            ProblemType.BODY_TOO_LARGE,
                            "the body has " + atLeast + " bytes, at most " + MAX_BODY));
                  }

                  @Override
                  public void noRoom() {
                    api.refuse(
                        Problem.of(ProblemType.OVERLOADED, "too many calls send a body")
                            .withHeader("Retry-After", "1"));
                  }

                  @Override
                  public void gone() {}
                }));
  }

  /** With a body that is read as it comes. */
  private void streamed(Route route, BiConsumer<ApiExchange, BodyStream> call) {
    handle(
        route,
        api -> {
          var body = new BodyStream(vertx, api.request());
          start(api, () -> call.accept(api, body));
        });
  }

  private void handle(Route route, Consumer<ApiExchange> call) {
    route.handler(
        context -> {
          var api = new ApiExchange(vertx, context);
          var refusal = guard.refusal(context.request());
          if (refusal.isPresent()) {
            api.refuse(refusal.get());
          } else {
            call.accept(api);
          }
        });
  }

  private void start(ApiExchange api, Runnable call) {
    if (calls.incrementAndGet() > MAX_CALLS) {
      calls.decrementAndGet();
      api.refuse(
          Problem.of(ProblemType.OVERLOADED, MAX_CALLS + " calls run already")
              .withHeader("Retry-After", "1"));
      return;
    }
    Thread.startVirtualThread(
        () -> {
          try {
            call.run();
          } catch (Problem.Thrown refused) {
            api.refuse(refused.problem());
          } catch (RuntimeException | Error e) {
            LOG.errorf(e, "path=%s event=failed", api.request().path());
            api.refuse(Problem.of(ProblemType.INTERNAL, "the head failed; its log says why"));
          } finally {
            calls.decrementAndGet();
          }
        });
  }

  /** The function of the path. */
  static FunctionName name(ApiExchange api) {
    try {
      return new FunctionName(api.path("namespace"), api.path("name"));
    } catch (IllegalArgumentException e) {
      throw Problem.of(ProblemType.BAD_REQUEST, String.valueOf(e.getMessage())).thrown();
    }
  }

  static Problem.Thrown unknown(FunctionName name) {
    return Problem.of(ProblemType.UNKNOWN_FUNCTION, "no function " + name).thrown();
  }

  static Problem.Thrown failed(IOException e) {
    return StoreProblems.of(e).thrown();
  }
}
