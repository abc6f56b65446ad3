package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Outcome;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The engine in this process, for commands that run a module without a server. */
public interface Engines {
  /**
   * Runs a version of a function once, exactly as a worker would: the same environment, clock,
   * random stream and limits.
   *
   * @throws EngineFailure when there is no engine or it cannot use the module; how a guest ends is
   *     never an exception
   */
  Ran run(Job job);

  /**
   * Assembles the text format into a module.
   *
   * @throws EngineFailure with the place of the mistake
   */
  Bytes assemble(Bytes text);

  /** What is there: library and its digest, preset, a run of a small module. */
  List<Finding> examine();

  /**
   * @param module the octets; its digest is the manifest's
   * @param files a packed archive
   * @param preopens the guest may write to its copy of the files, as it never may on a worker, and
   *     finds these folders of it open; empty for what a worker gives
   * @param nonce 16 octets
   * @param env the request's own variables
   */
  record Job(
      Manifest manifest,
      Bytes module,
      Optional<Bytes> files,
      List<String> preopens,
      InvocationId invocation,
      Bytes nonce,
      SortedMap<String, String> env,
      Bytes input) {
    public Job {
      preopens = List.copyOf(preopens);
      env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
    }
  }

  /**
   * @param engine fingerprint
   * @param output stdout up to its limit
   * @param droppedStderr octets of stderr beyond its limit
   * @param fuel exact only after an exit
   */
  record Ran(
      Digest engine,
      Outcome outcome,
      Bytes output,
      Bytes stderr,
      long droppedStderr,
      long fuel,
      long nanos) {}

  /**
   * One line of {@code doctor}.
   *
   * @param advice what to do; empty when nothing
   */
  record Finding(State state, String what, String detail, String advice) {
    public enum State {
      OK,
      WARN,
      FAIL
    }
  }
}
