package dev.windlass.wasm.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.wasm.GuestEnd;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WasiFunctionsTest {
  /** From wasi_snapshot_preview1.witx, lowered to core Wasm. */
  private static final String SPECIFICATION =
      """
      args_get ii:i
      args_sizes_get ii:i
      clock_res_get ii:i
      clock_time_get iIi:i
      environ_get ii:i
      environ_sizes_get ii:i
      fd_advise iIIi:i
      fd_allocate iII:i
      fd_close i:i
      fd_datasync i:i
      fd_fdstat_get ii:i
      fd_fdstat_set_flags ii:i
      fd_fdstat_set_rights iII:i
      fd_filestat_get ii:i
      fd_filestat_set_size iI:i
      fd_filestat_set_times iIIi:i
      fd_pread iiiIi:i
      fd_prestat_dir_name iii:i
      fd_prestat_get ii:i
      fd_pwrite iiiIi:i
      fd_read iiii:i
      fd_readdir iiiIi:i
      fd_renumber ii:i
      fd_seek iIii:i
      fd_sync i:i
      fd_tell ii:i
      fd_write iiii:i
      path_create_directory iii:i
      path_filestat_get iiiii:i
      path_filestat_set_times iiiiIIi:i
      path_link iiiiiii:i
      path_open iiiiiIIii:i
      path_readlink iiiiii:i
      path_remove_directory iii:i
      path_rename iiiiii:i
      path_symlink iiiii:i
      path_unlink_file iii:i
      poll_oneoff iiii:i
      proc_exit i:
      proc_raise i:i
      random_get ii:i
      sched_yield :i
      sock_accept iii:i
      sock_recv iiiiii:i
      sock_send iiiii:i
      sock_shutdown ii:i
      """;

  @Test
  void all_46_functions_have_the_names_and_types_of_the_specification() {
    var ours = new TreeMap<String, String>();
    WasiFunctions.ALL.forEach(f -> ours.put(f.name(), f.name() + " " + f.signature()));

    assertEquals(46, WasiFunctions.ALL.size());
    assertEquals(SPECIFICATION, String.join("\n", ours.values()) + "\n");
    assertTrue(WasiFunctions.ALL.stream().allMatch(f -> f.module().equals(WasiFunctions.MODULE)));
  }

  @Test
  void every_call_is_paid_for_and_ends_the_run_when_fuel_is_out() {
    for (var function : WasiFunctions.ALL) {
      var rig = new Rig();
      rig.guest.fuel = Price.CALL - 1;
      var arguments = new long[function.signature().indexOf(':')];

      assertThrows(GuestEnd.class, () -> rig.call(function.name(), arguments), function.name());
    }
  }

  @Test
  void a_number_that_is_no_descriptor_is_badf_in_every_function_that_takes_one() {
    for (var function : WasiFunctions.ALL) {
      if (!function.name().matches("(fd|sock|path)_.*")) continue;
      for (long fd : new long[] {4, 255, 1 << 20, -1, Integer.MIN_VALUE}) {
        var arguments = new long[function.signature().indexOf(':')];
        // renumber is BADF by either; symlink has its descriptor third
        arguments[function.name().equals("path_symlink") ? 2 : 0] = fd;

        assertEquals(Errno.BADF, new Rig().call(function.name(), arguments), function.name());
      }
    }
  }
}
