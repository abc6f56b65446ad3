package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.json.Json;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A refusal or failure as the client sees it (RFC 9457, {@code application/problem+json}).
 *
 * @param detail this occurrence, with the offending and the expected value
 * @param members extension members
 * @param headers further header fields, such as Allow and Retry-After
 */
record Problem(
    ProblemType type, String detail, SortedMap<String, Json> members, Map<String, String> headers) {
  static final String MEDIA_TYPE = "application/problem+json";

  Problem {
    members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    headers = Map.copyOf(headers);
  }

  static Problem of(ProblemType type, String detail) {
    return new Problem(type, detail, new TreeMap<>(), Map.of());
  }

  Problem with(String member, Json value) {
    var more = new TreeMap<>(members);
    more.put(member, value);
    return new Problem(type, detail, more, headers);
  }

  Problem withHeader(String name, String value) {
    var more = new TreeMap<>(headers);
    more.put(name, value);
    return new Problem(type, detail, members, more);
  }

  Json.Obj json() {
    var all = new TreeMap<String, Json>(members);
    all.put("type", new Json.Str(type.uri()));
    all.put("title", new Json.Str(type.title()));
    all.put("status", new Json.Int(type.status()));
    all.put("detail", new Json.Str(detail));
    return new Json.Obj(all);
  }

  Bytes body() {
    return Bytes.wrap(json().canonical());
  }

  /** Carries a problem up through code that returns something else; without a stack trace. */
  static final class Thrown extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;

    Thrown(Problem problem) {
      super(problem.type().word() + ": " + problem.detail(), null, false, false);
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }
  }

  Thrown thrown() {
    return new Thrown(this);
  }
}
