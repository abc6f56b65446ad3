package dev.windlass.mirror;

import dev.windlass.function.Bytes;
import java.io.IOException;
import java.util.Optional;

/** Where a mirror copies from: a log, another mirror, or a log in this process. Not trusted. */
@FunctionalInterface
public interface Source {
  /**
   * @param path of c2sp.org/tlog-tiles, such as {@code checkpoint} or {@code tile/0/000}
   * @param most octets that the caller takes
   * @return empty when it has none there
   * @throws IOException it cannot be asked, took too long, or has more than {@code most}
   */
  Optional<Bytes> get(String path, int most) throws IOException;
}
