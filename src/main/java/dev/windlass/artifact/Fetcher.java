package dev.windlass.artifact;

import dev.windlass.artifact.ArtifactSource.Https;
import dev.windlass.artifact.ArtifactSource.Inline;
import dev.windlass.artifact.ArtifactSource.Oci;
import dev.windlass.artifact.FetchException.Kind;
import dev.windlass.function.Digest;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Brings what an {@link ArtifactSource} names into a {@link ContentStore}. No source is trusted:
 * what is in the store afterwards is what its digest names. Blocking, for any thread; neither
 * retries nor remembers.
 */
public final class Fetcher implements AutoCloseable {
  private final FetchSettings settings;
  private final HttpGet http;

  public Fetcher(FetchSettings settings) {
    this.settings = settings;
    this.http = new HttpGet(settings);
  }

  /**
   * A module in the store.
   *
   * @param manifest of the artifact in its registry, for what came from one
   */
  public record Fetched(Digest module, long bytes, Optional<Digest> manifest) {}

  /**
   * Finds out what the source names now, and gets it unless the store has it.
   *
   * @throws FetchException with the reason
   * @throws IOException when the store is to blame
   */
  public Fetched fetch(ArtifactSource source, PullSecret secret, ContentStore store)
      throws IOException {
    return switch (source) {
      case Inline inline -> new Fetched(inline(inline, store), inline.octets().size(), NONE);
      case Https https ->
          new Fetched(https.expected(), https(https.url(), https.expected(), store), NONE);
      case Oci oci -> {
        var registry = new Registry(http, settings, oci.reference(), secret);
        var found = registry.find();
        var module = found.module();
        requireExpected(oci, module.digest());
        if (module.bytes() > settings.moduleBytes()) throw tooLarge(module.bytes());
        long bytes = blob(registry, module.digest(), store);
        yield new Fetched(module.digest(), bytes, Optional.of(found.manifest()));
      }
    };
  }

  /** Gets a module that was found before, whatever the source would name now. */
  public void fetch(ArtifactSource source, Digest module, PullSecret secret, ContentStore store)
      throws IOException {
    switch (source) {
      case Inline inline -> {
        var found = inline(inline, store);
        if (!found.equals(module)) throw mismatch(module, found, inline.octets().size());
      }
      case Https https -> https(https.url(), module, store);
      case Oci oci -> blob(new Registry(http, settings, oci.reference(), secret), module, store);
    }
  }

  @Override
  public void close() {
    http.close();
  }

  private static final Optional<Digest> NONE = Optional.empty();

  private Digest inline(Inline inline, ContentStore store) throws IOException {
    if (inline.octets().size() > settings.moduleBytes()) throw tooLarge(inline.octets().size());
    var digest = Digest.of(inline.octets());
    if (inline.digest().isPresent() && !inline.digest().get().equals(digest))
      throw mismatch(inline.digest().get(), digest, inline.octets().size());
    return store.put(inline.octets());
  }

  private long https(URI url, Digest module, ContentStore store) throws IOException {
    var there = store.size(module);
    if (there.isPresent()) return there.get();
    return into(
        store,
        module,
        sink -> {
          var answer = http.get(url, Map.of("Accept", "application/wasm, */*;q=0.5"), sink);
          if (answer.status() != 200) throw HttpGet.refused("the module", answer);
        });
  }

  private long blob(Registry registry, Digest module, ContentStore store) throws IOException {
    var there = store.size(module);
    if (there.isPresent()) return there.get();
    return into(store, module, sink -> registry.blob(module, sink));
  }

  private interface Download {
    void pour(HttpGet.Sink sink) throws IOException;
  }

  private long into(ContentStore store, Digest module, Download download) throws IOException {
    try (var incoming = store.receive(module, settings.moduleBytes())) {
      download.pour(incoming::write);
      return incoming.commit();
    } catch (ArtifactException.DigestMismatch e) {
      throw new FetchException(Kind.DIGEST_MISMATCH, String.valueOf(e.getMessage()), e);
    } catch (ArtifactException.TooLarge e) {
      throw new FetchException(Kind.TOO_LARGE, String.valueOf(e.getMessage()), e);
    }
  }

  private static void requireExpected(Oci oci, Digest found) throws FetchException {
    if (oci.digest().isPresent() && !oci.digest().get().equals(found))
      throw new FetchException(
          Kind.DIGEST_MISMATCH,
          "expected " + oci.digest().get() + ", the layer of " + oci.reference() + " is " + found);
  }

  private FetchException tooLarge(long bytes) {
    return new FetchException(
        Kind.TOO_LARGE,
        "the module has " + bytes + " bytes, at most " + settings.moduleBytes() + " are taken");
  }

  private static FetchException mismatch(Digest expected, Digest actual, int bytes) {
    return new FetchException(
        Kind.DIGEST_MISMATCH,
        "expected " + expected + ", the " + bytes + " bytes given are " + actual);
  }
}
