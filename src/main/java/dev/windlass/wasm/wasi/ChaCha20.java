package dev.windlass.wasm.wasi;

/**
 * The key stream of ChaCha20 (RFC 8439 §2.3, §2.4): with nonce 0 and the block counter from 0, so a
 * stream is used for one key only.
 */
final class ChaCha20 {
  private static final int BLOCK = 64;
  private final int[] state = new int[16];
  private final byte[] block = new byte[BLOCK];
  private int used = BLOCK;

  /** Key of 32 octets. */
  ChaCha20(byte[] key) {
    this(key, 0, new byte[12]);
  }

  ChaCha20(byte[] key, int counter, byte[] nonce) {
    if (key.length != 32)
      throw new IllegalArgumentException("key of " + key.length + " octets, expected 32");
    if (nonce.length != 12)
      throw new IllegalArgumentException("nonce of " + nonce.length + " octets, expected 12");
    state[0] = 0x61707865;
    state[1] = 0x3320646e;
    state[2] = 0x79622d32;
    state[3] = 0x6b206574;
    for (int i = 0; i < 8; i++) state[4 + i] = word(key, 4 * i);
    state[12] = counter;
    for (int i = 0; i < 3; i++) state[13 + i] = word(nonce, 4 * i);
  }

  void next(byte[] into, int offset, int length) {
    int at = offset;
    int left = length;
    while (left > 0) {
      if (used == BLOCK) refill();
      int n = Math.min(left, BLOCK - used);
      System.arraycopy(block, used, into, at, n);
      used += n;
      at += n;
      left -= n;
    }
  }

  private void refill() {
    var x = state.clone();
    for (int i = 0; i < 10; i++) {
      quarter(x, 0, 4, 8, 12);
      quarter(x, 1, 5, 9, 13);
      quarter(x, 2, 6, 10, 14);
      quarter(x, 3, 7, 11, 15);
      quarter(x, 0, 5, 10, 15);
      quarter(x, 1, 6, 11, 12);
      quarter(x, 2, 7, 8, 13);
      quarter(x, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++) {
      int word = x[i] + state[i];
      block[4 * i] = (byte) word;
      block[4 * i + 1] = (byte) (word >>> 8);
      block[4 * i + 2] = (byte) (word >>> 16);
      block[4 * i + 3] = (byte) (word >>> 24);
    }
    state[12]++;
    used = 0;
  }

  private static void quarter(int[] x, int a, int b, int c, int d) {
    x[a] += x[b];
    x[d] = Integer.rotateLeft(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = Integer.rotateLeft(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = Integer.rotateLeft(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = Integer.rotateLeft(x[b] ^ x[c], 7);
  }

  private static int word(byte[] octets, int at) {
    return octets[at] & 0xff
        | (octets[at + 1] & 0xff) << 8
        | (octets[at + 2] & 0xff) << 16
        | (octets[at + 3] & 0xff) << 24;
  }
}
