package dev.windlass.head;

import dev.windlass.artifact.ArtifactSource;
import dev.windlass.artifact.ContentStore;
import dev.windlass.artifact.FetchSettings;
import dev.windlass.artifact.Fetcher;
import dev.windlass.artifact.OciReference;
import dev.windlass.artifact.PullSecret;
import dev.windlass.function.Digest;
import dev.windlass.operator.api.Function;
import java.io.IOException;
import java.util.Optional;

/**
 * Where the resource says that its module is, asked as anybody may: a head holds no pull secrets.
 */
final class OriginArtifacts implements ArtifactFinder.Place, AutoCloseable {
  private final Fetcher fetcher = new Fetcher(FetchSettings.DEFAULT);

  @Override
  public String name() {
    return "the source";
  }

  @Override
  public void bring(Function function, Digest artifact, ContentStore store) throws IOException {
    var source = source(function, artifact);
    if (source.isPresent()) fetcher.fetch(source.get(), artifact, PullSecret.NONE, store);
  }

  private static Optional<ArtifactSource> source(Function function, Digest artifact)
      throws IOException {
    var said = Optional.ofNullable(function.spec().source());
    var https = said.map(s -> s.https()).map(h -> h.url());
    var oci = said.map(s -> s.oci()).map(o -> o.reference());
    try {
      if (https.isPresent()) return Optional.of(ArtifactSource.Https.parse(https.get(), artifact));
      return oci.map(text -> new ArtifactSource.Oci(OciReference.parse(text), Optional.empty()));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    fetcher.close();
  }
}
