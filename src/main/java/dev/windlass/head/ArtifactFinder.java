package dev.windlass.head;

import dev.windlass.artifact.ArtifactException;
import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Digest;
import dev.windlass.operator.api.Function;
import java.io.IOException;
import java.util.List;

/**
 * Brings what a Function resource needs into the head's store: what is there already is read and
 * hashed again, the rest is asked of each place in turn. No place is trusted; the store takes only
 * what has the digest.
 */
final class ArtifactFinder {
  /** Where artifacts may be. */
  interface Place {
    /** In a sentence: asked of … */
    String name();

    /**
     * Puts it into the store if it is there.
     *
     * @throws IOException when it could not be asked, or gave other octets
     */
    void bring(Function function, Digest artifact, ContentStore store) throws IOException;
  }

  private final ContentStore store;
  private final List<Place> places;

  ArtifactFinder(ContentStore store, List<Place> places) {
    this.store = store;
    this.places = List.copyOf(places);
  }

  /**
   * @throws IOException when no place has it, with what each one said
   */
  void require(Function function, Digest artifact) throws IOException {
    if (isHere(artifact)) return;
    var said = new StringBuilder();
    for (var place : places) {
      try {
        place.bring(function, artifact, store);
        if (store.has(artifact)) return;
        said.append("; ").append(place.name()).append(" does not have it");
      } catch (IOException e) {
        said.append("; ").append(place.name()).append(": ").append(e.getMessage());
      }
    }
    throw new IOException("couldn't get " + artifact + said);
  }

  /** One that changed on the disk is fetched anew. */
  private boolean isHere(Digest artifact) throws IOException {
    try {
      return store.read(artifact).isPresent();
    } catch (ArtifactException.Corrupt _) {
      return false;
    }
  }
}
