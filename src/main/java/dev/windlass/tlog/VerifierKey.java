package dev.windlass.tlog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * The public key of a log or a witness, decoded and validated once. Its text is {@code
 * <name>+<id>+<base64 of type and key>}, a "vkey". Immutable; for any thread.
 */
public final class VerifierKey {
  /** What a note has of a key. */
  public enum Found {
    /** No signature claims this key. */
    NONE,
    /** At least one that claims it is not its. */
    WRONG,
    /** At least one, and all that claim it are its. */
    GOOD
  }

  private final String name;
  private final KeyType type;
  private final byte[] publicKey;
  private final Hash hash;
  private final int keyId;
  private final Ed25519.@Nullable PublicPoint point;

  /**
   * @param publicKey 32 octets of Ed25519 in its prime-order group, 1,312 of ML-DSA-44
   */
  public VerifierKey(String name, KeyType type, byte[] publicKey) {
    if (publicKey.length != type.publicKeyBytes())
      throw new TlogException(
          "a key of type 0x%02x has %d octets, expected %d"
              .formatted(type.octet(), publicKey.length, type.publicKeyBytes()));
    this.name = NoteSignature.checkName(name);
    this.type = type;
    this.publicKey = publicKey.clone();
    this.hash = KeyId.hash(name, type, publicKey);
    this.keyId = KeyId.read(hash.unsafeArray());
    this.point = type.isSupported() ? point(this.publicKey) : null;
  }

  public static VerifierKey parse(String vkey) {
    int first = vkey.indexOf('+');
    int second = vkey.indexOf('+', first + 1);
    if (first < 0 || second < 0)
      throw new TlogException(
          "a vkey is " + Lines.shown(vkey) + ", expected <name>+<8 hex digits>+<base64>");
    var blob = Lines.base64("a vkey", vkey.substring(second + 1));
    if (blob.length == 0) throw new TlogException("a vkey has no key: " + Lines.shown(vkey));
    var key =
        new VerifierKey(
            vkey.substring(0, first),
            KeyType.of(blob[0]),
            Arrays.copyOfRange(blob, 1, blob.length));
    var id = vkey.substring(first + 1, second);
    if (!id.equals(key.hexId()))
      throw new TlogException("a vkey has the id " + Lines.shown(id) + ", expected " + key.hexId());
    return key;
  }

  public String name() {
    return name;
  }

  public KeyType type() {
    return type;
  }

  public int keyId() {
    return keyId;
  }

  /** All 32 octets of which {@link #keyId} is the beginning. */
  public Hash keyHash() {
    return hash;
  }

  /** A copy: 32 octets of Ed25519, 1,312 of ML-DSA-44. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /** Whether the signature claims this key. */
  public boolean isClaimedBy(NoteSignature signature) {
    return keyId == signature.keyId() && name.equals(signature.name());
  }

  /**
   * Whether the signature claims this key and is its signature of the text; never when {@link
   * KeyType#isSupported} says no.
   *
   * @param text of the note, final newline included
   */
  public boolean verifies(String text, NoteSignature signature) {
    var octets = signature.unsafeArray();
    if (point == null || !isClaimedBy(signature) || octets.length != type.signatureBytes())
      return false;
    return switch (type) {
      case ED25519 -> verifies(octets, 0, text.getBytes(StandardCharsets.UTF_8));
      case COSIGNATURE -> {
        long seconds = Cosignature.seconds(octets);
        yield Cosignature.isTime(seconds)
            && verifies(octets, 8, Cosignature.message(text, seconds));
      }
      case ML_DSA_COSIGNATURE -> false;
    };
  }

  /** What the note has of this key. */
  public Found find(Note note) {
    var found = Found.NONE;
    for (var signature : note.signatures()) {
      if (!isClaimedBy(signature)) continue;
      if (!verifies(note.text(), signature)) return Found.WRONG;
      found = Found.GOOD;
    }
    return found;
  }

  private boolean verifies(byte[] octets, int offset, byte[] message) {
    return Ed25519.verify(octets, offset, point, message, 0, message.length);
  }

  private static Ed25519.PublicPoint point(byte[] publicKey) {
    var point = Ed25519.validatePublicKeyFullExport(publicKey, 0);
    if (point == null)
      throw new TlogException(
          "a key is "
              + HexFormat.of().formatHex(publicKey)
              + ", expected a point of Ed25519's prime-order group");
    return point;
  }

  String hexId() {
    return HexFormat.of().toHexDigits(keyId);
  }

  /** Name and key id, as {@link NoteSignature#toString} shows them. */
  public String shortName() {
    return name + "+" + hexId();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifierKey key
        && type == key.type
        && name.equals(key.name)
        && Arrays.equals(publicKey, key.publicKey);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  /** The vkey. */
  @Override
  public String toString() {
    var blob = new byte[1 + publicKey.length];
    blob[0] = type.octet();
    System.arraycopy(publicKey, 0, blob, 1, publicKey.length);
    return shortName() + "+" + Lines.base64(blob);
  }
}
