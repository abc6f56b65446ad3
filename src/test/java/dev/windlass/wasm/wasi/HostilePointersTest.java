package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.wasm.GuestEnd;
import dev.windlass.wasm.HostFunction;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every function with hostile numbers in every argument. The fake guest throws a fault for each
 * access outside memory; whatever else leaves a function than an errno or the end of the run fails.
 */
class HostilePointersTest {
  private static final FileTree TREE =
      FileTree.of(Map.of("data/a.txt", Bytes.utf8("packaged"), "data/b", Bytes.EMPTY));
  private static final int MEMORY = 1 << 20;

  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    24,
    64,
    128,
    200,
    255,
    256,
    512,
    1024,
    1025,
    4095,
    4096,
    4097,
    MEMORY - 65,
    MEMORY - 64,
    MEMORY - 8,
    MEMORY - 4,
    MEMORY - 1,
    MEMORY,
    MEMORY + 1,
    1 << 24,
    Integer.MAX_VALUE - 7,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    -64,
    -8,
    -4,
    -1
  };

  private static final long[] LONGS = {
    0, 1, 2, 1 << 20, 1L << 31, 1L << 32, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1
  };

  static Stream<HostFunction<Wasi>> functions() {
    return WasiFunctions.ALL.stream();
  }

  /** With files of every kind open on 4, 5 and 6, and pointers and paths lying about in memory. */
  private static Rig furnished(long seed) {
    var rig = new Rig(Rig.request(TREE, "request body", Rig.limits(500, 500, 1 << 18)));
    rig.opened("tmp/file", Rig.CREAT, Rig.RW);
    rig.opened("tmp", Rig.DIRECTORY, Rights.DIRECTORY);
    rig.opened("data/a.txt", 0, Rig.RO);
    rig.write(4, "content");
    var random = new SplittableRandom(seed);
    var words = new String[] {"tmp/file", "tmp/x", "../..", "data/a.txt", "tmp/x/y", "/", "."};
    for (int at = 0; at < 4096; at += 8) {
      if (random.nextInt(3) == 0) {
        var word = words[random.nextInt(words.length)].getBytes();
        System.arraycopy(word, 0, rig.guest.memory, at, word.length);
      } else {
        rig.guest.putInt(at, (int) NUMBERS[random.nextInt(NUMBERS.length)]);
        rig.guest.putInt(at + 4, random.nextInt(64));
      }
    }
    return rig;
  }

  @ParameterizedTest
  @MethodSource("functions")
  void any_numbers_give_an_errno_or_the_end_of_the_run(HostFunction<Wasi> function) {
    var random = new SplittableRandom(function.name().hashCode());
    var parameters = function.signature().substring(0, function.signature().indexOf(':'));
    Rig rig = null;
    for (int round = 0; round < 3000; round++) {
      if (round % 50 == 0) rig = furnished(round);
      var arguments = new long[parameters.length()];
      for (int i = 0; i < arguments.length; i++) {
        var from = parameters.charAt(i) == 'I' ? LONGS : NUMBERS;
        // half of the first arguments are descriptors that are open
        arguments[i] =
            i == 0 && random.nextBoolean() ? random.nextInt(7) : from[random.nextInt(from.length)];
      }
      try {
        int errno = rig.call(function.name(), arguments);
        assertTrue(errno >= 0 && errno <= 76, function.name() + " answered " + errno);
      } catch (GuestEnd _) {
        assertTrue(rig.wasi.exited() || rig.wasi.outputOverflowed());
        rig = furnished(round);
      }
    }
  }

  /** Index of each pointer argument, with a call that works when the pointer is good. */
  private record Good(String name, List<Integer> pointers, long... arguments) {}

  private static final List<Good> GOOD =
      List.of(
          new Good("args_get", List.of(0, 1), 8192, 8256),
          new Good("args_sizes_get", List.of(0, 1), 8192, 8256),
          new Good("environ_get", List.of(0, 1), 8192, 8256),
          new Good("environ_sizes_get", List.of(0, 1), 8192, 8256),
          new Good("clock_res_get", List.of(1), 0, 8192),
          new Good("clock_time_get", List.of(2), 0, 0, 8192),
          new Good("fd_fdstat_get", List.of(1), 4, 8192),
          new Good("fd_filestat_get", List.of(1), 4, 8192),
          new Good("fd_pread", List.of(1, 4), 4, 9000, 1, 0, 8192),
          new Good("fd_prestat_dir_name", List.of(1), 3, 8192, 1),
          new Good("fd_prestat_get", List.of(1), 3, 8192),
          new Good("fd_pwrite", List.of(1, 4), 4, 9000, 1, 0, 8192),
          new Good("fd_read", List.of(1, 3), 4, 9000, 1, 8192),
          new Good("fd_readdir", List.of(1, 4), 3, 8256, 64, 0, 8192),
          new Good("fd_seek", List.of(3), 4, 0, 0, 8192),
          new Good("fd_tell", List.of(1), 4, 8192),
          new Good("fd_write", List.of(1, 3), 4, 9000, 1, 8192),
          new Good("path_create_directory", List.of(1), 3, 9100, 7),
          new Good("path_filestat_get", List.of(2, 4), 3, 0, 9200, 8, 8192),
          new Good("path_filestat_set_times", List.of(2), 3, 0, 9200, 8, 0, 0, 2),
          new Good("path_link", List.of(2, 5), 3, 0, 9200, 8, 3, 9100, 7),
          new Good("path_open", List.of(2, 8), 3, 0, 9100, 7, 1, 0, 0, 0, 8192),
          new Good("path_readlink", List.of(1, 3, 5), 3, 9400, 8, 8256, 64, 8192),
          new Good("path_remove_directory", List.of(1), 3, 9300, 8),
          new Good("path_rename", List.of(1, 4), 3, 9200, 8, 3, 9100, 7),
          new Good("path_symlink", List.of(0, 3), 9200, 8, 3, 9100, 7),
          new Good("path_unlink_file", List.of(1), 3, 9200, 8),
          new Good("poll_oneoff", List.of(0, 1, 3), 9500, 8256, 1, 8192),
          new Good("random_get", List.of(0), 8192, 64));

  static Stream<Good> good() {
    return GOOD.stream();
  }

  private static Rig prepared() {
    var rig = new Rig(Rig.request(TREE, "", Rig.limits(500, 500, 1 << 18)));
    rig.opened("tmp/file", Rig.CREAT, Rig.RW);
    rig.write(4, "content");
    rig.call("fd_seek", 4, 0, 0, 64);
    rig.onPath("path_create_directory", "tmp/dirs");
    rig.call("path_symlink", rig.text("target"), 6, 3, rig.text("tmp/link"), 8);
    rig.guest.putInt(9000, 9050);
    rig.guest.putInt(9004, 4);
    put(rig, 9100, "tmp/new");
    put(rig, 9200, "tmp/file");
    put(rig, 9300, "tmp/dirs");
    put(rig, 9400, "tmp/link");
    rig.guest.putLong(9500, 7);
    rig.guest.putByte(9508, (byte) 1);
    rig.guest.putInt(9516, 4);
    return rig;
  }

  private static void put(Rig rig, int at, String text) {
    System.arraycopy(text.getBytes(), 0, rig.guest.memory, at, text.length());
  }

  @ParameterizedTest
  @MethodSource("good")
  void each_pointer_outside_memory_is_fault_and_nothing_has_happened(Good good) {
    assertEquals(0, prepared().call(good.name, good.arguments.clone()), "as it is");
    for (int pointer : good.pointers) {
      for (int bad : new int[] {MEMORY, MEMORY + 1, Integer.MIN_VALUE, -1 << 12, -1}) {
        var rig = prepared();
        var memory = rig.guest.memory.clone();
        var arguments = good.arguments.clone();
        arguments[pointer] = bad;
        var before = state(rig);
        System.arraycopy(memory, 0, rig.guest.memory, 0, MEMORY);

        assertEquals(Errno.FAULT, rig.call(good.name, arguments), good + " " + pointer);

        assertArrayEquals(memory, rig.guest.memory, good.name + " wrote to memory");
        assertEquals(before, state(rig), good.name + " changed the files");
      }
    }
  }

  private static String state(Rig rig) {
    rig.call("fd_tell", 4, 64);
    return rig.names("tmp")
        + rig.content("tmp/file")
        + rig.stat("tmp/file", 0).nlink()
        + rig.guest.getLong(64);
  }
}
