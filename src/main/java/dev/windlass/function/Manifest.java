package dev.windlass.function;

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
  public Manifest {
    args = List.copyOf(args);
    env = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(env));
  }
}
