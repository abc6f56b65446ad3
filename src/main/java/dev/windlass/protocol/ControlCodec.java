package dev.windlass.protocol;

import static dev.windlass.protocol.Codec.writer;

/** Tags: 0 hello, 1 hello-ok, 2 stream, 3 goodbye. */
final class ControlCodec {
  private static final int[] FIELDS = {5, 5, 3, 2};
  private static final Kind[] KINDS = Kind.values();

  private ControlCodec() {}

  static CborWriter write(Control control) throws ProtocolException {
    return switch (control) {
      case Control.Hello hello ->
          ReportCodec.write(
              writer(1024)
                  .array(FIELDS[0])
                  .integer(0)
                  .count(hello.version())
                  .count(hello.credits())
                  .count(hello.capabilities()),
              hello.report());
      case Control.HelloOk ok ->
          writer(32)
              .array(FIELDS[1])
              .integer(1)
              .count(ok.version())
              .count(ok.credits())
              .count(ok.asks())
              .count(ok.capabilities());
      case Control.Stream stream ->
          writer(16)
              .array(FIELDS[2])
              .integer(2)
              .count(stream.kind().ordinal())
              .count(stream.bodyBytes());
      case Control.Goodbye goodbye ->
          writer(128).array(FIELDS[3]).integer(3).text(Codec.clipped(goodbye.why()));
    };
  }

  static Control read(CborReader in) throws ProtocolException {
    int fields = in.array("control", FIELDS[0]);
    int tag = in.smallInteger("control tag", FIELDS.length - 1);
    if (fields != FIELDS[tag])
      throw new ProtocolException(
          "control " + tag + " has " + fields + " fields, not " + FIELDS[tag]);
    return switch (tag) {
      case 0 -> {
        int version = in.smallInteger("version", Integer.MAX_VALUE);
        int credits = in.smallInteger("credits", Integer.MAX_VALUE);
        int capabilities = in.smallInteger("capabilities", Integer.MAX_VALUE);
        yield new Control.Hello(version, credits, capabilities, ReportCodec.read(in));
      }
      case 1 ->
          new Control.HelloOk(
              in.smallInteger("version", Integer.MAX_VALUE),
              in.smallInteger("credits", Integer.MAX_VALUE),
              in.smallInteger("asks", Integer.MAX_VALUE),
              in.smallInteger("capabilities", Integer.MAX_VALUE));
      case 2 -> {
        var kind = KINDS[in.smallInteger("kind", KINDS.length - 1)];
        yield new Control.Stream(kind, in.smallInteger("size of body", Integer.MAX_VALUE));
      }
      default -> new Control.Goodbye(in.text("why", Codec.MAX_DETAIL));
    };
  }
}
