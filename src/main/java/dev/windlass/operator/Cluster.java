package dev.windlass.operator;

import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Optional;
import java.util.Set;

/**
 * Writes that may be done twice. What is there already, gone already, or going with its namespace
 * is as good as done; everything else is for the caller to try again.
 */
final class Cluster {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final Set<Integer> REFUSALS = Set.of(400, FORBIDDEN, 422);

  private final KubernetesClient client;
  private final String manager;

  /** How the API server says that a CRD has no such field; it answers 500 then. */
  private static final String UNKNOWN_FIELD = "field not declared in schema";

  /**
   * @param manager of the fields that are applied
   */
  Cluster(KubernetesClient client, String manager) {
    this.client = client;
    this.manager = manager;
  }

  KubernetesClient client() {
    return client;
  }

  /** For objects that are ours: whatever else somebody wrote into our fields goes. */
  <T extends HasMetadata> Optional<T> apply(T object) {
    try {
      return Optional.of(
          client.resource(object).fieldManager(manager).forceConflicts().serverSideApply());
    } catch (KubernetesClientException e) {
      return unlessGoing(e);
    }
  }

  /** The part of a status that is ours; of an object that is not there any more, nothing. */
  <T extends HasMetadata> Optional<T> applyStatus(T object) {
    try {
      return Optional.of(
          client
              .resource(object)
              .subresource("status")
              .patch(
                  new PatchContext.Builder()
                      .withPatchType(PatchType.SERVER_SIDE_APPLY)
                      .withFieldManager(manager)
                      .withForce(true)
                      .build()));
    } catch (KubernetesClientException e) {
      if (e.getCode() == NOT_FOUND) return Optional.empty();
      if (words(e).contains(UNKNOWN_FIELD)) throw new IllegalStateException(olderCrd(object, e), e);
      return unlessGoing(e);
    }
  }

  private static String olderCrd(HasMetadata object, KubernetesClientException e) {
    return ("the CRD %s is older than this operator (%s): upgrade it, by the chart with"
            + " crds.enabled=true or from k8s/crds")
        .formatted(
            HasMetadata.getFullResourceName(object.getClass()),
            words(e).replaceFirst(".*: (\\S+: " + UNKNOWN_FIELD + ")$", "$1"));
  }

  /** Empty if one of this name is there. */
  <T extends HasMetadata> Optional<T> create(T object) {
    try {
      return Optional.of(client.resource(object).create());
    } catch (KubernetesClientException e) {
      if (e.getCode() == CONFLICT) return Optional.empty();
      return unlessGoing(e);
    }
  }

  /** That an object of the same name, made since, stays. */
  static DeleteOptions only(String uid) {
    return new DeleteOptionsBuilder()
        .withNewPreconditions()
        .withUid(uid)
        .endPreconditions()
        .build();
  }

  /** False if another object, or none, has this name now. */
  boolean delete(Class<? extends HasMetadata> kind, String namespace, String name, String uid) {
    try {
      client.raw(path(kind, namespace, name), "DELETE", only(uid));
      return true;
    } catch (KubernetesClientException e) {
      if (isGone(e)) return false;
      throw e;
    }
  }

  /**
   * A strategic merge; one that names a uid is for that object only.
   *
   * @param named of whom namespace and name count
   * @param subresource empty: the object itself
   */
  <T extends HasMetadata> Optional<T> patch(T named, String subresource, String patch) {
    try {
      var object = client.resource(named); // not by its name: that would read it first
      var how =
          new PatchContext.Builder()
              .withPatchType(PatchType.STRATEGIC_MERGE)
              .withFieldManager(manager)
              .build();
      return Optional.of(
          subresource.isEmpty()
              ? object.patch(how, patch)
              : object.subresource(subresource).patch(how, patch));
    } catch (KubernetesClientException e) {
      if (isGone(e)) return Optional.empty();
      throw e;
    }
  }

  /** The object is gone, or another one has its name. */
  static boolean isGone(KubernetesClientException e) {
    return e.getCode() == NOT_FOUND || e.getCode() == CONFLICT;
  }

  String json(Object value) {
    return client.getKubernetesSerialization().asJson(value);
  }

  <T> T copy(T object) {
    return client.getKubernetesSerialization().clone(object);
  }

  /** The API server will never have it as it is; its words say why. */
  static boolean isRefusal(KubernetesClientException e) {
    return REFUSALS.contains(e.getCode());
  }

  /** Why it does not do it, without the URL and the headers around it. */
  static String words(KubernetesClientException e) {
    var status = e.getStatus();
    return status == null || status.getMessage() == null
        ? String.valueOf(e.getMessage())
        : status.getMessage();
  }

  private static <T> Optional<T> unlessGoing(KubernetesClientException e) {
    boolean going =
        e.getCode() == NOT_FOUND
            || e.getCode() == FORBIDDEN
                && String.valueOf(e.getMessage()).contains("being terminated");
    if (going) return Optional.empty();
    throw e;
  }

  static String path(Class<? extends HasMetadata> kind, String namespace, String name) {
    var version = HasMetadata.getApiVersion(kind);
    var root = version.indexOf('/') < 0 ? "/api/" : "/apis/";
    return root
        + version
        + "/namespaces/"
        + namespace
        + "/"
        + HasMetadata.getPlural(kind)
        + "/"
        + name;
  }
}
