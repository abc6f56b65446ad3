package dev.windlass.soak;

import dev.windlass.json.JsonException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One client that calls one function after the other and knows what each must answer. */
final class Client implements Runnable {
  /** What a client may be told while workers come and go; it tries again. */
  private static final Set<String> PASSING =
      Set.of(
          "no-worker",
          "all-busy",
          "overloaded",
          "worker-lost",
          "worker-timed-out",
          "worker-refused");

  /** An answer later than this, retries included, counts as lost. */
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  private final Api api;
  private final Versions versions;
  private final Tally tally;
  private final SplittableRandom chance;
  private final BooleanSupplier goesOn;

  Client(Api api, Versions versions, Tally tally, long seed, BooleanSupplier goesOn) {
    this.api = api;
    this.versions = versions;
    this.tally = tally;
    this.chance = new SplittableRandom(seed);
    this.goesOn = goesOn;
  }

  /** The version of the function that is replaced all the time. */
  record Versions(AtomicInteger begun, AtomicInteger done) {
    Versions() {
      this(new AtomicInteger(), new AtomicInteger());
    }
  }

  private interface Check {
    /** Null when the answer is right, else what is wrong with it. */
    @Nullable String wrong(HttpResponse<byte[]> answer);
  }

  @Override
  public void run() {
    while (goesOn.getAsBoolean()) {
      int dice = chance.nextInt(100);
      if (dice < 40) call("tiny", "GET", "tiny", 0, answer -> same(answer, "ok\n"));
      else if (dice < 65) echo(1 + chance.nextInt(16_000));
      else if (dice < 67) echo(1 << 20 | chance.nextInt(2 << 20));
      else if (dice < 77) cgi();
      else if (dice < 87) environment();
      else if (dice < 92) call("spin", "POST", "spin", 5, answer -> problem(answer, "out-of-fuel"));
      else if (dice < 95) call("trap", "POST", "trap", 5, answer -> problem(answer, "trap"));
      else if (dice < 98) call("exit", "POST", "exit", 5, answer -> problem(answer, "exited"));
      else call("unknown", "GET", "nobody", 0, answer -> problem(answer, "unknown-function"));
    }
  }

  private void echo(int size) {
    var body = new byte[size];
    chance.nextBytes(body);
    call(
        size < 1 << 20 ? "echo" : "echo-large",
        "POST",
        "echo",
        body,
        answer ->
            answer.statusCode() == 200 && Arrays.equals(body, answer.body())
                ? null
                : "an answer that is not what was sent");
  }

  private void cgi() {
    var query = "q=" + Long.toHexString(chance.nextLong());
    call(
        "cgi",
        "POST",
        "request/some/path?" + query,
        3,
        answer ->
            text(answer).contains("QUERY_STRING=" + query + "\n")
                    && text(answer).contains("PATH_INFO=/some/path\n")
                ? null
                : "another request's variables");
  }

  /** The answer must be of a version that was current at some time between question and answer. */
  private void environment() {
    int least = versions.done().get();
    call(
        "version",
        "GET",
        "environment",
        0,
        answer -> {
          int most = versions.begun().get();
          var found =
              Arrays.stream(text(answer).split("\0"))
                  .filter(v -> v.startsWith("VERSION="))
                  .findAny();
          if (found.isEmpty()) return "no version";
          int version = Integer.parseInt(found.get().substring("VERSION=".length()));
          return version >= least && version <= most
              ? null
              : "version " + version + ", expected " + least + " to " + most;
        });
  }

  private void call(String kind, String method, String path, int size, Check check) {
    call(kind, method, path, new byte[size], check);
  }

  private void call(String kind, String method, String path, byte[] body, Check check) {
    long begun = System.nanoTime();
    while (true) {
      var last = "";
      try {
        var answer = api.call(method, "/fn/default/" + path, body);
        var passing = problemOf(answer);
        if (!PASSING.contains(passing)) {
          tally.count(kind);
          var wrong = check.wrong(answer);
          if (wrong != null) tally.violation(kind + ": " + wrong + "; " + shown(answer));
          else if (answer.headers().firstValue("Windlass-Invocation").isEmpty()
              && !kind.equals("unknown"))
            tally.violation(kind + ": no Windlass-Invocation; " + shown(answer));
          return;
        }
        tally.count("again:" + passing);
        last = passing;
      } catch (IOException e) {
        tally.violation(kind + ": no answer at all: " + e);
        return;
      }
      if (System.nanoTime() - begun > PATIENCE.toNanos()) {
        tally.violation(kind + ": lost, after " + PATIENCE.toSeconds() + " s still " + last);
        return;
      }
      LockSupport.parkNanos(100_000_000L + chance.nextLong(200_000_000L));
    }
  }

  private static @Nullable String same(HttpResponse<byte[]> answer, String expected) {
    return answer.statusCode() == 200 && text(answer).equals(expected)
        ? null
        : "expected 200 " + expected.strip();
  }

  private static @Nullable String problem(HttpResponse<byte[]> answer, String expected) {
    return problemOf(answer).equals(expected) ? null : "expected the problem " + expected;
  }

  /** The last segment of the problem's type; empty for an answer that is none. */
  private static String problemOf(HttpResponse<byte[]> answer) {
    var type = answer.headers().firstValue("Content-Type").orElse("");
    if (!type.startsWith("application/problem+json")) return "";
    try {
      var uri = Api.json(answer).at().get("type").text();
      return uri.substring(uri.lastIndexOf('/') + 1);
    } catch (JsonException e) {
      return "unreadable";
    }
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String shown(HttpResponse<byte[]> answer) {
    var text = text(answer);
    return answer.statusCode() + " " + text.substring(0, Math.min(300, text.length()));
  }
}
