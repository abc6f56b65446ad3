package dev.windlass.artifact;

import dev.windlass.artifact.FetchException.Kind;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One repository of one registry, as the OCI distribution specification has it, for one pull: it is
 * asked anonymously or with a login first, and again with what its 401 asks for. Nothing that it
 * says is believed: manifests and blobs are what their digests name. Used by one thread.
 */
final class Registry {
  private static final int MAX_TOKEN_ANSWER = 64 << 10;
  private static final int MAX_TOKEN = 16 << 10;

  private final HttpGet http;
  private final FetchSettings settings;
  private final OciReference reference;
  private final Optional<PullSecret.Login> login;
  private final String base;
  private @Nullable String authorization;

  Registry(HttpGet http, FetchSettings settings, OciReference reference, PullSecret secret) {
    this.http = http;
    this.settings = settings;
    this.reference = reference;
    this.login = secret.loginFor(reference);
    var scheme = settings.allowsPlain(reference.host()) ? "http" : "https";
    this.base = scheme + "://" + reference.host() + "/v2/" + reference.repository() + "/";
  }

  /** A module in this registry. */
  record Found(Digest manifest, OciManifest.Module module) {}

  /** Follows the reference, through an index if there is one, to the module's layer. */
  Found find() throws IOException {
    var first = manifest(reference.version(), reference.manifest());
    return switch (first.content()) {
      case OciManifest.Module module -> new Found(first.digest(), module);
      case OciManifest.Elsewhere(var named) -> {
        var second = manifest(named.toString(), Optional.of(named));
        if (second.content() instanceof OciManifest.Module module) yield new Found(named, module);
        throw new FetchException(Kind.NOT_WASM, "not a Wasm artifact: an index in an index");
      }
    };
  }

  /** Pours a blob; that it is the right one, the sink has to see to. */
  void blob(Digest digest, HttpGet.Sink sink) throws IOException {
    get("the module " + digest, "blobs/" + digest, "application/octet-stream", sink);
  }

  private record Document(Digest digest, OciManifest content) {}

  private Document manifest(String version, Optional<Digest> expected) throws IOException {
    var octets = new ByteArrayOutputStream();
    var answer =
        get(
            "the manifest of " + reference,
            "manifests/" + version,
            OciManifest.ACCEPT,
            bounded("a manifest", octets, OciManifest.MAX_BYTES));
    var document = Bytes.wrap(octets.toByteArray());
    var digest = Digest.of(document);
    var said = answer.header("Docker-Content-Digest");
    if (expected.isPresent() && !expected.get().equals(digest))
      throw mismatch(expected.get().toString(), digest, document.size());
    if (said.startsWith(Digest.PREFIX) && !said.equals(digest.toString()))
      throw mismatch(said, digest, document.size());
    return new Document(digest, OciManifest.parse(document, answer.header("Content-Type")));
  }

  private FetchException mismatch(String expected, Digest actual, int bytes) {
    return new FetchException(
        Kind.DIGEST_MISMATCH,
        "the manifest of "
            + reference
            + " should be "
            + expected
            + ", the "
            + bytes
            + " bytes received are "
            + actual);
  }

  private HttpGet.Answer get(String what, String path, String accept, HttpGet.Sink sink)
      throws IOException {
    var uri = URI.create(base + path);
    var answer = http.get(uri, headers(accept), sink);
    if (answer.status() == 401 && authorization == null) {
      authorization = authorize(what, answer);
      answer = http.get(uri, headers(accept), sink);
    }
    if (answer.status() != 200) throw refused(what, answer);
    return answer;
  }

  private FetchException refused(String what, HttpGet.Answer answer) {
    var refused = HttpGet.refused(what, answer);
    if (refused.kind() != Kind.DENIED) return refused;
    var hint =
        login.isPresent()
            ? "; the pull secret's login for it is not enough"
            : "; there is no login for it, or it does not exist";
    return new FetchException(Kind.DENIED, refused.getMessage() + hint);
  }

  private Map<String, String> headers(String accept) {
    var headers = new HashMap<>(Map.of("Accept", accept));
    if (authorization != null) headers.put("Authorization", authorization);
    return headers;
  }

  private String authorize(String what, HttpGet.Answer denied) throws IOException {
    for (var header : denied.headers().allValues("WWW-Authenticate")) {
      switch (Challenge.parse(header).orElse(null)) {
        case Challenge.Basic() -> {
          return login.orElseThrow(() -> refused(what, denied)).basic();
        }
        case Challenge.Bearer bearer -> {
          return "Bearer " + token(bearer);
        }
        case null -> {}
      }
    }
    throw refused(what, denied);
  }

  private String token(Challenge.Bearer challenge) throws IOException {
    var uri = realm(challenge);
    var octets = new ByteArrayOutputStream();
    Map<String, String> headers =
        login.map(l -> Map.of("Authorization", l.basic())).orElse(Map.of());
    var answer = http.get(uri, headers, bounded("a token", octets, MAX_TOKEN_ANSWER));
    if (answer.status() != 200) throw refused("a token for " + reference, answer);
    try {
      var at = Json.parse(octets.toByteArray(), Bounds.ofBytes(MAX_TOKEN_ANSWER)).at();
      var token = at.find("token").or(() -> at.find("access_token")).map(Located::text).orElse("");
      if (token.matches("[\\x21-\\x7e]{1," + MAX_TOKEN + "}")) return token;
      throw new FetchException(
          Kind.MALFORMED, HttpGet.shown(uri) + " gave no token, or no usable one");
    } catch (JsonException _) {
      throw new FetchException(Kind.MALFORMED, HttpGet.shown(uri) + " gave no JSON for a token");
    }
  }

  /** A login goes to the realm, so it must be asked as securely as the registry. */
  private URI realm(Challenge.Bearer challenge) throws FetchException {
    try {
      var realm = URI.create(challenge.realm());
      boolean plain = realm.getScheme() != null && realm.getScheme().equalsIgnoreCase("http");
      if (HttpGet.isHttp(realm) && (!plain || settings.allowsPlain(realm)))
        return URI.create(
            realm
                + (realm.getRawQuery() == null ? "?" : "&")
                + "service="
                + encoded(challenge.service())
                + "&scope="
                + encoded("repository:" + reference.repository() + ":pull"));
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw new FetchException(
        Kind.MALFORMED, reference.registry() + " names a token service that is no https URL");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpGet.Sink bounded(String what, ByteArrayOutputStream into, int most) {
    return (octets, offset, length) -> {
      if (length > most - into.size())
        throw new FetchException(
            Kind.TOO_LARGE, what + " of " + reference + " has more than " + most + " bytes");
      into.write(octets, offset, length);
    };
  }
}
