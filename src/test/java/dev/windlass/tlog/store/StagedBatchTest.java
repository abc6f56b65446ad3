package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.tlog.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StagedBatchTest {
  private final StagedBatch batch =
      new StagedBatch(
          255,
          Hash.of(new byte[32]),
          258,
          Hash.EMPTY_ROOT,
          List.of(TestLog.entry("a"), new byte[0], new byte[65_535]));

  @Test
  void what_was_encoded_is_decoded() {
    var decoded = StagedBatch.decode(batch.encode());

    assertEquals(batch.before(), decoded.before());
    assertEquals(batch.rootBefore(), decoded.rootBefore());
    assertEquals(batch.rootAfter(), decoded.rootAfter());
    assertEquals(3, decoded.entries().size());
    for (int i = 0; i < 3; i++) assertArrayEquals(batch.entries().get(i), decoded.entries().get(i));
    assertEquals("staging/258-" + Hash.EMPTY_ROOT.hex(), decoded.path());
  }

  @Test
  void the_octets_are_those_of_the_document() throws IOException {
    var document = Files.readString(Path.of("docs/protocol.md"));
    var example = Pattern.compile("```staged\n([^`]*)```").matcher(document);
    assertTrue(example.find());
    var octets = HexFormat.of().parseHex(example.group(1).replaceAll("\\s", ""));
    var leaf = TestLog.leaf(TestLog.entry("A"));

    var one = new StagedBatch(0, Hash.EMPTY_ROOT, 1, leaf.hash(), List.of(leaf.entry()));

    assertArrayEquals(octets, one.encode());
    assertArrayEquals(octets, StagedBatch.decode(octets).encode());
  }

  @Test
  void octets_with_any_bit_flipped_or_any_end_missing_are_refused() {
    var octets = StagedBatch.decode(small().encode()).encode();
    for (int i = 0; i < octets.length * 8; i++) {
      var flipped = octets.clone();
      flipped[i / 8] ^= (byte) (1 << i % 8);
      assertThrows(IllegalArgumentException.class, () -> StagedBatch.decode(flipped));
    }
    for (int length = 0; length < octets.length; length++) {
      var cut = Arrays.copyOf(octets, length);
      assertThrows(IllegalArgumentException.class, () -> StagedBatch.decode(cut));
    }
  }

  private static StagedBatch small() {
    return new StagedBatch(
        1, Hash.EMPTY_ROOT, 3, Hash.EMPTY_ROOT, List.of(TestLog.entry("x"), TestLog.entry("yz")));
  }
}
