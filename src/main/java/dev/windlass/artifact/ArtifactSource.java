package dev.windlass.artifact;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.net.URI;
import java.util.Optional;

/** Where a function says that its module is. */
public sealed interface ArtifactSource {
  /** What the module must be, where the function says so itself. */
  Optional<Digest> digest();

  /** The bytes themselves. */
  record Inline(Bytes octets, Optional<Digest> digest) implements ArtifactSource {
    @Override
    public String toString() {
      return "inline, " + octets.size() + " bytes";
    }
  }

  /** A file behind a URL, which may change: so its digest is required. */
  record Https(URI url, Digest expected) implements ArtifactSource {
    public static final int MAX_URL = 2048;

    /**
     * @throws IllegalArgumentException unless it is an https URL of a host, without a user
     */
    public Https {
      if (url.toString().length() > MAX_URL)
        throw new IllegalArgumentException(
            "a URL has at most " + MAX_URL + " characters, not " + url.toString().length());
      if (!HttpGet.isHttp(url))
        throw new IllegalArgumentException(
            "not a URL of the form https://host[:port]/path: " + HttpGet.shown(url));
    }

    public static Https parse(String url, Digest expected) {
      try {
        return new Https(URI.create(url), expected);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("source.https.url: " + e.getMessage(), e);
      }
    }

    @Override
    public Optional<Digest> digest() {
      return Optional.of(expected);
    }

    @Override
    public String toString() {
      return HttpGet.shown(url);
    }
  }

  /** A Wasm artifact in a registry. */
  record Oci(OciReference reference, Optional<Digest> digest) implements ArtifactSource {
    @Override
    public String toString() {
      return reference.toString();
    }
  }
}
