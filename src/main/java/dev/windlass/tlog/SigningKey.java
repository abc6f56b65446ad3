package dev.windlass.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * The private key of a log or a witness; signs as either. Its text is {@code
 * PRIVATE+KEY+<name>+<id>+<base64 of 0x01 and seed>}, an "skey", with the id of the 0x01 public key
 * in both cases. Immutable; for any thread.
 */
public final class SigningKey {
  private static final String PREFIX = "PRIVATE+KEY+";

  private final byte[] seed;
  private final byte[] publicKey;
  private final VerifierKey verifier;
  private final VerifierKey cosigner;

  /**
   * @param seed 32 octets from a cryptographic source
   */
  public SigningKey(String name, byte[] seed) {
    if (seed.length != Ed25519.SECRET_KEY_SIZE)
      throw new TlogException("a seed has " + seed.length + " octets, expected 32");
    this.seed = seed.clone();
    this.publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
    Ed25519.generatePublicKey(this.seed, 0, publicKey, 0);
    this.verifier = new VerifierKey(name, KeyType.ED25519, publicKey);
    this.cosigner = new VerifierKey(name, KeyType.COSIGNATURE, publicKey);
  }

  /**
   * @param chance a cryptographic source
   */
  public static SigningKey generate(String name, RandomGenerator chance) {
    var seed = new byte[Ed25519.SECRET_KEY_SIZE];
    chance.nextBytes(seed);
    return new SigningKey(name, seed);
  }

  /** Errors do not repeat the text: it is a secret. */
  public static SigningKey parse(String skey) {
    var parts = skey.startsWith(PREFIX) ? skey.substring(PREFIX.length()).split("\\+", 3) : null;
    if (parts == null || parts.length != 3)
      throw new TlogException("not an skey, expected PRIVATE+KEY+<name>+<8 hex digits>+<base64>");
    byte[] blob;
    try {
      blob = Lines.base64("an skey", parts[2]);
    } catch (TlogException e) {
      throw new TlogException("the last part of an skey is not canonical base64");
    }
    if (blob.length != 1 + Ed25519.SECRET_KEY_SIZE || blob[0] != KeyType.ED25519.octet())
      throw new TlogException(
          "the last part of an skey has "
              + blob.length
              + " octets, expected 33 of which the first is 0x01");
    var key = new SigningKey(parts[0], Arrays.copyOfRange(blob, 1, blob.length));
    if (!key.verifier.hexId().equals(parts[1]))
      throw new TlogException(
          "an skey has the id " + Lines.shown(parts[1]) + ", expected " + key.verifier.hexId());
    return key;
  }

  public String name() {
    return verifier.name();
  }

  /** The public half for {@link #sign}: type 0x01, of a log. */
  public VerifierKey verifier() {
    return verifier;
  }

  /** The public half for {@link #cosign}: type 0x04, of a witness. */
  public VerifierKey cosigner() {
    return cosigner;
  }

  /** Signs a note's text as a log does; deterministic. */
  public NoteSignature sign(String text) {
    Note.checkText(text);
    var signature = new byte[Ed25519.SIGNATURE_SIZE];
    sign(text.getBytes(StandardCharsets.UTF_8), signature, 0);
    return new NoteSignature(name(), verifier.keyId(), signature);
  }

  /** The checkpoint as a note with this log's signature. */
  public Note sign(Checkpoint checkpoint) {
    var text = checkpoint.text();
    return new Note(text, List.of(sign(text)));
  }

  /**
   * Signs a checkpoint's text as a witness does: "at this time it was the largest consistent tree I
   * had seen". Deterministic.
   *
   * @param text of the note as it came, extension lines included
   */
  public NoteSignature cosign(String text, Instant time) {
    Note.checkText(text);
    long seconds = time.getEpochSecond();
    var message = Cosignature.message(text, seconds);
    var signature = new byte[8 + Ed25519.SIGNATURE_SIZE];
    ByteBuffer.wrap(signature).putLong(seconds);
    sign(message, signature, 8);
    return new NoteSignature(name(), cosigner.keyId(), signature);
  }

  private void sign(byte[] message, byte[] signature, int offset) {
    Ed25519.sign(seed, 0, publicKey, 0, message, 0, message.length, signature, offset);
  }

  /** The skey: a secret, for a file with mode 0600. */
  public String secretText() {
    var blob = new byte[1 + seed.length];
    blob[0] = KeyType.ED25519.octet();
    System.arraycopy(seed, 0, blob, 1, seed.length);
    return PREFIX + verifier.shortName() + "+" + Lines.base64(blob);
  }

  @Override
  public String toString() {
    return "SigningKey[" + verifier + ", seed redacted]";
  }
}
