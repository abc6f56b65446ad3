package dev.windlass.operator.plan;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What a node probe found out. Its text is the termination message of the probe's pod, so it has at
 * most {@link #MOST_BYTES}; whoever reads it has to expect anything, because whoever runs the node
 * can write it.
 */
public sealed interface NodeReport {
  /** A kubelet cuts off what is longer. */
  int MOST_BYTES = 4_096;

  int MOST_NOTES = 4;
  int LONGEST_TEXT = 200;

  /**
   * @param mhz of the slowest CPU; empty, as the next two, if it cannot be told here
   * @param nvmeBytes size of the device below the volume
   * @param nvmeWriteMBps millions of bytes a second
   * @param notes why a fact is missing, and what to know of the others
   */
  record Measured(
      OptionalLong mhz, OptionalLong nvmeBytes, OptionalLong nvmeWriteMBps, List<String> notes)
      implements NodeReport {
    static final long MOST_MHZ = 100_000;
    static final long MOST_MBPS = 1_000_000;

    public Measured {
      within("mhz", mhz, MOST_MHZ);
      within("nvmeBytes", nvmeBytes, Json.MAX_INTEGER);
      within("nvmeWriteMBps", nvmeWriteMBps, MOST_MBPS);
      if (nvmeWriteMBps.isPresent() && nvmeBytes.isEmpty())
        throw new IllegalArgumentException("nvmeWriteMBps without nvmeBytes");
      if (notes.size() > MOST_NOTES)
        throw new IllegalArgumentException(notes.size() + " notes, expected at most " + MOST_NOTES);
      notes = notes.stream().map(NodeReport::plain).toList();
    }

    private static void within(String what, OptionalLong value, long most) {
      if (value.isPresent() && (value.getAsLong() < 1 || value.getAsLong() > most))
        throw new IllegalArgumentException(
            what + " is " + value.getAsLong() + ", expected 1 to " + most);
    }
  }

  /** Nothing is known; another try may tell. */
  record Failed(Failure failure, String message) implements NodeReport {
    public Failed {
      message = plain(message);
    }
  }

  /** Why a probe has to be done again. */
  enum Failure implements Reason {
    VOLUME_NOT_WRITABLE,
    VOLUME_TOO_SMALL,
    WRITE_FAILED,
    THROTTLED,
    OUT_OF_TIME
  }

  default String text() {
    var json = Json.object();
    switch (this) {
      case Measured(var mhz, var bytes, var speed, var notes) -> {
        mhz.ifPresent(n -> json.put("mhz", n));
        bytes.ifPresent(n -> json.put("nvmeBytes", n));
        speed.ifPresent(n -> json.put("nvmeWriteMBps", n));
        json.put("notes", Json.texts(notes));
      }
      case Failed(var failure, var message) ->
          json.put("failure", failure.word()).put("message", message);
    }
    return json.build().canonicalText();
  }

  /**
   * @throws IllegalArgumentException that says where the text is no report; nothing else, whatever
   *     the text is
   */
  static NodeReport parse(String text) {
    var at = Json.parse(text, Bounds.ofBytes(MOST_BYTES)).at();
    if (at.find("failure").isPresent()) {
      at.only("failure", "message");
      return new Failed(at.get("failure").as(NodeReport::failure), at.get("message").text());
    }
    at.only("mhz", "nvmeBytes", "nvmeWriteMBps", "notes");
    return new Measured(
        number(at, "mhz"),
        number(at, "nvmeBytes"),
        number(at, "nvmeWriteMBps"),
        at.get("notes").texts());
  }

  private static OptionalLong number(Located at, String name) {
    return at.find(name)
        .map(n -> OptionalLong.of(n.integer(1, Json.MAX_INTEGER)))
        .orElse(OptionalLong.empty());
  }

  private static Failure failure(String word) {
    return Arrays.stream(Failure.values())
        .filter(f -> f.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new JsonException("no failure is called " + plain(word)));
  }

  /** Printable ASCII on one line: it goes into events and terminals. */
  static String plain(String text) {
    return text.codePoints()
        .limit(LONGEST_TEXT)
        .mapToObj(c -> c >= ' ' && c < 0x7f ? Character.toString(c) : "?")
        .collect(Collectors.joining());
  }
}
