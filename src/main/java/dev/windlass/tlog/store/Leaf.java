package dev.windlass.tlog.store;

import dev.windlass.tlog.Hash;

/** An entry and its hash; the octets are not copied. */
final class Leaf {
  private final byte[] entry;
  private final Hash hash;

  Leaf(byte[] entry, Hash hash) {
    this.entry = entry;
    this.hash = hash;
  }

  byte[] entry() {
    return entry;
  }

  Hash hash() {
    return hash;
  }
}
