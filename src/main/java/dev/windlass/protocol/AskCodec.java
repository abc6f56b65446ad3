package dev.windlass.protocol;

import static dev.windlass.protocol.Codec.writer;

import dev.windlass.function.Bytes;

/** Ask tags: 0 fetch. Answer tags: 0 found, 1 not found. */
final class AskCodec {
  private AskCodec() {}

  static CborWriter write(Ask ask) throws ProtocolException {
    return switch (ask) {
      case Ask.Fetch fetch -> writer(48).array(2).integer(0).octets(fetch.digest().hash());
    };
  }

  static Encoded encode(Answer answer) throws ProtocolException {
    return switch (answer) {
      case Answer.Found found ->
          new Encoded(
              Kind.ANSWER, Codec.finish(writer(2).array(1).integer(0)), found.bytes(), Bytes.EMPTY);
      case Answer.NotFound missing ->
          Codec.header(
              Kind.ANSWER, writer(128).array(2).integer(1).text(Codec.clipped(missing.detail())));
    };
  }

  static Ask readAsk(CborReader in) throws ProtocolException {
    in.arrayOf("ask", 2);
    in.smallInteger("ask tag", 0);
    return new Ask.Fetch(OrderCodec.digest(in, "digest"));
  }

  static Answer readAnswer(CborReader in, Codec.Body body) throws ProtocolException {
    int fields = in.array("answer", 2);
    int tag = in.smallInteger("answer tag", 1);
    if (fields != tag + 1)
      throw new ProtocolException("answer " + tag + " has " + fields + " fields, not " + (tag + 1));
    return tag == 0
        ? new Answer.Found(body.whole())
        : new Answer.NotFound(in.text("detail", Codec.MAX_DETAIL));
  }
}
