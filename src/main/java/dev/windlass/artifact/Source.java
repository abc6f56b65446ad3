package dev.windlass.artifact;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.io.IOException;
import java.util.Optional;

/**
 * Port: where artifacts come from that are not in the store. An implementation is not trusted: its
 * caller hashes what it gets. It may block; it neither retries nor caches.
 */
@FunctionalInterface
public interface Source {
  /**
   * Empty when the source does not have it.
   *
   * @param maxBytes more than these are never delivered
   * @throws IOException when the source could not be asked, or failed on the way
   */
  Optional<Bytes> fetch(Digest digest, int maxBytes) throws IOException;
}
