package dev.windlass.link;

import dev.windlass.protocol.Encoded;

/**
 * One frame, in or out. Its arrays are read, never written. On the wire: u32 length of what
 * follows, u8 type, u64 id, u32 size of the header, header, body; all big-endian.
 */
final class Frame {
  /** Octets of type, id and header size: the least that a length can say. */
  static final int LEAST = 1 + 8 + 4;

  /** With the length field. */
  static final int PREFIX = 4 + LEAST;

  private static final byte[] NONE = {};

  final FrameType type;
  final long id;
  final byte[] header;
  final byte[] body;
  final int bodyFrom;
  final int bodySize;

  /** What follows {@code body}; only in frames that go out. */
  final byte[] rest;

  private Frame(FrameType type, long id, byte[] header, byte[] body, byte[] rest) {
    this.type = type;
    this.id = id;
    this.header = header;
    this.body = body;
    this.bodyFrom = 0;
    this.bodySize = body.length;
    this.rest = rest;
  }

  private Frame(long id, byte[] body, int from, int size) {
    this.type = FrameType.DATA;
    this.id = id;
    this.header = NONE;
    this.body = body;
    this.bodyFrom = from;
    this.bodySize = size;
    this.rest = NONE;
  }

  static Frame of(FrameType type, long id) {
    return new Frame(type, id, NONE, NONE, NONE);
  }

  static Frame of(FrameType type, long id, byte[] header, byte[] body) {
    return new Frame(type, id, header, body, NONE);
  }

  static Frame of(FrameType type, long id, Encoded message) {
    return new Frame(type, id, message.header(), message.body(), message.rest());
  }

  static Frame data(long id, byte[] octets, int from, int size) {
    return new Frame(id, octets, from, size);
  }

  /** What the length field says. */
  int length() {
    return LEAST + header.length + bodySize + rest.length;
  }
}
