package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;
import dev.windlass.wasm.GuestFault;
import dev.windlass.wasm.HostFunction;
import java.util.ArrayList;
import java.util.List;

/**
 * The 46 functions of {@code wasi_snapshot_preview1}. Each pays {@link Price#CALL} first; a pointer
 * outside the guest's memory is answered with {@code fault}, and nothing has happened then.
 */
public final class WasiFunctions {
  public static final String MODULE = "wasi_snapshot_preview1";

  public static final List<HostFunction<Wasi>> ALL = all();

  private WasiFunctions() {}

  private static List<HostFunction<Wasi>> all() {
    var functions = new ArrayList<HostFunction<Wasi>>();
    processes(functions);
    descriptors(functions);
    paths(functions);
    return List.copyOf(functions);
  }

  private static void processes(List<HostFunction<Wasi>> to) {
    add(to, "args_get", "ii:i", ProcessCalls::argsGet);
    add(to, "args_sizes_get", "ii:i", ProcessCalls::argsSizesGet);
    add(to, "environ_get", "ii:i", ProcessCalls::environGet);
    add(to, "environ_sizes_get", "ii:i", ProcessCalls::environSizesGet);
    add(to, "clock_res_get", "ii:i", ProcessCalls::clockResGet);
    add(to, "clock_time_get", "iIi:i", ProcessCalls::clockTimeGet);
    add(to, "random_get", "ii:i", ProcessCalls::randomGet);
    add(to, "sched_yield", ":i", (_, _) -> Errno.SUCCESS);
    add(to, "proc_exit", "i:", (wasi, guest) -> wasi.exit(guest.i32(0)));
    add(to, "proc_raise", "i:i", ProcessCalls::procRaise);
    add(to, "poll_oneoff", "iiii:i", PollCall::pollOneoff);
    add(to, "sock_accept", "iii:i", ProcessCalls::noSocket);
    add(to, "sock_recv", "iiiiii:i", ProcessCalls::noSocket);
    add(to, "sock_send", "iiiii:i", ProcessCalls::noSocket);
    add(to, "sock_shutdown", "ii:i", ProcessCalls::noSocket);
  }

  private static void descriptors(List<HostFunction<Wasi>> to) {
    add(to, "fd_advise", "iIIi:i", DescriptorCalls::advise);
    add(to, "fd_allocate", "iII:i", DescriptorCalls::allocate);
    add(to, "fd_close", "i:i", DescriptorCalls::close);
    add(to, "fd_datasync", "i:i", (w, g) -> DescriptorCalls.sync(w, g, Rights.FD_DATASYNC));
    add(to, "fd_fdstat_get", "ii:i", DescriptorCalls::fdstatGet);
    add(to, "fd_fdstat_set_flags", "ii:i", DescriptorCalls::fdstatSetFlags);
    add(to, "fd_fdstat_set_rights", "iII:i", DescriptorCalls::fdstatSetRights);
    add(to, "fd_filestat_get", "ii:i", DescriptorCalls::filestatGet);
    add(to, "fd_filestat_set_size", "iI:i", DescriptorCalls::filestatSetSize);
    add(to, "fd_filestat_set_times", "iIIi:i", DescriptorCalls::filestatSetTimes);
    add(to, "fd_prestat_get", "ii:i", DescriptorCalls::prestatGet);
    add(to, "fd_prestat_dir_name", "iii:i", DescriptorCalls::prestatDirName);
    add(to, "fd_readdir", "iiiIi:i", DirectoryCall::readdir);
    add(to, "fd_renumber", "ii:i", DescriptorCalls::renumber);
    add(to, "fd_seek", "iIii:i", DescriptorCalls::seek);
    add(to, "fd_sync", "i:i", (w, g) -> DescriptorCalls.sync(w, g, Rights.FD_SYNC));
    add(to, "fd_tell", "ii:i", DescriptorCalls::tell);
    add(to, "fd_read", "iiii:i", TransferCalls::read);
    add(to, "fd_pread", "iiiIi:i", TransferCalls::pread);
    add(to, "fd_write", "iiii:i", TransferCalls::write);
    add(to, "fd_pwrite", "iiiIi:i", TransferCalls::pwrite);
  }

  private static void paths(List<HostFunction<Wasi>> to) {
    add(to, "path_create_directory", "iii:i", PathCalls::createDirectory);
    add(to, "path_filestat_get", "iiiii:i", PathCalls::filestatGet);
    add(to, "path_filestat_set_times", "iiiiIIi:i", PathCalls::filestatSetTimes);
    add(to, "path_link", "iiiiiii:i", PathCalls::link);
    add(to, "path_open", "iiiiiIIii:i", OpenCall::open);
    add(to, "path_readlink", "iiiiii:i", PathCalls::readlink);
    add(to, "path_remove_directory", "iii:i", PathCalls::removeDirectory);
    add(to, "path_rename", "iiiiii:i", PathCalls::rename);
    add(to, "path_symlink", "iiiii:i", PathCalls::symlink);
    add(to, "path_unlink_file", "iii:i", PathCalls::unlinkFile);
  }

  private static void add(
      List<HostFunction<Wasi>> to, String name, String signature, HostFunction.Body<Wasi> body) {
    to.add(new HostFunction<>(MODULE, name, signature, (wasi, guest) -> call(body, wasi, guest)));
  }

  private static int call(HostFunction.Body<Wasi> body, Wasi wasi, Guest guest) {
    guest.charge(Price.CALL);
    try {
      return body.call(wasi, guest);
    } catch (GuestFault _) {
      return Errno.FAULT;
    }
  }
}
