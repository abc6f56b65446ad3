package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Outcome;
import dev.windlass.receipt.ResultAudit.Rerun;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.receipt.ResultStatement.End;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * Runs a version of a function here again, as a worker did.
 *
 * @param files folder with the files the function was deployed with
 */
record Reexecution(Engines engines, Bytes module, Optional<Path> files) {
  /**
   * @param env the request's own variables
   * @return empty when module or body are not those that were signed: nothing could be compared
   */
  Optional<Rerun> of(
      ResultStatement signed, Manifest manifest, SortedMap<String, String> env, Bytes body) {
    if (!Digest.of(module).equals(signed.module()) || !Digest.of(body).equals(signed.input()))
      return Optional.empty();
    var archive = files.map(HostFiles::pack);
    if (!archive.map(Digest::of).equals(manifest.files()))
      throw new CommandFailure(
          Exit.USAGE,
          "--reexecute needs --files DIR with the files of the function: "
              + archive.map(a -> Digest.of(a).toString()).orElse("none were given")
              + ", it has "
              + manifest.files().map(Digest::toString).orElse("none"));
    var job =
        new Engines.Job(
            manifest,
            module,
            archive,
            List.of(),
            InvocationId.parse(signed.invocation()),
            signed.nonce(),
            env,
            body);
    try {
      var ran = engines.run(job);
      return Optional.of(new Rerun(ran.engine(), end(ran), Digest.of(ran.output())));
    } catch (EngineFailure e) {
      throw ModuleFile.failed("cannot run it again: ", e);
    }
  }

  private static End end(Engines.Ran ran) {
    return ran.outcome() instanceof Outcome.Exited(int code)
        ? new End.Exit(code, OptionalLong.of(ran.fuel()))
        : new End.Trap(String.valueOf(ran.outcome().trap()));
  }
}
