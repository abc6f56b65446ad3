package dev.windlass.tlog;

import java.util.Arrays;

/** The signature types of <a href="https://c2sp.org/signed-note">signed-note</a> that we read. */
public enum KeyType {
  /** Ed25519 over the text of the note: how a log signs. */
  ED25519(0x01, 32, 64),
  /** Ed25519 over a time and the text: how a witness signs. */
  COSIGNATURE(0x04, 32, 8 + 64),
  /** ML-DSA-44 over a time and the tree head: read, never believed. */
  ML_DSA_COSIGNATURE(0x06, 1312, 8 + 2420);

  private final byte octet;
  private final int publicKeyBytes;
  private final int signatureBytes;

  KeyType(int octet, int publicKeyBytes, int signatureBytes) {
    this.octet = (byte) octet;
    this.publicKeyBytes = publicKeyBytes;
    this.signatureBytes = signatureBytes;
  }

  static KeyType of(byte octet) {
    return Arrays.stream(values())
        .filter(type -> type.octet == octet)
        .findFirst()
        .orElseThrow(
            () ->
                new TlogException(
                    "a key is of type 0x%02x, expected 0x01, 0x04 or 0x06".formatted(octet)));
  }

  /** Whether {@link VerifierKey} can check signatures of this type. */
  public boolean isSupported() {
    return this != ML_DSA_COSIGNATURE;
  }

  /** Whether its signatures carry a time. */
  public boolean isCosignature() {
    return this != ED25519;
  }

  public byte octet() {
    return octet;
  }

  int publicKeyBytes() {
    return publicKeyBytes;
  }

  int signatureBytes() {
    return signatureBytes;
  }
}
