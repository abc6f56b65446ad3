package dev.windlass.protocol;

import static dev.windlass.protocol.Codec.writer;
import static dev.windlass.protocol.OrderCodec.bounded;

import dev.windlass.function.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tags: 0 done, 1 prepared, 2 evicted, 3 busy, 4 refused, 5 resigned. */
final class ReplyCodec {
  private static final Reply.Why[] WHY = Reply.Why.values();
  private static final int[] FIELDS = {14, 6, 1, 2, 3, 3};
  private static final int MAX_OUTPUT = Integer.MAX_VALUE;

  private ReplyCodec() {}

  static Encoded encode(Reply reply) throws ProtocolException {
    return switch (reply) {
      case Reply.Done done ->
          new Encoded(Kind.REPLY, Codec.finish(write(done)), done.output(), done.stderr());
      case Reply.Prepared prepared -> Codec.header(Kind.REPLY, write(prepared));
      case Reply.Evicted _ -> Codec.header(Kind.REPLY, writer(2).array(1).integer(2));
      case Reply.Busy busy ->
          Codec.header(Kind.REPLY, writer(16).array(2).integer(3).count(busy.lanes()));
      case Reply.Refused refused ->
          Codec.header(
              Kind.REPLY,
              writer(128)
                  .array(3)
                  .integer(4)
                  .count(refused.why().ordinal())
                  .text(Codec.clipped(refused.detail())));
      case Reply.Resigned resigned -> {
        atMost("signature", resigned.signature().size(), Codec.MAX_SIGNATURE);
        yield Codec.header(
            Kind.REPLY,
            writer(192)
                .array(FIELDS[5])
                .integer(5)
                .text(bounded("key id", resigned.keyId(), Codec.MAX_NAME))
                .octets(resigned.signature().unsafeArray()));
      }
    };
  }

  private static CborWriter write(Reply.Done done) throws ProtocolException {
    atMost("statement", done.statement().size(), Codec.MAX_STATEMENT);
    var cbor =
        writer(512 + done.statement().size())
            .array(FIELDS[0])
            .integer(0)
            .octets(done.statement().unsafeArray());
    write(cbor, done.signature());
    OutcomeCodec.write(cbor, done.outcome());
    var times = done.times();
    return cbor.count(done.stderr().size())
        .count(done.droppedStderr())
        .count(done.fuel())
        .count(times.queued())
        .count(times.prepared())
        .count(times.ran())
        .count(times.signed());
  }

  private static void write(CborWriter cbor, Reply.Signature signature) throws ProtocolException {
    atMost("signature", signature.octets().size(), Codec.MAX_SIGNATURE);
    cbor.text(bounded("key id", signature.keyId(), Codec.MAX_NAME));
    cbor.octets(signature.octets().unsafeArray());
    if (signature.batch().isEmpty()) {
      cbor.array(0);
      return;
    }
    write(cbor, signature.batch().get());
  }

  static void write(CborWriter cbor, Reply.Batch batch) throws ProtocolException {
    atMost("batch statement", batch.statement().size(), Codec.MAX_STATEMENT);
    atMost("batch path", batch.path().size(), Codec.MAX_PATH);
    cbor.array(3).octets(batch.statement().unsafeArray()).count(batch.index());
    cbor.array(batch.path().size());
    for (Bytes node : batch.path()) {
      if (node.size() != 32)
        throw new ProtocolException("batch node has " + node.size() + " octets, not 32");
      cbor.octets(node.unsafeArray());
    }
  }

  private static CborWriter write(Reply.Prepared prepared) throws ProtocolException {
    atMost("imports", prepared.imports().size(), Codec.MAX_IMPORTS);
    var cbor =
        writer(128 + 40 * prepared.imports().size())
            .array(FIELDS[1])
            .integer(1)
            .octets(prepared.module().hash())
            .count(prepared.moduleBytes())
            .count(prepared.compiledMillis())
            .count(prepared.codeBytes())
            .array(prepared.imports().size());
    for (var name : prepared.imports()) cbor.text(bounded("import", name, Codec.MAX_NAME));
    return cbor;
  }

  static Reply read(CborReader in, Codec.Body body) throws ProtocolException {
    int fields = in.array("reply", FIELDS[0]);
    int tag = in.smallInteger("reply tag", FIELDS.length - 1);
    if (fields != FIELDS[tag])
      throw new ProtocolException(
          "reply " + tag + " has " + fields + " fields, not " + FIELDS[tag]);
    return switch (tag) {
      case 0 -> readDone(in, body);
      case 1 -> readPrepared(in);
      case 2 -> new Reply.Evicted();
      case 3 -> new Reply.Busy(in.smallInteger("lanes", Integer.MAX_VALUE));
      case 4 -> {
        var why = WHY[in.smallInteger("why", WHY.length - 1)];
        yield new Reply.Refused(why, in.text("detail", Codec.MAX_DETAIL));
      }
      default -> {
        var keyId = in.text("key id", Codec.MAX_NAME);
        yield new Reply.Resigned(keyId, Bytes.wrap(in.octets("signature", Codec.MAX_SIGNATURE)));
      }
    };
  }

  private static Reply.Done readDone(CborReader in, Codec.Body body) throws ProtocolException {
    var statement = Bytes.wrap(in.octets("statement", Codec.MAX_STATEMENT));
    var keyId = in.text("key id", Codec.MAX_NAME);
    var octets = Bytes.wrap(in.octets("signature", Codec.MAX_SIGNATURE));
    var signature = new Reply.Signature(keyId, octets, readBatch(in));
    var outcome = OutcomeCodec.read(in);
    int stderr = in.smallInteger("size of stderr", MAX_OUTPUT);
    long dropped = in.count("dropped stderr");
    long fuel = in.count("fuel");
    var times =
        new Reply.Times(
            in.count("queued"), in.count("prepared"), in.count("ran"), in.count("signed"));
    if (stderr > body.size())
      throw new ProtocolException(
          "size of stderr is " + stderr + " in a body of " + body.size() + " octets");
    int output = body.size() - stderr;
    return new Reply.Done(
        statement,
        signature,
        outcome,
        body.part(0, output),
        body.part(output, stderr),
        dropped,
        fuel,
        times);
  }

  static Optional<Reply.Batch> readBatch(CborReader in) throws ProtocolException {
    int fields = in.array("batch", 3);
    if (fields == 0) return Optional.empty();
    if (fields != 3) throw new ProtocolException("batch has " + fields + " fields, not 0 or 3");
    var statement = Bytes.wrap(in.octets("batch statement", Codec.MAX_STATEMENT));
    int index = in.smallInteger("batch index", Integer.MAX_VALUE);
    int nodes = in.array("batch path", Codec.MAX_PATH);
    var path = new Bytes[nodes];
    for (int i = 0; i < nodes; i++) path[i] = Bytes.wrap(in.exactly("batch node", 32));
    return Optional.of(new Reply.Batch(statement, index, List.of(path)));
  }

  private static Reply.Prepared readPrepared(CborReader in) throws ProtocolException {
    var module = OrderCodec.digest(in, "module");
    long moduleBytes = in.count("module size");
    long compiledMillis = in.count("compile time");
    long codeBytes = in.count("code size");
    int count = in.array("imports", Codec.MAX_IMPORTS);
    var imports = new ArrayList<String>(count);
    for (int i = 0; i < count; i++) imports.add(in.text("import", Codec.MAX_NAME));
    return new Reply.Prepared(module, moduleBytes, compiledMillis, codeBytes, imports);
  }

  static void atMost(String what, int found, int most) throws ProtocolException {
    if (found > most)
      throw new ProtocolException(what + " has size " + found + ", at most " + most);
  }
}
