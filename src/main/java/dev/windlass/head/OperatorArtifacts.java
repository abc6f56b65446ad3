package dev.windlass.head;

import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Digest;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Tls;
import dev.windlass.operator.api.Function;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLParameters;

/**
 * The operator's artifact service: what it fetched with the pull secrets that only it may read.
 * Both sides show certificates. A connection each: they are few, and certificates change.
 */
final class OperatorArtifacts implements ArtifactFinder.Place {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration WHOLE = Duration.ofMinutes(2);

  /** The leader of the operators is the registrar as well. */
  private static final Set<String> ROLES = Set.of(SpiffeId.REGISTRAR, "operator");

  private final String address;
  private final CompletableFuture<CredentialSource> identity;
  private final int maxBytes;
  private final InstantSource clock;

  /**
   * @param address host:port
   * @param identity of this head; while it has none nobody is asked
   */
  OperatorArtifacts(
      String address,
      CompletableFuture<CredentialSource> identity,
      int maxBytes,
      InstantSource clock) {
    this.address = address;
    this.identity = identity;
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "the operator";
  }

  @Override
  public void bring(Function function, Digest artifact, ContentStore store) throws IOException {
    if (identity.isCompletedExceptionally() || !identity.isDone())
      throw new IOException("this head has no identity yet");
    var uri = URI.create("https://" + address + "/artifacts/" + artifact.hex());
    var request = HttpRequest.newBuilder(uri).timeout(WHOLE).GET().build();
    try (var client = client(identity.join())) {
      var response = client.send(request, BodyHandlers.ofInputStream());
      try (var body = response.body()) {
        if (response.statusCode() == 200) store.put(artifact, body, maxBytes);
        else if (response.statusCode() != 404)
          throw new IOException(uri + " answered " + response.statusCode());
      } finally {
        client.shutdownNow();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + uri + " was asked");
    }
  }

  private HttpClient client(CredentialSource own) {
    var parameters = new SSLParameters();
    parameters.setProtocols(new String[] {Tls.PROTOCOL});
    var operators = PeerVerifier.of(own, id -> ROLES.contains(id.role()), clock);
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT)
        .sslContext(Tls.context(own, operators))
        .sslParameters(parameters)
        .build();
  }
}
