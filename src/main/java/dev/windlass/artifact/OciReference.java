package dev.windlass.artifact;

import dev.windlass.function.Digest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What follows {@code docker pull}: {@code [registry/]repository[:tag][@digest]}, with Docker's
 * defaults: no registry is {@code docker.io}, there one segment is below {@code library}, and
 * neither tag nor digest is the tag {@code latest}.
 *
 * @param registry host, and port where it has one
 * @param tag absent where only a digest is given
 * @param manifest the digest of the manifest, which then decides whatever the tag says
 */
public record OciReference(
    String registry, String repository, Optional<String> tag, Optional<Digest> manifest) {
  private static final int MAX_LENGTH = 512;
  private static final String DOCKER_HUB = "docker.io";

  private static final Pattern REGISTRY =
      Pattern.compile("(\\[[0-9a-fA-F:]{2,45}]|[a-zA-Z0-9.-]{1,253})(:[0-9]{1,5})?");
  private static final Pattern SEGMENT = Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*");
  private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}");

  public OciReference {
    if (!REGISTRY.matcher(registry).matches())
      throw new IllegalArgumentException("not a registry's host[:port]: " + registry);
    if (repository.length() > 255)
      throw new IllegalArgumentException(
          "a repository's name has at most 255 characters, not " + repository.length());
    for (var segment : repository.split("/", -1))
      if (!SEGMENT.matcher(segment).matches())
        throw new IllegalArgumentException(
            "not a repository of a-z, 0-9 and single . _ - between them: " + repository);
    tag.ifPresent(
        t -> {
          if (!TAG.matcher(t).matches())
            throw new IllegalArgumentException("not a tag of 1 to 128 of a-z, 0-9, . _ -: " + t);
        });
    if (tag.isEmpty() && manifest.isEmpty())
      throw new IllegalArgumentException(repository + " has neither a tag nor a digest");
  }

  public static OciReference parse(String text) {
    if (text.length() > MAX_LENGTH)
      throw new IllegalArgumentException(
          "a reference has at most " + MAX_LENGTH + " characters, not " + text.length());
    var rest = text.startsWith("oci://") ? text.substring("oci://".length()) : text;
    int at = rest.indexOf('@');
    Optional<Digest> manifest =
        at < 0 ? Optional.empty() : Optional.of(Digest.parse(rest.substring(at + 1)));
    if (at >= 0) rest = rest.substring(0, at);
    int slash = rest.indexOf('/');
    var first = slash < 0 ? "" : rest.substring(0, slash);
    boolean named = isRegistry(first);
    var registry = named ? first : DOCKER_HUB;
    if (named) rest = rest.substring(slash + 1);
    int colon = rest.lastIndexOf(':');
    Optional<String> tag = colon < 0 ? Optional.empty() : Optional.of(rest.substring(colon + 1));
    if (colon >= 0) rest = rest.substring(0, colon);
    if (registry.equals("index.docker.io")) registry = DOCKER_HUB;
    if (registry.equals(DOCKER_HUB) && rest.indexOf('/') < 0) rest = "library/" + rest;
    if (tag.isEmpty() && manifest.isEmpty()) tag = Optional.of("latest");
    return new OciReference(registry, rest, tag, manifest);
  }

  /** Where its API is; Docker Hub's is not where its name says. */
  public String host() {
    return registry.equals(DOCKER_HUB) ? "registry-1.docker.io" : registry;
  }

  /** What to ask the registry for. */
  String version() {
    return manifest.map(Digest::toString).or(() -> tag).orElseThrow();
  }

  /** A first segment is a host if it cannot be a part of a repository's name on Docker Hub. */
  private static boolean isRegistry(String first) {
    return first.indexOf('.') >= 0
        || first.indexOf(':') >= 0
        || first.equals("localhost")
        || first.startsWith("[");
  }

  @Override
  public String toString() {
    return registry
        + "/"
        + repository
        + tag.map(t -> ":" + t).orElse("")
        + manifest.map(m -> "@" + m).orElse("");
  }
}
