package dev.windlass.function;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A function's version: everything that decides what runs and how. Immutable, and named by the
 * digest of its canonical JSON; the parser and the writer are in {@link ManifestJson}.
 *
 * @param module the Wasm bytes
 * @param files a ustar archive whose files the guest sees read-only below {@code /}, if any
 * @param entry the export that is called, {@code _start} unless it says otherwise
 * @param args argv after argv[0], which is the function's name
 */
public record Manifest(
    FunctionName name,
    Digest module,
    Optional<Digest> files,
    World world,
    String entry,
    List<String> args,
    SortedMap<String, String> env,
    Limits limits,
    Determinism determinism,
    Retry retry,
    HardwareNeeds hardware,
    Route route) {
  public static final String DEFAULT_ENTRY = "_start";

  /** Arguments, and again environment variables. */
  public static final int MAX_WORDS = 256;

  /** All arguments and variables together, in UTF-16 code units. */
  public static final int MAX_WORDS_LENGTH = 64 << 10;

  public Manifest {
    args = List.copyOf(args);
    env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
    if (entry.isEmpty() || entry.length() > 256)
      throw new IllegalArgumentException("entry must have 1 to 256 characters: " + entry.length());
    if (args.size() > MAX_WORDS || env.size() > MAX_WORDS)
      throw new IllegalArgumentException(
          "at most " + MAX_WORDS + " args and env: " + args.size() + ", " + env.size());
    long length = 0;
    for (var arg : args) length += requireNoNul("an argument", arg).length();
    for (var variable : env.entrySet()) {
      var key = requireNoNul("the name of a variable", variable.getKey());
      if (key.isEmpty() || key.indexOf('=') >= 0)
        throw new IllegalArgumentException("a variable's name has a character and no =: " + key);
      length += key.length() + requireNoNul("the variable " + key, variable.getValue()).length();
    }
    if (length > MAX_WORDS_LENGTH)
      throw new IllegalArgumentException(
          "args and env have " + length + " characters, at most " + MAX_WORDS_LENGTH);
  }

  private static String requireNoNul(String what, String text) {
    if (text.indexOf(0) >= 0) throw new IllegalArgumentException(what + " contains a NUL");
    return text;
  }
}
