package dev.windlass.head;

import dev.windlass.function.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What goes back to a client. Field names may repeat (Set-Cookie). */
record HttpAnswer(int status, List<Map.Entry<String, String>> headers, Bytes body) {
  HttpAnswer {
    headers = List.copyOf(headers);
  }

  static HttpAnswer of(Problem problem) {
    var headers = new ArrayList<Map.Entry<String, String>>(problem.headers().entrySet());
    headers.add(Map.entry("Content-Type", Problem.MEDIA_TYPE));
    return new HttpAnswer(problem.type().status(), headers, problem.body());
  }

  HttpAnswer with(List<Map.Entry<String, String>> more) {
    var all = new ArrayList<Map.Entry<String, String>>(headers.size() + more.size());
    all.addAll(headers);
    all.addAll(more);
    return new HttpAnswer(status, all, body);
  }

  /** The first field of that name. */
  Optional<String> header(String name) {
    for (var header : headers)
      if (header.getKey().equalsIgnoreCase(name)) return Optional.of(header.getValue());
    return Optional.empty();
  }

  int bytes() {
    int size = body.size() + 64;
    for (var header : headers) size += header.getKey().length() + header.getValue().length() + 8;
    return size;
  }
}
