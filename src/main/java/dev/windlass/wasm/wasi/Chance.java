package dev.windlass.wasm.wasi;

import dev.windlass.function.Digest;
import java.security.SecureRandom;

/** Where the guest's random bytes come from. */
@FunctionalInterface
interface Chance {
  void fill(byte[] into, int length);

  /** ChaCha20 keyed by SHA-256(nonce ‖ SHA-256 of the module), or the host's generator. */
  static Chance of(WasiSeed seed) {
    return switch (seed.determinism()) {
      case STRICT -> {
        var hash = Digest.sha256();
        hash.update(seed.nonce().unsafeArray());
        hash.update(seed.module().hash());
        var stream = new ChaCha20(hash.digest());
        yield (into, length) -> stream.next(into, 0, length);
      }
      case NONE -> {
        var generator = new SecureRandom();
        yield (into, length) -> {
          var octets = new byte[length];
          generator.nextBytes(octets);
          System.arraycopy(octets, 0, into, 0, length);
        };
      }
    };
  }
}
