package dev.windlass.link;

import org.jspecify.annotations.Nullable;

/** The types of frames; docs/protocol.md says who sends which, and what it holds. */
enum FrameType {
  HELLO(1),
  HELLO_OK(2),
  ORDER(3),
  REPLY(4),
  ASK(5),
  ANSWER(6),
  REPORT(7),
  STREAM(8),
  DATA(9),
  END(10),
  CANCEL(11),
  CREDIT(12),
  PING(13),
  PONG(14),
  GOODBYE(15);

  private static final FrameType[] BY_CODE = new FrameType[16];

  static {
    for (var type : values()) BY_CODE[type.code] = type;
  }

  final byte code;

  FrameType(int code) {
    this.code = (byte) code;
  }

  static @Nullable FrameType of(byte code) {
    return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
