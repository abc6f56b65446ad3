package dev.windlass.function;

/**
 * The name of octets in IPFS: CIDv1 (version 1, codec raw 0x55, multihash sha2-256) in base32 lower
 * case with the multibase prefix {@code b}, so it begins with {@code bafkrei} and has 59
 * characters. It says the same as the {@link Digest} of the octets, and nothing else.
 */
public record Cid(Digest digest) {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final byte[] PREFIX = {0x01, 0x55, 0x12, 0x20};
  private static final int LENGTH = 59;

  /** Parses this one form; other codecs, hashes and bases name other things and are refused. */
  public static Cid parse(String text) {
    if (text.length() != LENGTH || text.charAt(0) != 'b') throw notOurs(text);
    var octets = new byte[36];
    int buffer = 0;
    int bits = 0;
    int size = 0;
    for (int i = 1; i < LENGTH; i++) {
      int value = ALPHABET.indexOf(text.charAt(i));
      if (value < 0) throw notOurs(text);
      buffer = (buffer << 5 | value) & 0xfff;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        octets[size++] = (byte) (buffer >> bits);
      }
    }
    // 58 characters carry 290 bits, 36 octets 288: the two bits left over must be zero.
    if ((buffer & (1 << bits) - 1) != 0) throw notOurs(text);
    for (int i = 0; i < PREFIX.length; i++) if (octets[i] != PREFIX[i]) throw notOurs(text);
    var hash = new byte[32];
    System.arraycopy(octets, PREFIX.length, hash, 0, hash.length);
    return new Cid(Digest.ofHash(hash));
  }

  @Override
  public String toString() {
    var octets = new byte[36];
    System.arraycopy(PREFIX, 0, octets, 0, PREFIX.length);
    System.arraycopy(digest.hash(), 0, octets, PREFIX.length, 32);
    var text = new StringBuilder(LENGTH).append('b');
    int buffer = 0;
    int bits = 0;
    for (byte octet : octets) {
      buffer = (buffer << 8 | octet & 0xff) & 0xfff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text.append(ALPHABET.charAt(buffer >> bits & 31));
      }
    }
    if (bits > 0) text.append(ALPHABET.charAt(buffer << (5 - bits) & 31));
    return text.toString();
  }

  private static IllegalArgumentException notOurs(String text) {
    return new IllegalArgumentException(
        "not a CIDv1 of raw octets by sha2-256 in base32 (bafkrei…, 59 characters): "
            + (text.length() <= 100 ? text : text.length() + " characters"));
  }
}
