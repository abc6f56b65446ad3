package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Reply;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Purpose;
import dev.windlass.receipt.ResultStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Verified runs without a worker: the n-th differs from all others in its id, input and output. */
final class TestRuns {
  private static final Ed25519Key WORKER_KEY = FakeLedger.key(40);
  private static final SpiffeId WORKER = new SpiffeId("test", "default", SpiffeId.WORKER, "w1");
  private static final long AT_MILLIS = 1_795_500_000_000L;

  private TestRuns() {}

  static InvocationId id(int n) {
    return InvocationId.of(AT_MILLIS + n, n, n);
  }

  static List<PendingReceipt> several(int from, int count) {
    var runs = new ArrayList<PendingReceipt>(count);
    for (int i = 0; i < count; i++) runs.add(run(from + i));
    return runs;
  }

  static PendingReceipt run(int n) {
    var id = id(n);
    var statement =
        new ResultStatement(
            id.toString(),
            Bytes.wrap(new byte[16]),
            digest("module"),
            digest("manifest"),
            digest("input " + n),
            digest("env"),
            "det-1",
            digest("engine"),
            digest("output " + n),
            new ResultStatement.End.Exit(0, OptionalLong.of(1_000 + n)),
            Optional.empty());
    var octets = statement.canonical();
    var sig = WORKER_KEY.sign(Dsse.pae(Purpose.RESULT.payloadType(), octets));
    return new PendingReceipt(
        id,
        FunctionName.parse("default/hello"),
        3,
        statement,
        octets,
        new Reply.Signature(WORKER_KEY.publicKey().keyId(), sig, Optional.empty()),
        WORKER,
        new HeadPorts.Registration(2, Optional.empty()),
        7,
        8,
        digest(""),
        id.unixMillis(),
        id.unixMillis() + 5);
  }

  private static Digest digest(String of) {
    return Digest.of(Bytes.utf8(of));
  }
}
