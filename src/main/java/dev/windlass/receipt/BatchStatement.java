package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * What is signed once for many payloads (trust annex §3.4): the root over their leaves.
 *
 * @param leafType DSSE payload type of every leaf
 * @param size number of leaves, at least 2
 * @param firstSeq {@code head.seq} of leaf 0; absent for results
 */
public record BatchStatement(String leafType, int size, Digest root, OptionalLong firstSeq) {
  /** The payload type under which a batch statement is signed; never a leaf's. */
  public static final String TYPE = "application/vnd.windlass.batch.v1+json";

  private static final Bounds BOUNDS = new Bounds(1024, 2, 16);

  public BatchStatement {
    if (size < 2) throw new IllegalArgumentException("a batch has 2 leaves or more, not " + size);
  }

  /**
   * @throws JsonException unless the text is the canonical JSON of the five members
   */
  public static BatchStatement parse(Bytes text) {
    var json = Json.parse(text.unsafeArray(), BOUNDS);
    var at = json.at().only("v", "leafType", "size", "root", "firstSeq");
    at.get("v").integer(1, 1);
    var firstSeq = at.get("firstSeq");
    var statement =
        new BatchStatement(
            at.get("leafType").text(),
            at.get("size").int32(2, Integer.MAX_VALUE),
            at.get("root").as(Digest::parse),
            firstSeq.isNull()
                ? OptionalLong.empty()
                : OptionalLong.of(firstSeq.integer(1, Json.MAX_INTEGER)));
    if (!Arrays.equals(statement.canonical().unsafeArray(), text.unsafeArray()))
      throw new JsonException("batch statement that is not canonical JSON: " + text.utf8());
    return statement;
  }

  public Bytes canonical() {
    var json =
        Json.object()
            .put("v", 1)
            .put("leafType", leafType)
            .put("size", size)
            .put("root", root.toString())
            .put("firstSeq", firstSeq.isPresent() ? Json.of(firstSeq.getAsLong()) : Json.ofNull())
            .build();
    return Bytes.wrap(json.canonical());
  }
}
