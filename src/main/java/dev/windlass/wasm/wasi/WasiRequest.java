package dev.windlass.wasm.wasi;

import dev.windlass.function.Bytes;
import dev.windlass.function.Limits;
import java.util.List;

/**
 * Everything that one run is given.
 *
 * @param args as {@code argv}, the program's name first
 * @param env {@code NAME=value} each, in the order in which the guest sees them
 * @param stdin the request body
 * @param files what came with the function
 * @param seed time and chance
 * @param limits of which bytes of stdout, stderr and scratch and the time are used here
 */
public record WasiRequest(
    List<String> args,
    List<String> env,
    Bytes stdin,
    FileTree files,
    WasiSeed seed,
    Limits limits) {
  /** Octets of all arguments, or of the whole environment, each with its NUL. */
  public static final int MAX_STRINGS_BYTES = 1 << 20;

  public WasiRequest {
    args = List.copyOf(args);
    env = List.copyOf(env);
    check("argument", args);
    check("environment variable", env);
    for (var variable : env) {
      if (variable.indexOf('=') < 1)
        throw new IllegalArgumentException(
            "environment variable is not NAME=value: " + name(variable));
    }
  }

  private static void check(String what, List<String> strings) {
    long octets = 0;
    for (var string : strings) {
      if (string.indexOf('\0') >= 0)
        throw new IllegalArgumentException(what + " with a NUL in it: " + name(string));
      octets += string.length() + 1L;
    }
    if (octets > MAX_STRINGS_BYTES)
      throw new IllegalArgumentException(
          what + "s of " + octets + " bytes, at most " + MAX_STRINGS_BYTES);
  }

  /** Without the value, which may be a secret. */
  private static String name(String variable) {
    int end = variable.indexOf('=');
    return end < 0 ? "(" + variable.length() + " characters)" : variable.substring(0, end);
  }
}
