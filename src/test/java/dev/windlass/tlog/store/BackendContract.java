package dev.windlass.tlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@link Backend} promises; every backend passes the same. */
interface BackendContract {
  /** Empty, and another one each time. */
  Backend backend() throws IOException;

  @Test
  default void what_was_put_is_there_octet_by_octet() throws IOException {
    var backend = backend();
    var all = new byte[256];
    for (int i = 0; i < all.length; i++) all[i] = (byte) i;

    backend.put(List.of(Upload.immutable("tile/0/x001/000", all), Upload.immutable("a", all)));
    backend.putLazily(List.of(Upload.immutable("tile/entries/000.p/7", new byte[0])));
    backend.sync();

    assertArrayEquals(all, backend.get("tile/0/x001/000").orElseThrow());
    assertEquals(0, backend.get("tile/entries/000.p/7").orElseThrow().length);
    assertTrue(backend.get("tile/0/x001/001").isEmpty());
    assertTrue(backend.get("tile/0/x001").isEmpty());
  }

  @Test
  default void an_immutable_path_takes_the_same_octets_again_and_no_others() throws IOException {
    var backend = backend();
    backend.put(List.of(Upload.immutable("tile/0/000", TestLog.entry("first"))));

    backend.put(List.of(Upload.immutable("tile/0/000", TestLog.entry("first"))));
    for (var lazily : List.of(false, true)) {
      var other = List.of(Upload.immutable("tile/0/000", TestLog.entry("other octets")));
      var refused =
          assertThrows(
              Backend.ImmutableException.class,
              () -> {
                if (lazily) backend.putLazily(other);
                else backend.put(other);
              });
      assertTrue(refused.getMessage().contains("tile/0/000"), refused.getMessage());
    }

    assertArrayEquals(TestLog.entry("first"), backend.get("tile/0/000").orElseThrow());
  }

  @Test
  default void a_replacing_upload_takes_the_place_of_what_was_there() throws IOException {
    var backend = backend();
    backend.put(List.of(Upload.immutable("checkpoint", TestLog.entry("old and longer"))));
    backend.put(List.of(Upload.replacing("checkpoint", TestLog.entry("new"))));
    backend.putLazily(List.of(Upload.replacing("other", TestLog.entry("new"))));

    assertArrayEquals(TestLog.entry("new"), backend.get("checkpoint").orElseThrow());
    assertArrayEquals(TestLog.entry("new"), backend.get("other").orElseThrow());
  }

  @Test
  default void a_directory_lists_what_is_below_it_sorted_and_nothing_beside_it()
      throws IOException {
    var backend = backend();
    for (var path : List.of("tile/0/001", "tile/0/000.p/9", "tile/00", "tile/0", "staging/5-a"))
      if (!path.equals("tile/0")) backend.put(List.of(Upload.immutable(path, new byte[] {1})));

    assertEquals(List.of("tile/0/000.p/9", "tile/0/001"), backend.list("tile/0"));
    assertEquals(List.of("tile/0/000.p/9"), backend.list("tile/0/000.p"));
    assertEquals(List.of(), backend.list("tile/1"));
    assertEquals(
        List.of("staging/5-a", "tile/0/000.p/9", "tile/0/001", "tile/00"), backend.list(""));
  }

  @Test
  default void what_was_deleted_is_gone_and_may_come_again() throws IOException {
    var backend = backend();
    var partial = Upload.immutable("tile/0/000.p/9", new byte[] {1});
    backend.put(List.of(partial, Upload.immutable("kept", new byte[] {2})));

    backend.delete(List.of("tile/0/000.p/9", "never/was"));
    assertTrue(backend.get("tile/0/000.p/9").isEmpty());
    backend.sync();

    backend.putLazily(List.of(partial));
    backend.sync();
    assertEquals(List.of("kept", "tile/0/000.p/9"), backend.list(""));
  }

  @Test
  default void a_path_that_leads_elsewhere_is_refused() throws IOException {
    var backend = backend();
    for (var path : List.of("", "/etc/passwd", "../a", "a/../../b", "a//b", ".incoming/a", "a/"))
      assertThrows(IllegalArgumentException.class, () -> backend.get(path), path);
  }
}
