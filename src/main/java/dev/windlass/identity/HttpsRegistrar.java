package dev.windlass.identity;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The registrar over HTTPS. Before it has credentials, the joiner believes only a server whose
 * authority its token pins; that is decided in the handshake, before a request is written. A join
 * is one connection, because handshakes are most of what it costs; so is each renewal.
 */
final class HttpsRegistrar implements RegistrarPort, AttestPort, AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int MAX_ANSWER = 64 << 10;

  private final URI base;
  private final HttpClient joining;
  private final InstantSource clock;

  /**
   * @param host name or address; an IPv6 address in brackets
   */
  HttpsRegistrar(String host, JoinToken token, InstantSource clock) {
    this(host + ":" + token.port(), Tls.contextPinned(token, clock), clock);
  }

  private HttpsRegistrar(String authority, SSLContext joiners, InstantSource clock) {
    this.base = URI.create("https://" + authority + "/");
    this.joining = client(joiners);
    this.clock = clock;
  }

  /**
   * For one who has no credentials but knows the roots.
   *
   * @param authority {@code host:port}
   */
  static HttpsRegistrar under(TrustedRoots roots, String authority, InstantSource clock) {
    return new HttpsRegistrar(authority, Tls.contextUnder(roots::current, clock), clock);
  }

  @Override
  public byte[] challenge() throws IOException, EnrolmentRefusedException {
    return challenge("challenge");
  }

  @Override
  public byte[] attestChallenge() throws IOException, EnrolmentRefusedException {
    return challenge("attest/challenge");
  }

  private byte[] challenge(String path) throws IOException, EnrolmentRefusedException {
    var body = Json.object().put("v", 1).build();
    var answer = post(joining, path, body).at();
    try {
      var nonce = answer.only("v", "nonce").get("nonce").as(Base64.getDecoder()::decode);
      if (nonce.length == JoinRequest.NONCE_BYTES) return nonce;
      throw new IOException("the registrar's nonce has " + nonce.length + " octets, expected 32");
    } catch (IllegalArgumentException e) {
      throw new IOException("the registrar's answer to /" + path + ": " + e.getMessage(), e);
    }
  }

  /** 401 is about a token or nonce, of which the next may be good. */
  @Override
  public Grant attest(AttestRequest request) throws IOException, EnrolmentRefusedException {
    try {
      return grant(post(joining, "attest", request.json()));
    } catch (UnauthorizedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public Grant join(JoinRequest request) throws IOException, EnrolmentRefusedException {
    return grant(post(joining, "join", request.json()));
  }

  @Override
  public Grant renew(CredentialSource own, byte[] csr)
      throws IOException, EnrolmentRefusedException {
    var registrars = PeerVerifier.of(own, id -> id.role().equals(SpiffeId.REGISTRAR), clock);
    try (var renewing = client(Tls.context(own, registrars))) {
      var answer = post(renewing, "renew", RenewRequest.json(csr));
      renewing.shutdownNow();
      return grant(answer);
    }
  }

  /** Ends the connection of the join. Renewals go on. */
  @Override
  public void close() {
    joining.shutdownNow();
    joining.close();
  }

  private static Grant grant(Json answer) throws IOException {
    try {
      return Grant.parse(answer);
    } catch (IllegalArgumentException e) {
      throw new IOException("the registrar's grant: " + e.getMessage(), e);
    }
  }

  private static HttpClient client(SSLContext tls) {
    var parameters = new SSLParameters();
    parameters.setProtocols(new String[] {Tls.PROTOCOL});
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(TIMEOUT)
        .sslContext(tls)
        .sslParameters(parameters)
        .build();
  }

  private Json post(HttpClient client, String path, Json body)
      throws IOException, EnrolmentRefusedException {
    var uri = base.resolve(path);
    var request =
        HttpRequest.newBuilder(uri)
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body.canonical()))
            .build();
    try {
      var bounded = BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER);
      var response = client.send(request, bounded);
      return answer(uri, response);
    } catch (SSLHandshakeException e) {
      for (Throwable why = e; why != null; why = why.getCause()) {
        if (why instanceof CertificateException) throw notBelieved(uri, why);
      }
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking " + uri);
    }
  }

  private static IOException notBelieved(URI uri, Throwable why) {
    var e =
        new SSLPeerUnverifiedException(
            "the registrar at " + uri.getAuthority() + " is not believed: " + why.getMessage());
    e.initCause(why);
    return e;
  }

  private static Json answer(URI uri, HttpResponse<byte[]> response)
      throws IOException, EnrolmentRefusedException {
    int status = response.statusCode();
    Json json;
    try {
      json = Json.parse(response.body(), Bounds.ofBytes(MAX_ANSWER));
    } catch (IllegalArgumentException e) {
      throw new IOException(uri + " answered " + status + " without JSON: " + e.getMessage(), e);
    }
    if (status == 200) return json;
    var why = uri.getPath() + " answered " + status + ": " + detail(json);
    if (status == 503 || status == 429)
      throw new RegistrarBusyException(why, retryAfter(response.headers()));
    boolean again = status >= 500 || status == 408 || status == 429;
    if (again) throw new IOException(why);
    if (status == 401) throw new UnauthorizedException(why);
    throw new EnrolmentRefusedException(why);
  }

  /** Seconds, within reason; zero where it is anything else. */
  private static Duration retryAfter(HttpHeaders headers) {
    var text = headers.firstValue("Retry-After").orElse("");
    return text.matches("[0-9]{1,2}") ? Duration.ofSeconds(Integer.parseInt(text)) : Duration.ZERO;
  }

  private static String detail(Json problem) {
    try {
      return problem.at().get("detail").text();
    } catch (IllegalArgumentException e) {
      return "no detail";
    }
  }
}
