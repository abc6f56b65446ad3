package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code result.json}: a signed result and what is needed to check it offline.
 *
 * <pre>{@code
 * {"v":1,"result":<DSSE envelope>,"manifest":{…},"env":{request's variables},
 *  "input":b64?,"output":b64?,"stderr":b64?}
 * }</pre>
 *
 * Only {@code result} is signed; everything else is checked against it by digest.
 *
 * @param manifest verbatim
 * @param env the request's own variables, without the manifest's
 * @param input the request body, where it was kept
 * @param output stdout, where it was kept
 * @param stderr for the reader; no signature covers it
 */
public record ResultFile(
    Dsse result,
    Json.Obj manifest,
    SortedMap<String, String> env,
    Optional<Bytes> input,
    Optional<Bytes> output,
    Optional<Bytes> stderr) {
  /** Input and output of 64 MiB each, in base64, and the rest. */
  public static final Bounds BOUNDS = Bounds.ofBytes(180 << 20);

  public ResultFile {
    env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
  }

  /**
   * @throws dev.windlass.json.JsonException when it is not a result file
   */
  public static ResultFile parse(byte[] json) {
    var at =
        Json.parse(json, BOUNDS)
            .at()
            .only("v", "result", "manifest", "env", "input", "output", "stderr");
    at.get("v").integer(1, 1);
    return new ResultFile(
        Dsse.parse(at.get("result")),
        at.get("manifest").object(),
        at.get("env").textMembers(),
        at.find("input").map(b -> b.as(Base64Text::parse)),
        at.find("output").map(b -> b.as(Base64Text::parse)),
        at.find("stderr").map(b -> b.as(Base64Text::parse)));
  }

  public Json.Obj toJson() {
    var json =
        Json.object()
            .put("v", 1)
            .put("result", result.toJson())
            .put("manifest", manifest)
            .put("env", Json.texts(env));
    input.ifPresent(octets -> json.put("input", Base64Text.of(octets)));
    output.ifPresent(octets -> json.put("output", Base64Text.of(octets)));
    stderr.ifPresent(octets -> json.put("stderr", Base64Text.of(octets)));
    return json.build();
  }
}
