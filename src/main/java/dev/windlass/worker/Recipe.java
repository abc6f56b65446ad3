package dev.windlass.worker;

import dev.windlass.artifact.Archive;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Order.Invoke;
import dev.windlass.protocol.Outcome;
import dev.windlass.receipt.Environment;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.wasm.Execution;
import dev.windlass.wasm.RunLimits;
import dev.windlass.wasm.wasi.FileTree;
import dev.windlass.wasm.wasi.Wasi;
import dev.windlass.wasm.wasi.WasiRequest;
import dev.windlass.wasm.wasi.WasiSeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One version of a function, ready to be run: from it and a request follows everything the guest
 * sees, the same here and wherever a result is executed again. Immutable and shared.
 */
public final class Recipe {
  private static final SortedMap<String, String> NO_VARIABLES =
      Collections.unmodifiableSortedMap(new TreeMap<>());

  private final Manifest manifest;
  private final Digest digest;
  private final FileTree files;
  private final List<String> args;
  private final List<String> ownVariables;
  private final Digest ownEnvironment;

  /**
   * @param digest of the manifest
   */
  public Recipe(Manifest manifest, Digest digest, FileTree files) {
    this.manifest = manifest;
    this.digest = digest;
    this.files = files;
    var own = Environment.of(manifest, NO_VARIABLES);
    this.args = own.args();
    this.ownVariables = variables(own);
    this.ownEnvironment = own.digest();
  }

  /** The files of a packed archive as the guest will see them. */
  public static FileTree unpack(Archive archive) {
    return FileTree.of(contents(archive));
  }

  /** Content by path, in the form that {@link FileTree} takes. */
  public static SortedMap<String, Bytes> contents(Archive archive) {
    var files = new TreeMap<String, Bytes>();
    archive
        .entries()
        .forEach(
            (path, entry) -> {
              switch (entry) {
                case Archive.File file -> files.put(path, archive.content(file));
                case Archive.Directory() -> files.put(path + "/", Bytes.EMPTY);
              }
            });
    return files;
  }

  public Manifest manifest() {
    return manifest;
  }

  /** Of the manifest. */
  public Digest digest() {
    return digest;
  }

  public long fileBytes() {
    return files.bytes();
  }

  /**
   * @param env the request's own variables; they win over the manifest's
   */
  public WasiRequest request(
      InvocationId invocation, Bytes nonce, SortedMap<String, String> env, Bytes body) {
    return new WasiRequest(
        args,
        env.isEmpty() ? ownVariables : variables(Environment.of(manifest, env)),
        body,
        files,
        new WasiSeed(manifest.determinism(), invocation.unixMillis(), nonce, manifest.module()),
        manifest.limits());
  }

  /** {@code env} of a result statement: of the canonical JSON of what the guest was given. */
  public Digest environment(SortedMap<String, String> env) {
    return env.isEmpty() ? ownEnvironment : Environment.of(manifest, env).digest();
  }

  /**
   * @param most a deadline that may be nearer than the function's own limit
   */
  public RunLimits limits(Duration most) {
    var limits = manifest.limits();
    return new RunLimits(
        limits.fuel(),
        limits.memoryBytes(),
        limits.tableElements(),
        limits.timeout().compareTo(most) <= 0 ? limits.timeout() : most);
  }

  /** What is signed of a run. */
  ResultStatement statement(Invoke order, Outcome outcome, Digest engine, Ran ran) {
    var trap = outcome.trap();
    return new ResultStatement(
        order.invocation().toString(),
        order.nonce(),
        manifest.module(),
        digest,
        Digest.of(order.body()),
        environment(order.env()),
        manifest.determinism().profile(),
        engine,
        Digest.of(ran.output()),
        outcome instanceof Outcome.Exited(int code)
            ? new ResultStatement.End.Exit(code, OptionalLong.of(ran.fuel()))
            : new ResultStatement.End.Trap(String.valueOf(trap)),
        Optional.empty());
  }

  /** What a run left behind. */
  record Ran(Bytes output, long fuel) {}

  /** What the run came to, in the words of the protocol; empty when it was the engine's failure. */
  public Optional<Outcome> outcome(Execution execution, Wasi wasi) {
    var limits = manifest.limits();
    return switch (execution.outcome()) {
      case dev.windlass.wasm.Outcome.Returned() -> Optional.of(new Outcome.Exited(0));
      case dev.windlass.wasm.Outcome.EndedByHost() when wasi.outputOverflowed() ->
          Optional.of(new Outcome.OutputTooLarge(limits.outputBytes()));
      case dev.windlass.wasm.Outcome.EndedByHost() when wasi.exited() ->
          Optional.of(new Outcome.Exited(wasi.exitCode()));
      case dev.windlass.wasm.Outcome.EndedByHost() -> Optional.empty();
      case dev.windlass.wasm.Outcome.Trapped(var code) ->
          Optional.of(new Outcome.Trapped(code.word()));
      case dev.windlass.wasm.Outcome.OutOfFuel() ->
          Optional.of(new Outcome.OutOfFuel(limits.fuel()));
      case dev.windlass.wasm.Outcome.StackOverflow() -> Optional.of(new Outcome.StackOverflow());
      case dev.windlass.wasm.Outcome.Interrupted() ->
          Optional.of(new Outcome.OutOfTime(limits.timeout().toMillis()));
      case dev.windlass.wasm.Outcome.OutOfMemory(var limit) ->
          Optional.of(new Outcome.OutOfMemory(limit));
      case dev.windlass.wasm.Outcome.HostFailed _ -> Optional.empty();
    };
  }

  private static List<String> variables(Environment environment) {
    var variables = new ArrayList<String>(environment.env().size());
    environment.env().forEach((name, value) -> variables.add(name + "=" + value));
    return List.copyOf(variables);
  }
}
