package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/protocol.md shows what the receipt store writes. */
class KeptDocumentTest {
  private static final UUID ID = UUID.fromString("018bcfe5-6800-7000-8000-00000000000a");
  private static final Instant TIME = Instant.ofEpochMilli(1_700_000_000_000L);

  @TempDir Path directory;

  private static String example(String name) throws IOException {
    var text = Files.readString(Path.of("docs/protocol.md"));
    var m = Pattern.compile("```kept " + name + "\n([^`]*)```").matcher(text);
    if (!m.find()) throw new AssertionError("docs/protocol.md has no example of kept " + name);
    return m.group(1).replaceAll("\\s", "");
  }

  private static String hex(Path file) throws IOException {
    return HexFormat.of().formatHex(Files.readAllBytes(file));
  }

  @Test
  void the_document_shows_the_records_of_a_submission_and_of_its_place() throws IOException {
    var bounds = LogConfig.Retention.DEFAULT;
    try (var store = ReceiptStore.open(directory, bounds, () -> TIME)) {
      var slot = store.put(List.of(ID), Bytes.utf8("abc")).toCompletableFuture().join();
      store.place(slot, 9);
    }
    assertEquals(example("records"), hex(directory.resolve("00000001.receipts")));

    Files.write(
        directory.resolve("00000001.receipts"), HexFormat.of().parseHex(example("records")));
    try (var store = ReceiptStore.open(directory, bounds, () -> TIME)) {
      var found = store.find(ID).orElseThrow();
      assertEquals(9, found.index().orElseThrow());
      assertEquals(Bytes.utf8("abc"), store.read(found.slot()).orElseThrow());
    }
  }

  @Test
  void the_document_shows_the_index_of_a_full_file() throws IOException {
    var path = directory.resolve("00000001.index");
    SegmentIndex.write(path, List.of(new SegmentIndex.Entry(ID, 0, 0, 9)), TIME.toEpochMilli())
        .close();
    assertEquals(example("index"), hex(path));

    Files.write(path, HexFormat.of().parseHex(example("index")));
    try (var index = SegmentIndex.open(path)) {
      assertEquals(9, index.find(ID).orElseThrow().index());
      assertEquals(TIME.toEpochMilli(), index.newest());
    }
  }
}
