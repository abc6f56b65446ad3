package dev.windlass.wasm.wasi;

import dev.windlass.wasm.Guest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A path as the guest passes it: bounded octets of UTF-8 without a NUL. */
final class Path {
  static final int MAX_BYTES = 4096;
  static final int MAX_NAME_BYTES = 255;

  private Path() {}

  /** Reads {@code length} (unsigned) octets at {@code pointer} into {@code walk}, or its errno. */
  static String read(Guest guest, int pointer, int length, Walk walk) {
    guest.check(pointer, length);
    if (length < 0 || length > MAX_BYTES) return refuse(walk, Errno.NAMETOOLONG);
    if (length == 0) return refuse(walk, Errno.NOENT);
    guest.charge(length * Price.BYTE);
    var octets = new byte[length];
    guest.read(pointer, octets, 0, length);
    boolean ascii = true;
    for (byte octet : octets) {
      if (octet == 0) return refuse(walk, Errno.INVAL);
      ascii &= octet > 0;
    }
    if (ascii) return new String(octets, StandardCharsets.ISO_8859_1);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    } catch (CharacterCodingException _) {
      return refuse(walk, Errno.ILSEQ);
    }
  }

  private static String refuse(Walk walk, int errno) {
    walk.errno = errno;
    return "";
  }

  static boolean tooLong(String name) {
    return name.length() > MAX_NAME_BYTES
        || name.length() * 3 > MAX_NAME_BYTES
            && name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES;
  }
}
