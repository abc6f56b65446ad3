package dev.windlass.protocol;

import dev.windlass.function.Bytes;
import java.util.Arrays;

/**
 * Messages as octets: a CBOR header (an array of a tag and the fields in a fixed order, in the
 * deterministic encoding of RFC 8949 §4.2.1) and a raw body. docs/protocol.md has every layout.
 *
 * <p>One value has one encoding, and only that one is read. Input is hostile: each length is
 * checked before anything is allocated, each count has a bound here, and whatever does not fit ends
 * in a {@link ProtocolException}.
 */
public final class Codec {
  public static final int MAX_HEADER = 256 << 10;
  static final int MAX_ENV = 1024;
  static final int MAX_ENV_NAME = 1024;
  static final int MAX_ENV_VALUE = 64 << 10;
  static final int MAX_STATEMENT = 64 << 10;
  static final int MAX_SIGNATURE = 4096;
  static final int MAX_PATH = 32;
  static final int MAX_IMPORTS = 4096;
  static final int MAX_NAME = 1024;

  /** Longer explanations are cut when they are written. */
  static final int MAX_DETAIL = 8 << 10;

  private Codec() {}

  /** Fails where the value is over a bound that {@link #decode} keeps. */
  public static Encoded encode(Message message) throws ProtocolException {
    return switch (message) {
      case Order order -> OrderCodec.encode(order);
      case Reply reply -> ReplyCodec.encode(reply);
      case Ask ask -> header(Kind.ASK, AskCodec.write(ask));
      case Answer answer -> AskCodec.encode(answer);
      case Report report -> header(Kind.REPORT, ReportCodec.write(writer(1024), report));
      case Control control -> header(Kind.CONTROL, ControlCodec.write(control));
    };
  }

  public static Message decode(Kind kind, byte[] header, byte[] body) throws ProtocolException {
    return decode(kind, header, 0, header.length, new Body(body, 0, body.length));
  }

  /**
   * Reads a header within {@code in}; the body's octets are copied out unless they are a whole
   * array.
   */
  public static Message decode(Kind kind, byte[] in, int from, int size, Body body)
      throws ProtocolException {
    if (size > MAX_HEADER)
      throw new ProtocolException("header of " + size + " octets, at most " + MAX_HEADER);
    var cbor = new CborReader(in, from, size);
    try {
      Message message =
          switch (kind) {
            case ORDER -> OrderCodec.read(cbor, body);
            case REPLY -> ReplyCodec.read(cbor, body);
            case ASK -> AskCodec.readAsk(cbor);
            case ANSWER -> AskCodec.readAnswer(cbor, body);
            case REPORT -> ReportCodec.read(cbor);
            case CONTROL -> ControlCodec.read(cbor);
          };
      cbor.end(kind.name());
      if (body.size != 0 && !mayHaveBody(message))
        throw new ProtocolException(
            body.size + " octets of body after " + kind + ", which has none");
      return message;
    } catch (IllegalArgumentException e) { // a record's own rule, such as the form of a name
      throw new ProtocolException(kind + " with a field against its rule: " + e.getMessage());
    }
  }

  /** Where a message's body lies. */
  public static final class Body {
    public static final Body NONE = new Body(new byte[0], 0, 0);

    private final byte[] in;
    private final int from;
    private final int size;

    /** Octets {@code from} to {@code from + size} of {@code in}, which is not written to again. */
    public Body(byte[] in, int from, int size) {
      java.util.Objects.checkFromIndexSize(from, size, in.length);
      this.in = in;
      this.from = from;
      this.size = size;
    }

    int size() {
      return size;
    }

    Bytes whole() {
      return part(0, size);
    }

    Bytes part(int offset, int length) {
      if (length == 0) return Bytes.EMPTY;
      if (length == in.length) return Bytes.wrap(in);
      return Bytes.wrap(Arrays.copyOfRange(in, from + offset, from + offset + length));
    }
  }

  static CborWriter writer(int expected) {
    return new CborWriter(expected, MAX_HEADER);
  }

  static Encoded header(Kind kind, CborWriter cbor) throws ProtocolException {
    return new Encoded(kind, finish(cbor));
  }

  static byte[] finish(CborWriter cbor) throws ProtocolException {
    cbor.checkSize();
    return cbor.toArray();
  }

  /** At most {@link #MAX_DETAIL} octets of UTF-8, with lone surrogates replaced. */
  static String clipped(String detail) {
    int most = Math.min(detail.length(), MAX_DETAIL / 4);
    boolean splits =
        most > 0 && most < detail.length() && Character.isHighSurrogate(detail.charAt(most - 1));
    var cut = detail.substring(0, splits ? most - 1 : most);
    return cut.chars().anyMatch(c -> Character.isSurrogate((char) c)) ? wellFormed(cut) : cut;
  }

  private static String wellFormed(String text) {
    return Bytes.utf8(text).utf8();
  }

  private static boolean mayHaveBody(Message message) {
    return switch (message) {
      case Order.Invoke _, Reply.Done _, Answer.Found _ -> true;
      case Order _, Reply _, Ask _, Answer _, Report _, Control _ -> false;
    };
  }
}
