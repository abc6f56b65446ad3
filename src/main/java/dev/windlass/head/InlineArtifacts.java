package dev.windlass.head;

import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.operator.api.Function;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;

/** The resource itself, for what stands in it: a small module, a small archive of files. */
final class InlineArtifacts implements ArtifactFinder.Place {
  @Override
  public String name() {
    return "the resource";
  }

  @Override
  public void bring(Function function, Digest artifact, ContentStore store) throws IOException {
    var spec = function.spec();
    var module =
        Optional.ofNullable(spec.source()).map(s -> s.inline()).map(inline -> inline.module());
    var files = Optional.ofNullable(spec.files()).map(f -> f.inline());
    for (var text : Stream.of(module, files).flatMap(Optional::stream).toList()) {
      var octets = Bytes.wrap(decoded(text));
      if (Digest.of(octets).equals(artifact)) {
        store.put(octets);
        return;
      }
    }
  }

  private static byte[] decoded(String base64) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IOException("not base64: " + e.getMessage(), e);
    }
  }
}
