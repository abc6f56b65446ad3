package dev.windlass.protocol;

import static dev.windlass.protocol.Codec.writer;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Tags: 0 invoke, 1 prepare, 2 evict, 3 resign. */
final class OrderCodec {
  private static final int[] FIELDS = {7, 3, 4, 4};

  private OrderCodec() {}

  static Encoded encode(Order order) throws ProtocolException {
    return switch (order) {
      case Order.Invoke invoke ->
          new Encoded(Kind.ORDER, Codec.finish(write(invoke)), invoke.body(), Bytes.EMPTY);
      case Order.Prepare prepare ->
          Codec.header(
              Kind.ORDER,
              writer(64)
                  .array(3)
                  .integer(1)
                  .octets(prepare.manifest().hash())
                  .count(atLeastZero(prepare.deadlineMillis())));
      case Order.Evict evict ->
          Codec.header(
              Kind.ORDER,
              writer(192)
                  .array(4)
                  .integer(2)
                  .text(evict.name().namespace())
                  .text(evict.name().name())
                  .octets(evict.manifest().hash()));
      case Order.Resign resign -> Codec.header(Kind.ORDER, write(resign));
    };
  }

  private static CborWriter write(Order.Resign resign) throws ProtocolException {
    ReplyCodec.atMost("statement", resign.statement().size(), Codec.MAX_STATEMENT);
    ReplyCodec.atMost("signature", resign.signature().size(), Codec.MAX_SIGNATURE);
    var cbor =
        writer(1024 + resign.statement().size())
            .array(FIELDS[3])
            .integer(3)
            .octets(resign.statement().unsafeArray())
            .octets(resign.signature().unsafeArray());
    ReplyCodec.write(cbor, resign.batch());
    return cbor;
  }

  private static CborWriter write(Order.Invoke invoke) throws ProtocolException {
    var env = invoke.env();
    if (env.size() > Codec.MAX_ENV)
      throw new ProtocolException("env has " + env.size() + " variables, at most " + Codec.MAX_ENV);
    var uuid = invoke.invocation().uuid();
    var cbor =
        writer(128 + 48 * env.size())
            .array(7)
            .integer(0)
            .octets(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits())
            .octets(invoke.nonce().unsafeArray())
            .octets(invoke.manifest().hash())
            .count(atLeastZero(invoke.deadlineMillis()))
            .count(atLeastZero(invoke.company()))
            .array(2 * env.size());
    for (Map.Entry<String, String> variable : env.entrySet()) {
      cbor.text(bounded("env name", variable.getKey(), Codec.MAX_ENV_NAME));
      cbor.text(bounded("env value", variable.getValue(), Codec.MAX_ENV_VALUE));
    }
    return cbor;
  }

  static Order read(CborReader in, Codec.Body body) throws ProtocolException {
    int fields = in.array("order", FIELDS[0]);
    int tag = in.smallInteger("order tag", FIELDS.length - 1);
    if (fields != FIELDS[tag])
      throw new ProtocolException(
          "order " + tag + " has " + fields + " fields, not " + FIELDS[tag]);
    return switch (tag) {
      case 0 -> readInvoke(in, body);
      case 1 -> new Order.Prepare(digest(in, "manifest"), deadline(in));
      case 2 -> {
        var namespace = in.text("namespace", Codec.MAX_NAME);
        var name = in.text("name", Codec.MAX_NAME);
        yield new Order.Evict(new FunctionName(namespace, name), digest(in, "manifest"));
      }
      default -> {
        var statement = Bytes.wrap(in.octets("statement", Codec.MAX_STATEMENT));
        var signature = Bytes.wrap(in.octets("signature", Codec.MAX_SIGNATURE));
        var batch = ReplyCodec.readBatch(in);
        if (batch.isEmpty()) throw new ProtocolException("order 3 has no batch");
        yield new Order.Resign(statement, signature, batch.get());
      }
    };
  }

  private static Order.Invoke readInvoke(CborReader in, Codec.Body body) throws ProtocolException {
    var invocation = new InvocationId(uuid(in.exactly("invocation", 16)));
    var nonce = Bytes.wrap(in.exactly("nonce", 16));
    var manifest = digest(in, "manifest");
    int deadlineMillis = deadline(in);
    int company = in.smallInteger("company", Integer.MAX_VALUE);
    int items = in.array("env", 2 * Codec.MAX_ENV);
    if (items % 2 != 0) throw new ProtocolException("env has a name without a value");
    var env = new TreeMap<String, String>();
    String before = null;
    for (int i = 0; i < items; i += 2) {
      var name = in.text("env name", Codec.MAX_ENV_NAME);
      if (before != null && before.compareTo(name) >= 0)
        throw new ProtocolException("env names are not in ascending order");
      env.put(name, in.text("env value", Codec.MAX_ENV_VALUE));
      before = name;
    }
    return new Order.Invoke(
        invocation, nonce, manifest, env, body.whole(), deadlineMillis, company);
  }

  static Digest digest(CborReader in, String what) throws ProtocolException {
    return Digest.ofHash(in.exactly(what, 32));
  }

  static String bounded(String what, String text, int most) throws ProtocolException {
    // at most 3 octets a char: only a text near the bound is counted exactly
    if (text.length() > most || text.length() > most / 3 && Bytes.utf8(text).size() > most) {
      throw new ProtocolException(what + " has more than " + most + " octets");
    }
    return text;
  }

  private static int deadline(CborReader in) throws ProtocolException {
    return in.smallInteger("deadline in ms", Integer.MAX_VALUE);
  }

  private static int atLeastZero(int count) {
    return Math.max(0, count);
  }

  private static UUID uuid(byte[] octets) {
    return new UUID(high(octets, 0), high(octets, 8));
  }

  private static long high(byte[] octets, int from) {
    long value = 0;
    for (int i = from; i < from + 8; i++) value = value << 8 | octets[i] & 0xff;
    return value;
  }
}
