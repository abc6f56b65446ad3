package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.function.Determinism;
import dev.windlass.function.Digest;
import dev.windlass.wasm.GuestEnd;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessCallsTest {
  private final Rig rig = new Rig();

  @Test
  void args_and_environment_come_in_order_each_with_its_nul() {
    for (var call : List.of("args", "environ")) {
      int pointers = rig.room(8);
      int buffer = rig.room(32);

      assertEquals(0, rig.call(call + "_sizes_get", 128, 132));
      assertEquals(0, rig.call(call + "_get", pointers, buffer));

      var expected = call.equals("args") ? "guest\0one\0" : "A=1\0B=zwei\0";
      assertEquals(2, rig.guest.getInt(128));
      assertEquals(expected.length(), rig.guest.getInt(132));
      assertEquals(expected, rig.string(buffer, expected.length()));
      assertEquals(buffer, rig.guest.getInt(pointers));
      assertEquals(buffer + expected.indexOf('\0') + 1, rig.guest.getInt(pointers + 4));
    }
  }

  @Test
  void args_that_do_not_fit_into_memory_are_fault_and_nothing_is_written() {
    var before = rig.guest.memory.clone();

    assertEquals(Errno.FAULT, rig.call("args_get", 128, (1 << 20) - 5));
    assertEquals(Errno.FAULT, rig.call("args_get", (1 << 20) - 4, 128));
    assertEquals(Errno.FAULT, rig.call("args_sizes_get", 128, -1));

    assertTrue(Arrays.equals(before, rig.guest.memory));
  }

  @Test
  void clocks_of_real_and_monotonic_time_exist_and_those_of_cpu_time_do_not() {
    for (int id = 0; id < 2; id++) {
      assertEquals(0, rig.call("clock_res_get", id, 128));
      assertEquals(1000, rig.guest.getLong(128));
      assertEquals(0, rig.call("clock_time_get", id, 0, 128));
    }
    for (int id : new int[] {2, 3, 4, -1}) {
      assertEquals(Errno.INVAL, rig.call("clock_res_get", id, 128));
      assertEquals(Errno.INVAL, rig.call("clock_time_get", id, 0, 128));
    }
  }

  @Test
  void virtual_time_starts_at_the_request_and_each_look_takes_a_microsecond() {
    assertEquals(0, rig.call("clock_time_get", 0, 0, 128));
    assertEquals(0, rig.call("clock_time_get", 1, 0, 136));
    assertEquals(0, rig.call("clock_time_get", 0, 1_000_000, 144));

    assertEquals(Rig.NOW * 1_000_000 + 1000, rig.guest.getLong(128));
    assertEquals(2000, rig.guest.getLong(136));
    assertEquals(Rig.NOW * 1_000_000 + 3000, rig.guest.getLong(144));
  }

  @Test
  void random_bytes_are_chacha20_of_nonce_and_module() throws Exception {
    int buffer = rig.room(100);
    var hash = MessageDigest.getInstance("SHA-256");
    hash.update("nonce".getBytes());
    hash.update(MessageDigest.getInstance("SHA-256").digest("module".getBytes()));
    var expected = new byte[100];
    new ChaCha20(hash.digest()).next(expected, 0, 100);

    assertEquals(0, rig.call("random_get", buffer, 60));
    assertEquals(0, rig.call("random_get", buffer + 60, 40));

    var got = Arrays.copyOfRange(rig.guest.memory, buffer, buffer + 100);
    assertEquals(HexFormat.of().formatHex(expected), HexFormat.of().formatHex(got));
  }

  @Test
  void random_bytes_are_paid_by_the_byte_and_refused_outside_memory() {
    long before = rig.guest.charged;

    assertEquals(0, rig.call("random_get", 4096, 100_000));
    assertEquals(Errno.FAULT, rig.call("random_get", 4096, -1));
    assertEquals(0, rig.call("random_get", 1 << 20, 0));

    assertEquals(3 * Price.CALL + 100_000 * Price.RANDOM_BYTE, rig.guest.charged - before);
  }

  @Test
  void exit_ends_the_run_with_its_code_and_a_run_without_it_has_code_0() {
    assertFalse(rig.wasi.exited());
    assertEquals(0, rig.wasi.exitCode());

    assertThrows(GuestEnd.class, () -> rig.call("proc_exit", 137));

    assertTrue(rig.wasi.exited());
    assertEquals(137, rig.wasi.exitCode());
  }

  @Test
  void signals_cannot_be_raised() {
    assertEquals(Errno.SUCCESS, rig.call("proc_raise", 0));
    assertEquals(Errno.NOTSUP, rig.call("proc_raise", 6));
    assertEquals(Errno.INVAL, rig.call("proc_raise", 31));
    assertEquals(Errno.INVAL, rig.call("proc_raise", -1));
    assertEquals(Errno.SUCCESS, rig.call("sched_yield"));
  }

  @Test
  void no_descriptor_is_a_socket() {
    int file = rig.opened("tmp/f", Rig.CREAT, Rig.RW);
    for (int fd : new int[] {0, 1, 2, 3, file}) {
      assertEquals(Errno.NOTSOCK, rig.call("sock_accept", fd, 0, 128));
      assertEquals(Errno.NOTSOCK, rig.call("sock_recv", fd, 128, 1, 0, 136, 140));
      assertEquals(Errno.NOTSOCK, rig.call("sock_send", fd, 128, 1, 0, 136));
      assertEquals(Errno.NOTSOCK, rig.call("sock_shutdown", fd, 1));
    }
  }

  @Test
  void without_determinism_time_is_the_hosts_and_random_bytes_differ() {
    var seed = new WasiSeed(Determinism.NONE, 0, Bytes.EMPTY, Digest.of(Bytes.EMPTY));
    var strict = Rig.request(FileTree.EMPTY, "", Rig.limits(1, 1, 1));
    var request =
        new WasiRequest(List.of(), List.of(), Bytes.EMPTY, FileTree.EMPTY, seed, strict.limits());
    var one = new Rig(request);
    var other = new Rig(request);

    assertEquals(0, one.call("clock_time_get", 0, 0, 128));
    assertEquals(0, one.call("clock_time_get", 1, 0, 136));
    assertEquals(0, one.call("clock_time_get", 1, 0, 144));
    assertEquals(0, one.call("random_get", 256, 32));
    assertEquals(0, other.call("random_get", 256, 32));

    assertTrue(one.guest.getLong(128) > 1_700_000_000_000_000_000L);
    assertTrue(one.guest.getLong(136) > 0 && one.guest.getLong(144) >= one.guest.getLong(136));
    assertNotEquals(one.guest.getLong(256), other.guest.getLong(256));
  }
}
