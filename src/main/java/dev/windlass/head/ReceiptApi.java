package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.json.Json;
import dev.windlass.protocol.InvocationId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * {@code GET /api/v1/receipts/{id}}: the receipt file of an invocation as the log proves it, or a
 * Sigstore bundle. Who may read results may read receipts: they name the same run.
 */
final class ReceiptApi {
  private static final Problem NO_LOG =
      Problem.of(ProblemType.UNKNOWN_RECEIPT, "this head writes no log, so it gives no receipts");

  private final ReceiptLookup lookup;
  private final Predicate<InvocationId> onTheWay;
  private final SigstoreExports exports;

  /**
   * @param onTheWay whether the head made a receipt that the log may not know yet
   */
  ReceiptApi(ReceiptLookup lookup, Predicate<InvocationId> onTheWay, SigstoreExports exports) {
    this.lookup = lookup;
    this.onTheWay = onTheWay;
    this.exports = exports;
  }

  /** The answer of a head without a log. */
  static void none(ApiExchange api) {
    throw NO_LOG.thrown();
  }

  void receipt(ApiExchange api) {
    var id = OperationApi.invocation(api.path("invocation"));
    var wait = api.query("wait").map(ReceiptApi::seconds).orElse(Duration.ZERO);
    var format = api.query("format").orElse("tlog-proof");
    if (!format.equals("tlog-proof") && !format.equals("sigstore"))
      throw Problem.of(
              ProblemType.BAD_REQUEST, "format must be tlog-proof or sigstore, not " + format)
          .thrown();
    switch (lookup.find(id, wait, api.gone())) {
      case Found.Logged(var file, var witnessed) when format.equals("tlog-proof") ->
          api.answer(file(file, witnessed));
      case Found.Logged logged -> {
        var bundle = exports.bundle(logged, api.caller());
        if (bundle.isPresent()) api.answer(200, SigstoreExports.MEDIA_TYPE, bundle.get());
        else api.answer(pending(id));
      }
      case Found.Pending() -> api.answer(pending(id));
      case Found.Unknown() -> {
        if (!onTheWay.test(id))
          throw Problem.of(
                  ProblemType.UNKNOWN_RECEIPT,
                  "the log holds no receipt of " + id + ": it never had one, or keeps it no longer")
              .thrown();
        api.answer(pending(id));
      }
    }
  }

  private static HttpAnswer file(Bytes file, boolean witnessed) {
    return new HttpAnswer(
        200,
        List.of(
            Map.entry("Content-Type", "text/plain; charset=utf-8"),
            Map.entry("Cache-Control", "no-store"),
            Map.entry("X-Content-Type-Options", "nosniff"),
            Map.entry("Windlass-Witnessed", Boolean.toString(witnessed))),
        file);
  }

  private static HttpAnswer pending(InvocationId id) {
    var body = Json.object().put("receipt", id.toString()).put("state", "pending").build();
    return new HttpAnswer(
        202,
        List.of(
            Map.entry("Content-Type", "application/json"),
            Map.entry("Cache-Control", "no-store"),
            Map.entry("Retry-After", "1")),
        Bytes.wrap(body.canonical()));
  }

  private static Duration seconds(String text) {
    long most = Preferences.MAX_WAIT.toSeconds();
    if (text.matches("[0-9]{1,4}") && Long.parseLong(text) <= most)
      return Duration.ofSeconds(Long.parseLong(text));
    throw Problem.of(ProblemType.BAD_REQUEST, "wait must be 0 to " + most + " seconds, not " + text)
        .thrown();
  }
}
