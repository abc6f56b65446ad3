package dev.windlass.receipt;

import dev.windlass.function.Bytes;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import java.util.List;
import java.util.Optional;

/**
 * An entry and its actor's signature: the canonical JSON of a DSSE envelope with exactly one direct
 * Ed25519 signature is the leaf. That it parses says nothing about who signed it.
 *
 * @param keyId a hint, never evidence
 */
public record SignedEntry(LogEntry entry, String keyId, Bytes sig) {
  /** Octets of the longest leaf (C2SP tlog-tiles). */
  public static final int MAX_LEAF = 65_535;

  private static final Bounds BOUNDS = new Bounds(MAX_LEAF, 4, 64);

  public SignedEntry {
    Forms.requireText("a key id", keyId, 64);
  }

  public static SignedEntry sign(LogEntry entry, Ed25519Key key) {
    var sig = key.sign(Dsse.pae(LogEntry.PAYLOAD_TYPE, entry.canonical()));
    return new SignedEntry(entry, key.publicKey().keyId(), sig);
  }

  /**
   * @throws JsonException unless the octets are the canonical JSON of a signed entry
   */
  public static SignedEntry parse(Bytes leaf) {
    var json = Json.parse(leaf.unsafeArray(), BOUNDS);
    var signed = of(Dsse.parse(json.at().only("payload", "payloadType", "signatures")));
    Forms.canonical("signed entry", signed.envelope().toJson(), leaf);
    return signed;
  }

  /**
   * @throws JsonException unless it is the envelope of an entry
   */
  public static SignedEntry of(Dsse envelope) {
    if (!envelope.payloadType().equals(LogEntry.PAYLOAD_TYPE))
      throw new JsonException(
          "signed entry of type " + envelope.payloadType() + ", expected " + LogEntry.PAYLOAD_TYPE);
    if (envelope.signatures().size() != 1 || envelope.signatures().getFirst().batch().isPresent())
      throw new JsonException(
          "signed entry with "
              + envelope.signatures().size()
              + " signatures, expected one that is not batched");
    var signature = envelope.signatures().getFirst();
    var entry = LogEntry.parse(envelope.payload());
    return Forms.read(
        "signed entry", () -> new SignedEntry(entry, signature.keyId(), signature.sig()));
  }

  public Dsse envelope() {
    var signature = new Dsse.Signature(keyId, sig, Optional.empty());
    return new Dsse(LogEntry.PAYLOAD_TYPE, entry.canonical(), List.of(signature));
  }

  /**
   * The octets of the leaf.
   *
   * @throws IllegalArgumentException when they are more than {@link #MAX_LEAF}
   */
  public Bytes leaf() {
    var leaf = Bytes.wrap(envelope().toJson().canonical());
    if (leaf.size() > MAX_LEAF)
      throw new IllegalArgumentException(
          "the entry "
              + entry.type()
              + " makes a leaf of "
              + leaf.size()
              + " octets, at most "
              + MAX_LEAF);
    return leaf;
  }

  /** Whether this key signed it and is the one it names. */
  public boolean isSignedBy(Ed25519PublicKey key) {
    return keyId.equals(key.keyId())
        && key.verifies(Dsse.pae(LogEntry.PAYLOAD_TYPE, entry.canonical()), sig);
  }
}
