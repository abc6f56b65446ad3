package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiptStoreTest {
  private static final int SEGMENT = 1 << 20;
  private static final LogConfig.Retention SMALL =
      new LogConfig.Retention(Duration.ofHours(48), 64L << 20, SEGMENT);

  @TempDir Path directory;
  private final TestLog.Clock clock = new TestLog.Clock();
  private final SplittableRandom random = new SplittableRandom(5);
  private ReceiptStore store;

  private record Kept(List<UUID> ids, Bytes octets, ReceiptStore.Slot slot) {}

  private void open(LogConfig.Retention bounds) {
    try {
      if (store != null) store.close();
      store = ReceiptStore.open(directory, bounds, clock);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() throws IOException {
    if (store != null) store.close();
  }

  private UUID id() {
    long time = clock.millis() << 16 | 0x7000 | random.nextInt(4096);
    return new UUID(time, random.nextLong() >>> 2 | 1L << 63);
  }

  private Kept put(int items, int octets) {
    var ids = IntStream.range(0, items).mapToObj(_ -> id()).toList();
    var body = new byte[octets];
    random.nextBytes(body);
    var submission = Bytes.wrap(body);
    return new Kept(ids, submission, store.put(ids, submission).toCompletableFuture().join());
  }

  private Kept placed(int items, int octets, long index) {
    var kept = put(items, octets);
    store.place(kept.slot(), index);
    return kept;
  }

  private void assertKept(Kept kept, OptionalLong index) throws IOException {
    for (int i = 0; i < kept.ids().size(); i++) {
      var found = store.find(kept.ids().get(i)).orElseThrow();
      assertEquals(i, found.item());
      assertEquals(index, found.index());
      assertEquals(Optional.of(kept.octets()), store.read(found.slot()));
    }
  }

  private List<String> files(String suffix) throws IOException {
    try (var all = Files.list(directory)) {
      return all.map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(suffix))
          .sorted()
          .toList();
    }
  }

  @Test
  void what_was_put_is_found_by_each_of_its_ids_also_after_a_restart() throws IOException {
    open(SMALL);
    var one = placed(1, 500, 7);
    var many = placed(300, 9_000, 8);
    var open = put(2, 100);

    open(SMALL);

    assertKept(one, OptionalLong.of(7));
    assertKept(many, OptionalLong.of(8));
    assertKept(open, OptionalLong.empty());
    assertEquals(List.of(open.slot()), store.unplaced());
    assertTrue(store.find(id()).isEmpty());
  }

  @Test
  void full_segments_get_an_index_and_answer_from_it() throws IOException {
    open(SMALL);
    var all = new ArrayList<Kept>();
    for (int i = 0; i < 60; i++) all.add(placed(50, 100_000, i));
    TestLog.await("indexes", () -> indexes() >= 4);

    for (int i = 0; i < 60; i++) assertKept(all.get(i), OptionalLong.of(i));
    open(SMALL);
    for (int i = 0; i < 60; i++) assertKept(all.get(i), OptionalLong.of(i));
    assertEquals(List.of(), store.unplaced());
  }

  private int indexes() {
    try {
      return files(".index").size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void an_index_that_is_gone_or_damaged_is_made_again() throws IOException {
    open(SMALL);
    var all = new ArrayList<Kept>();
    for (int i = 0; i < 30; i++) all.add(placed(5, 100_000, i));
    TestLog.await("indexes", () -> indexes() >= 2);
    store.close();
    var names = files(".index");
    Files.delete(directory.resolve(names.get(0)));
    var second = Files.readAllBytes(directory.resolve(names.get(1)));
    second[40] ^= 1;
    Files.write(directory.resolve(names.get(1)), second);

    store = ReceiptStore.open(directory, SMALL, clock);

    for (int i = 0; i < 30; i++) assertKept(all.get(i), OptionalLong.of(i));
  }

  @Test
  void a_tail_torn_at_any_octet_costs_nothing_that_was_acknowledged() throws IOException {
    open(SMALL);
    var good = placed(3, 400, 1);
    store.close();
    var file = directory.resolve("00000001.receipts");
    long size = Files.size(file);
    open(SMALL);
    put(2, 300);
    store.close();
    var whole = Files.readAllBytes(file);

    for (int cut = (int) size; cut < whole.length; cut += 7) {
      wipe();
      Files.write(file, Arrays.copyOf(whole, cut));
      store = ReceiptStore.open(directory, SMALL, clock);
      assertKept(good, OptionalLong.of(1));
      var after = placed(1, 50, 2);
      open(SMALL);
      assertKept(good, OptionalLong.of(1));
      assertKept(after, OptionalLong.of(2));
      store.close();
    }
    store = null;
  }

  private void wipe() throws IOException {
    try (var all = Files.list(directory)) {
      for (var file : all.toList()) Files.delete(file);
    }
  }

  @Test
  void a_flipped_bit_is_found_when_the_submission_is_read() throws IOException {
    open(SMALL);
    var kept = placed(1, 1_000, 1);
    try (var file =
        FileChannel.open(directory.resolve("00000001.receipts"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 500);
    }

    var e = assertThrows(IOException.class, () -> store.read(kept.slot()));
    assertTrue(e.getMessage().contains("check sum"), e.getMessage());
  }

  @Test
  void the_oldest_go_after_their_age_and_never_one_without_an_index() throws IOException {
    open(SMALL);
    var old = placed(1, 900_000, 1);
    placed(1, 900_000, 2);
    var pending = put(1, 900_000);
    placed(1, 900_000, 3);
    placed(1, 900_000, 4);
    TestLog.await("indexed", () -> indexes() >= 1);
    clock.ahead = Duration.ofHours(49);

    var fresh = placed(1, 900_000, 5);
    placed(1, 900_000, 6);

    TestLog.await("dropped", () -> isGone(old));
    assertFalse(isGone(pending));
    assertFalse(isGone(fresh));
    assertEquals(Optional.empty(), store.read(old.slot()));
  }

  private boolean isGone(Kept kept) {
    try {
      return store.find(kept.ids().getFirst()).isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void disk_is_bounded_whatever_comes() throws IOException {
    var bounds = new LogConfig.Retention(Duration.ofHours(48), 4L << 20, SEGMENT);
    open(bounds);
    for (int i = 0; i < 100; i++) {
      placed(1, 200_000, i);
      assertTrue(store.bytes() <= bounds.bytes() + 3L * SEGMENT, "after " + i);
    }
    var last = placed(1, 200_000, 100);
    assertKept(last, OptionalLong.of(100));
  }

  @Test
  void the_first_receipt_of_an_id_stays() throws IOException {
    open(SMALL);
    var first = placed(1, 100, 1);
    var again = store.put(first.ids(), Bytes.utf8("another")).toCompletableFuture().join();
    store.place(again, 2);

    assertKept(first, OptionalLong.of(1));
    open(SMALL);
    assertKept(first, OptionalLong.of(1));
  }
}
