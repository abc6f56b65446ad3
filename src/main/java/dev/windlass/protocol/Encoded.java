package dev.windlass.protocol;

import dev.windlass.function.Bytes;

/**
 * A message as octets: a CBOR header, and a raw body in up to two parts, which are the message's
 * own arrays and must not be written to.
 */
public final class Encoded {
  private static final byte[] NONE = {};

  private final Kind kind;
  private final byte[] header;
  private final byte[] body;
  private final byte[] rest;

  Encoded(Kind kind, byte[] header) {
    this(kind, header, Bytes.EMPTY, Bytes.EMPTY);
  }

  Encoded(Kind kind, byte[] header, Bytes body, Bytes rest) {
    this.kind = kind;
    this.header = header;
    this.body = body.size() == 0 ? NONE : body.unsafeArray();
    this.rest = rest.size() == 0 ? NONE : rest.unsafeArray();
  }

  public Kind kind() {
    return kind;
  }

  public byte[] header() {
    return header;
  }

  /** The first part of the body. */
  public byte[] body() {
    return body;
  }

  /** The part of the body that follows {@link #body}; mostly empty. */
  public byte[] rest() {
    return rest;
  }

  /** Of both parts. At most 2^31 - 1: each part is bounded far below. */
  public int bodySize() {
    return Math.addExact(body.length, rest.length);
  }
}
