package dev.windlass.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentStoreTest {
  private static final Bytes HELLO = Bytes.utf8("hello");
  private static final Digest NAME = Digest.of(HELLO);

  @TempDir Path directory;

  @Test
  void what_was_put_is_read_back_even_after_a_restart() throws IOException {
    var store = ContentStore.open(directory, ContentStore.UNBOUNDED);
    assertFalse(store.has(NAME));
    assertEquals(Optional.empty(), store.read(NAME));

    assertEquals(NAME, store.put(HELLO));
    assertEquals(5, store.put(NAME, stream(HELLO), 5));

    var restarted = ContentStore.open(directory, ContentStore.UNBOUNDED);
    assertEquals(Optional.of(HELLO), restarted.read(NAME));
    assertEquals(Optional.of(5L), restarted.size(NAME));
    assertEquals(5, restarted.usedBytes());
    assertEquals(
        List.of("sha256/2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        files());
  }

  @Test
  void octets_that_are_not_what_their_name_says_are_refused_and_not_kept() throws IOException {
    var store = ContentStore.open(directory, ContentStore.UNBOUNDED);
    var other = Bytes.utf8("hullo");

    var e =
        assertThrows(
            ArtifactException.DigestMismatch.class, () -> store.put(NAME, stream(other), 100));

    assertEquals(
        "expected " + NAME + ", the 5 bytes received are " + Digest.of(other), e.getMessage());
    assertFalse(store.has(NAME));
    assertEquals(List.of(), files());
  }

  @Test
  void a_bit_flipped_in_the_store_is_found_when_it_is_read_and_put_aside() throws IOException {
    var store = ContentStore.open(directory, ContentStore.UNBOUNDED);
    store.put(HELLO);
    var file = directory.resolve(files().getFirst());
    Files.write(file, new byte[] {'h', 'e', 'l', 'l', 'n'});

    var e = assertThrows(ArtifactException.Corrupt.class, () -> store.read(NAME));

    assertTrue(e.getMessage().contains(NAME.toString()), e.getMessage());
    assertFalse(store.has(NAME));
    assertEquals(List.of("quarantine/" + NAME.hex()), files());
    store.put(HELLO);
    assertEquals(Optional.of(HELLO), store.read(NAME));
  }

  @Test
  void a_stream_over_its_limit_is_refused_and_not_kept() throws IOException {
    var store = ContentStore.open(directory, ContentStore.UNBOUNDED);
    var e = assertThrows(ArtifactException.TooLarge.class, () -> store.put(NAME, stream(HELLO), 4));
    assertEquals(NAME + " has more than 4 bytes, the limit", e.getMessage());
    assertEquals(List.of(), files());
  }

  @Test
  void a_full_disk_is_named_and_leaves_nothing_behind() throws IOException {
    var store =
        ContentStore.open(
            directory,
            ContentStore.UNBOUNDED,
            _ -> FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE),
            InstantSource.system());

    var e = assertThrows(ArtifactException.DiskFull.class, () -> store.put(HELLO));

    assertTrue(e.getMessage().contains("is full: 0 bytes of " + NAME), e.getMessage());
    assertFalse(store.has(NAME));
    assertEquals(0, store.usedBytes());
    assertEquals(List.of(), files());
  }

  @Test
  void a_stream_that_fails_leaves_nothing_behind() throws IOException {
    var store = ContentStore.open(directory, ContentStore.UNBOUNDED);
    var broken =
        new InputStream() {
          private int left = 3;

          @Override
          public int read() throws IOException {
            if (left-- == 0) throw new IOException("connection reset");
            return 'h';
          }
        };
    assertThrows(IOException.class, () -> store.put(NAME, broken, 100));
    assertEquals(List.of(), files());
  }

  @Test
  void what_an_interrupted_write_left_is_removed_at_the_next_start() throws IOException {
    ContentStore.open(directory, ContentStore.UNBOUNDED);
    Files.write(directory.resolve("incoming/half"), new byte[100]);
    Files.createDirectories(directory.resolve("sha256/zz"));
    Files.write(directory.resolve("sha256/zz/what"), new byte[100]);

    var store = ContentStore.open(directory, ContentStore.UNBOUNDED);

    assertEquals(0, store.usedBytes());
    assertEquals(List.of("sha256/zz/what"), files());
  }

  @Test
  void the_least_recently_used_leaves_first_and_never_what_is_pinned() throws IOException {
    var store = ContentStore.open(directory, 40);
    var kept = store.put(tenBytes(0));
    var pinned = store.put(tenBytes(1));
    var oldest = store.put(tenBytes(2));
    store.put(tenBytes(3));
    store.pin(pinned);
    store.read(kept);

    var newest = store.put(tenBytes(4));

    assertFalse(store.has(oldest));
    assertTrue(store.has(kept) && store.has(pinned) && store.has(newest));
    assertEquals(40, store.usedBytes());
    assertEquals(4, files().size());
  }

  @Test
  void a_store_full_of_pinned_artifacts_refuses_and_keeps_everything() throws IOException {
    var store = ContentStore.open(directory, 30);
    for (int i = 0; i < 3; i++) store.pin(store.put(tenBytes(i)));

    var e = assertThrows(ArtifactException.StoreFull.class, () -> store.put(tenBytes(9)));

    assertTrue(e.getMessage().contains("30 of 30 bytes are taken"), e.getMessage());
    assertEquals(3, store.digests().size());
    store.unpin(Digest.of(tenBytes(1)));
    store.put(tenBytes(9));
    assertFalse(store.has(Digest.of(tenBytes(1))));
  }

  @Test
  void the_order_of_use_survives_a_restart() throws IOException {
    var ticking = new Ticking();
    var store = ContentStore.open(directory, 30, ContentStoreTest::create, ticking);
    var first = store.put(tenBytes(0));
    var second = store.put(tenBytes(1));
    var third = store.put(tenBytes(2));
    store.read(first);

    var restarted = ContentStore.open(directory, 30, ContentStoreTest::create, ticking);
    restarted.put(tenBytes(3));

    assertEquals(Set.of(first, third, Digest.of(tenBytes(3))), restarted.digests());
    assertFalse(restarted.has(second));
  }

  @Test
  void one_digest_put_by_many_at_once_is_kept_once() throws Exception {
    var store = ContentStore.open(directory, ContentStore.UNBOUNDED);
    var large = Bytes.wrap(new byte[300_000]);
    var name = Digest.of(large);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var puts = new ArrayList<Callable<Long>>();
      for (int i = 0; i < 20; i++) puts.add(() -> store.put(name, stream(large), 300_000));
      for (var put : threads.invokeAll(puts)) assertEquals(300_000, put.get());
    }
    assertEquals(300_000, store.usedBytes());
    assertEquals(1, files().size());
  }

  @Test
  void puts_reads_and_evictions_at_once_never_show_wrong_octets() throws Exception {
    var store = ContentStore.open(directory, 100);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all =
          IntStream.range(0, 400)
              .<Callable<Boolean>>mapToObj(
                  i ->
                      () -> {
                        var octets = tenBytes(i % 30);
                        var name = store.put(octets);
                        return store.read(name).map(octets::equals).orElse(true);
                      })
              .toList();
      for (var one : threads.invokeAll(all)) assertTrue(one.get());
    }
    assertEquals(10L * store.digests().size(), store.usedBytes());
    assertTrue(store.usedBytes() <= 100);
    assertEquals(store.digests().size(), files().size());
  }

  @Test
  void what_is_deleted_is_gone_and_a_file_that_vanished_is_not_here() throws IOException {
    var store = ContentStore.open(directory, ContentStore.UNBOUNDED);
    store.put(HELLO);
    store.delete(NAME);
    store.delete(NAME);
    assertEquals(List.of(), files());

    store.put(HELLO);
    Files.delete(directory.resolve(files().getFirst()));
    assertEquals(Optional.empty(), store.read(NAME));
    assertFalse(store.has(NAME));
    assertEquals(0, store.usedBytes());
  }

  private List<String> files() throws IOException {
    try (var files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static Bytes tenBytes(int seed) {
    return Bytes.utf8("artifact%02d".formatted(seed));
  }

  private static InputStream stream(Bytes octets) {
    return new ByteArrayInputStream(octets.toArray());
  }

  /** A second further each time it is asked. */
  private static final class Ticking implements InstantSource {
    private long now = 1_700_000_000L;

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(now++);
    }
  }
}
