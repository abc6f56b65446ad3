package dev.windlass.operator.plan;

/**
 * What all worker pods of an installation share.
 *
 * @param instance the release, for {@code app.kubernetes.io/instance}
 * @param namespace of the release; its trust ConfigMap is the registrar's, not the pool's
 * @param pullPolicy empty leaves it to the API server
 * @param heads host and port that resolves to every head
 * @param registrar host and port
 * @param trustConfigMap name of the ConfigMap with the roots, in each pool's namespace
 * @param roots certificates of the authority, PEM
 * @param zoneLabel the node label that tells zones apart
 */
public record WorkerSettings(
    String instance,
    String namespace,
    String image,
    String pullPolicy,
    String heads,
    String registrar,
    String trustConfigMap,
    String roots,
    String zoneLabel) {
  public WorkerSettings {
    require("instance", instance);
    require("image", image);
    require("heads", heads);
    require("registrar", registrar);
    require("trustConfigMap", trustConfigMap);
    require("zoneLabel", zoneLabel);
  }

  private static void require(String what, String value) {
    if (value.isBlank()) throw new IllegalArgumentException("worker pods need " + what);
  }
}
