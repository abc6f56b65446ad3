package dev.windlass.tlog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * One signature line of a {@link Note}. Name and id tell which key it claims; they prove nothing.
 * Immutable.
 */
public final class NoteSignature {
  /** An em dash and a space. */
  static final String PREFIX = "\u2014 ";

  /** A post-quantum signature is said to have up to 5,000; an ML-DSA-44 cosignature has 2,428. */
  public static final int MAX_OCTETS = 5_120;

  /** Octets of the longest key name. */
  static final int MAX_NAME = 255;

  private final String name;
  private final int keyId;
  private final byte[] octets;

  /**
   * @param name of the key; no Unicode space, no plus
   * @param keyId big-endian
   * @param octets what the key made, without its id; at least one
   */
  public NoteSignature(String name, int keyId, byte[] octets) {
    if (octets.length < 1 || octets.length > MAX_OCTETS)
      throw new TlogException(
          "a signature has " + octets.length + " octets, expected 1 to " + MAX_OCTETS);
    this.name = checkName(name);
    this.keyId = keyId;
    this.octets = octets.clone();
  }

  /** From one line without its newline. */
  public static NoteSignature parse(String line) {
    int space = line.indexOf(' ', PREFIX.length());
    if (!line.startsWith(PREFIX) || space < 0)
      throw new TlogException(
          "a signature line is " + Lines.shown(line) + ", expected \"\u2014 <name> <base64>\"");
    var blob = Lines.base64("a signature", line.substring(space + 1));
    if (blob.length < 5)
      throw new TlogException("a signature has " + blob.length + " octets, expected 5 or more");
    return new NoteSignature(
        line.substring(PREFIX.length(), space),
        KeyId.read(blob),
        Arrays.copyOfRange(blob, 4, blob.length));
  }

  /**
   * From lines that each end in a newline, at most {@link Note#MAX_SIGNATURES}; as witnesses
   * answer.
   */
  public static List<NoteSignature> parseLines(String lines) {
    if (!lines.endsWith("\n"))
      throw new TlogException(
          "signature lines are " + Lines.shown(lines) + ", expected a newline at their end");
    var split = lines.substring(0, lines.length() - 1).split("\n", Note.MAX_SIGNATURES + 1);
    if (split.length > Note.MAX_SIGNATURES)
      throw new TlogException(
          "there are more signature lines than " + Note.MAX_SIGNATURES + ", the most we read");
    var signatures = new ArrayList<NoteSignature>(split.length);
    for (var line : split) signatures.add(parse(line));
    return List.copyOf(signatures);
  }

  /** The line without its newline. */
  public String line() {
    var blob = new byte[4 + octets.length];
    KeyId.write(keyId, blob);
    System.arraycopy(octets, 0, blob, 4, octets.length);
    return PREFIX + name + " " + Lines.base64(blob);
  }

  public String name() {
    return name;
  }

  public int keyId() {
    return keyId;
  }

  /** A copy, without the key id. */
  public byte[] octets() {
    return octets.clone();
  }

  byte[] unsafeArray() {
    return octets;
  }

  /** Whether both claim the same key. */
  boolean isOfKey(NoteSignature other) {
    return keyId == other.keyId && name.equals(other.name);
  }

  static String checkName(String name) {
    boolean bad =
        name.isEmpty()
            || !Lines.isUnicode(name)
            || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME
            || name.codePoints().anyMatch(NoteSignature::isForbidden);
    if (bad)
      throw new TlogException(
          "a key name is "
              + Lines.shown(name)
              + ", expected 1 to 255 octets without space, plus and control characters");
    return name;
  }

  /** Unicode's White_Space, the control characters below it, and plus. */
  private static boolean isForbidden(int c) {
    return c == '+' || c <= 0x20 || c == 0x85 || Character.isSpaceChar(c);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NoteSignature signature
        && isOfKey(signature)
        && Arrays.equals(octets, signature.octets);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + keyId) + Arrays.hashCode(octets);
  }

  /** Name and key id, as in {@code example.com/log+530d903a}. */
  @Override
  public String toString() {
    return name + "+" + HexFormat.of().toHexDigits(keyId);
  }
}
