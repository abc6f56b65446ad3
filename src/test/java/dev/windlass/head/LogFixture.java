package dev.windlass.head;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Heads with a log, and what tests ask of their answers. */
final class LogFixture {
  private LogFixture() {}

  static HeadFixture head(Path data, FakeLedger log) {
    return head(data, log, bounds -> bounds);
  }

  static HeadFixture head(Path data, FakeLedger log, UnaryOperator<HeadConfig.Receipts> receipts) {
    return new HeadFixture(
        data,
        config -> {
          var quick = config.traffic();
          var drained =
              new HeadConfig.Traffic(
                  quick.inFlight(),
                  quick.bodyBytes(),
                  quick.waiters(),
                  quick.patience(),
                  quick.retryPatience(),
                  quick.attempts(),
                  quick.margin(),
                  quick.coldMargin(),
                  quick.prepare(),
                  quick.grace(),
                  Duration.ofSeconds(3));
          return config.withTraffic(drained).withReceipts(receipts.apply(config.receipts()));
        },
        Optional.of(log));
  }

  static HeadConfig.Receipts bounds(
      HeadConfig.Receipts of, int outstanding, int waiters, Duration publish, int exports) {
    return new HeadConfig.Receipts(
        outstanding,
        of.outstandingBytes(),
        of.crowd(),
        of.batchEvery(),
        of.underWay(),
        of.acknowledge(),
        waiters,
        of.witness(),
        of.epoch(),
        publish,
        exports,
        of.exports());
  }

  static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  static HttpResponse<String> prefers(HeadFixture at, String path, String preference) {
    return at.send(
        at.request(path)
            .header("Prefer", preference)
            .POST(java.net.http.HttpRequest.BodyPublishers.ofString("Ada")));
  }
}
