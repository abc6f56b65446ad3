package dev.windlass.artifact;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * Artifacts that another of our roles serves: {@code GET https://host:port/artifacts/<hex>}, over
 * mutual TLS. A connection lasts one fetch, so renewed credentials are shown by the next one.
 * Blocking, for any thread.
 */
public final class ArtifactClient implements Source {
  private final URI base;
  private final Supplier<SSLContext> tls;

  /**
   * @param address host:port
   * @param tls shows our credentials and believes the other role and nobody else, as {@code
   *     identity.Tls.context} makes it; asked for at each fetch
   */
  public ArtifactClient(String address, Supplier<SSLContext> tls) {
    this.base = URI.create("https://" + address + "/artifacts/");
    this.tls = tls;
    if (base.getHost() == null || base.getPort() < 0)
      throw new IllegalArgumentException("expected host:port, got " + address);
  }

  @Override
  public Optional<Bytes> fetch(Digest digest, int maxBytes) throws IOException {
    var octets = new ByteArrayOutputStream();
    HttpGet.Sink sink =
        (from, offset, length) -> {
          if (length > maxBytes - octets.size())
            throw new ArtifactException.TooLarge(digest, maxBytes);
          octets.write(from, offset, length);
        };
    return get(digest, sink) ? Optional.of(Bytes.wrap(octets.toByteArray())) : Optional.empty();
  }

  /**
   * Straight into a store, without the whole of it in memory.
   *
   * @return false when the other side does not have it
   */
  public boolean fetch(Digest digest, long maxBytes, ContentStore store) throws IOException {
    try (var incoming = store.receive(digest, maxBytes)) {
      if (!get(digest, incoming::write)) return false;
      incoming.commit();
      return true;
    }
  }

  private boolean get(Digest digest, HttpGet.Sink sink) throws IOException {
    var settings = FetchSettings.DEFAULT.withTls(tls.get()).withPlainHttp(Set.of());
    try (var http = new HttpGet(settings)) {
      var answer = http.get(base.resolve(digest.hex()), Map.of(), sink);
      return switch (answer.status()) {
        case 200 -> true;
        case 404 -> false;
        default -> throw HttpGet.refused("the artifact " + digest, answer);
      };
    }
  }
}
