package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Reply;
import dev.windlass.receipt.ResultStatement;

/**
 * All that a receipt will say of one run but its place among the others. Holds no output.
 *
 * @param id of the invocation and of the receipt
 * @param statement that the worker signed
 * @param octets the same as signed
 * @param publishIndex of the function's version
 * @param stderr digest of what came of it
 * @param requestedMillis when the head took the request for this run, since 1970
 * @param finishedMillis when its result was verified, since 1970
 */
record PendingReceipt(
    InvocationId id,
    FunctionName function,
    long publishIndex,
    ResultStatement statement,
    Bytes octets,
    Reply.Signature signature,
    SpiffeId worker,
    HeadPorts.Registration registration,
    int inputBytes,
    int outputBytes,
    Digest stderr,
    long requestedMillis,
    long finishedMillis) {
  private static final int FIXED_BYTES = 1_024;
  private static final int NODE_BYTES = 64;

  /** Of a run with a log. */
  static PendingReceipt of(
      Dispatch.Job job, Catalogue.Version version, Dispatch.Ran ran, long nowMillis) {
    var done = ran.done();
    return new PendingReceipt(
        ran.invocation(),
        job.manifest().name(),
        version.publishIndex().orElseThrow(),
        ran.checked().statement(),
        done.statement(),
        done.signature(),
        ran.worker(),
        ran.checked().registration().orElseThrow(),
        job.body().size(),
        done.output().size(),
        ResultCheck.digestOf(done.stderr()),
        ran.invocation().unixMillis(),
        nowMillis);
  }

  /** Memory it takes until it is signed, about. */
  int bytes() {
    int size = FIXED_BYTES + octets.size() + signature.octets().size();
    if (signature.batch().isPresent()) {
      var batch = signature.batch().get();
      size += batch.statement().size() + NODE_BYTES * batch.path().size();
    }
    return size;
  }
}
