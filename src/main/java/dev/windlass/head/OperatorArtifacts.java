package dev.windlass.head;

import dev.windlass.artifact.ArtifactClient;
import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Digest;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Tls;
import dev.windlass.operator.api.Function;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The operator's artifact service: what it fetched with the pull secrets that only it may read.
 * Both sides show certificates.
 */
final class OperatorArtifacts implements ArtifactFinder.Place {
  /** The leader of the operators is the registrar as well. */
  private static final Set<String> ROLES = Set.of(SpiffeId.REGISTRAR, "operator");

  private final CompletableFuture<CredentialSource> identity;
  private final ArtifactClient client;
  private final int maxBytes;

  /**
   * @param address host:port
   * @param identity of this head; while it has none nobody is asked
   */
  OperatorArtifacts(
      String address,
      CompletableFuture<CredentialSource> identity,
      int maxBytes,
      InstantSource clock) {
    this.identity = identity;
    this.maxBytes = maxBytes;
    this.client =
        new ArtifactClient(
            address,
            () -> {
              var own = identity.join();
              var operators = PeerVerifier.of(own, id -> ROLES.contains(id.role()), clock);
              return Tls.context(own, operators);
            });
  }

  @Override
  public String name() {
    return "the operator";
  }

  @Override
  public void bring(Function function, Digest artifact, ContentStore store) throws IOException {
    if (identity.isCompletedExceptionally() || !identity.isDone())
      throw new IOException("this head has no identity yet");
    client.fetch(artifact, maxBytes, store);
  }
}
