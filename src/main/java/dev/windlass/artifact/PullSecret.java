package dev.windlass.artifact;

import dev.windlass.function.Bytes;
import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import dev.windlass.json.JsonException;
import dev.windlass.json.Located;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Logins by registry, as {@code docker login} writes them and a Secret of type {@code
 * kubernetes.io/dockerconfigjson} holds them.
 */
public final class PullSecret {
  public static final PullSecret NONE = new PullSecret(Map.of());

  /** Of the file, and of its entries. */
  private static final Bounds BOUNDS = Bounds.ofBytes(1 << 20);

  private static final List<String> DOCKER_HUB =
      List.of("index.docker.io", "registry-1.docker.io", "docker.io");

  private final Map<String, Login> logins;

  private PullSecret(Map<String, Login> logins) {
    this.logins = Collections.unmodifiableMap(new TreeMap<>(logins));
  }

  /** A user and a password; a token of a robot account is such a password. */
  record Login(String user, String password) {
    /** The value of an {@code Authorization} header. */
    String basic() {
      var pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    @Override
    public String toString() {
      return "Login[" + user + ", password redacted]";
    }
  }

  /**
   * @throws IllegalArgumentException that says what is wrong and holds no part of a secret
   */
  public static PullSecret parse(Bytes dockerConfigJson) {
    try {
      var logins = new TreeMap<String, Login>();
      var auths = Json.parse(dockerConfigJson.unsafeArray(), BOUNDS).at().get("auths");
      auths.members().forEach((key, login) -> logins.put(normal(key), login(login)));
      return new PullSecret(logins);
    } catch (JsonException e) {
      throw new IllegalArgumentException("not a dockerconfigjson: " + e.getMessage(), e);
    }
  }

  /** The login for the longest matching entry: host, or host and the beginning of a path. */
  Optional<Login> loginFor(OciReference reference) {
    var hosts =
        DOCKER_HUB.contains(reference.registry()) ? DOCKER_HUB : List.of(reference.registry());
    var path = reference.repository();
    while (true) {
      for (var host : hosts) {
        var login = logins.get(path.isEmpty() ? host : host + "/" + path);
        if (login != null) return Optional.of(login);
      }
      if (path.isEmpty()) return Optional.empty();
      path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }
  }

  /** The registries it has logins for, for messages. */
  public List<String> registries() {
    return List.copyOf(logins.keySet());
  }

  private static String normal(String key) {
    var host = key.replaceFirst("^https?://", "").replaceFirst("/+$", "");
    return host.replaceFirst("/v[12]$", "");
  }

  private static Login login(Located at) {
    var pair = at.find("auth").map(PullSecret::decoded).orElse("");
    int colon = pair.indexOf(':');
    if (!pair.isEmpty() && colon < 0) throw at.get("auth").fail("has no user:password in it");
    var user = at.find("username").map(Located::text).orElse(pair.substring(0, Math.max(0, colon)));
    var password = at.find("password").map(Located::text).orElse(pair.substring(colon + 1));
    if (user.isEmpty() && password.isEmpty())
      throw at.fail("has neither auth, nor username and password");
    return new Login(user, password);
  }

  /** The decoder's own message would show a character of the secret. */
  private static String decoded(Located auth) {
    try {
      var octets = Base64.getDecoder().decode(auth.text().strip());
      return new String(octets, StandardCharsets.UTF_8).replaceFirst("\0+$", "");
    } catch (JsonException e) {
      throw e;
    } catch (IllegalArgumentException _) {
      throw auth.fail("is not base64");
    }
  }

  @Override
  public String toString() {
    return "PullSecret" + logins.keySet();
  }
}
