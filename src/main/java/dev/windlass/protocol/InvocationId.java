package dev.windlass.protocol;

import java.util.UUID;

/**
 * One request to run a function: a UUIDv7 (RFC 9562 §5.7), so it carries the time at which the head
 * made it.
 */
public record InvocationId(UUID uuid) {
  public InvocationId {
    if (uuid.version() != 7 || uuid.variant() != 2)
      throw new IllegalArgumentException("not a UUIDv7: " + uuid);
  }

  public static InvocationId parse(String text) {
    var id = new InvocationId(UUID.fromString(text));
    if (!id.toString().equals(text))
      throw new IllegalArgumentException("not a UUIDv7 in its usual form: " + text);
    return id;
  }

  /** From the time and 74 random bits. */
  public static InvocationId of(long unixMillis, long randomA, long randomB) {
    long high = unixMillis << 16 | 0x7000 | randomA & 0x0fff;
    long low = 0x8000_0000_0000_0000L | randomB & 0x3fff_ffff_ffff_ffffL;
    return new InvocationId(new UUID(high, low));
  }

  public long unixMillis() {
    return uuid.getMostSignificantBits() >>> 16;
  }

  @Override
  public String toString() {
    return uuid.toString();
  }
}
