package dev.windlass.registrar;

import dev.windlass.identity.AuthorityFile;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.RootsPem;
import dev.windlass.identity.SuppliedRoot;
import dev.windlass.identity.Surroundings;
import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The Secrets and ConfigMaps with a release's keys. Two operators may start at one time: who is
 * second to create an object reads what the first has made.
 */
final class ClusterKeyStore {
  private static final System.Logger LOG = System.getLogger(ClusterKeyStore.class.getName());
  private static final String ROOTS = "roots.pem";
  private static final int TRIES = 5;

  private final KubernetesClient client;
  private final ClusterRegistrarSettings settings;
  private final Surroundings around;

  /** The Secret with {@code authority.pem}, as {@link #bootstrap} found it. */
  private volatile String holder;

  ClusterKeyStore(KubernetesClient client, ClusterRegistrarSettings settings, Surroundings around) {
    this.client = client;
    this.settings = settings;
    this.around = around;
    this.holder = settings.authoritySecret();
  }

  /**
   * Makes what is missing and reads all.
   *
   * @throws IOException if something is broken, with its place; or the API server says no
   */
  ClusterKeys bootstrap() throws IOException {
    for (int i = 1; i <= TRIES; i++) {
      try {
        var secrets = secrets();
        var missing = KeyPlan.missing(settings, members(secrets), around);
        if (missing.isEmpty()) return published(secrets);
        for (var added : missing) add(added, Optional.ofNullable(secrets.get(added.secret())));
      } catch (KubernetesClientException e) {
        // A connection that ended: nobody knows whether it was written, so it is read again.
        boolean unanswered = e.getCode() <= 0;
        if (!unanswered || i == TRIES) throw failed("make the keys of " + settings.namespace(), e);
      }
    }
    throw new IOException(
        "keys of " + settings.namespace() + " are still missing after being made");
  }

  /**
   * Replaces the authority.
   *
   * @return the Secret's new version
   * @throws IOException also if somebody else has written the Secret since {@code version}
   */
  String save(CertificateAuthority authority, String version) throws IOException {
    var name = holder;
    try {
      var secret = client.secrets().inNamespace(settings.namespace()).withName(name).get();
      if (secret == null) throw new IOException("the Secret " + name + " is gone");
      var data = new HashMap<>(secret.getData());
      data.put(KeyPlan.AUTHORITY, base64(AuthorityFile.text(authority)));
      var replaced =
          new SecretBuilder(secret)
              .withData(data)
              .editMetadata()
              .withResourceVersion(version)
              .endMetadata()
              .build();
      return client.resource(replaced).update().getMetadata().getResourceVersion();
    } catch (KubernetesClientException e) {
      throw failed("write the authority to the Secret " + name, e);
    }
  }

  /**
   * The root that the user makes and renews, as it is now.
   *
   * @throws IOException if it is not one that we can use, or the API server says no
   */
  Optional<SuppliedRoot> supplied() throws IOException {
    var users = settings.authoritySecret();
    if (holder.equals(users)) return Optional.empty();
    try {
      var secret = client.secrets().inNamespace(settings.namespace()).withName(users).get();
      if (secret == null) throw new IOException("the Secret " + users + " is gone");
      return KeyPlan.supplied(settings, members(Map.of(users, secret)), around);
    } catch (KubernetesClientException e) {
      throw failed("read the authority in the Secret " + users, e);
    }
  }

  /** Makes the roots known in the namespace of the release. */
  void publish(List<X509Certificate> roots) throws IOException {
    try {
      apply(settings.trustConfigMap(), Map.of(ROOTS, RootsPem.text(roots)));
    } catch (KubernetesClientException e) {
      throw failed("write the roots to the ConfigMap " + settings.trustConfigMap(), e);
    }
  }

  /** Whether a namespace's pods are told of these roots, or of none at all. */
  boolean isPublished(String namespace, List<X509Certificate> roots) throws IOException {
    try {
      var map =
          client.configMaps().inNamespace(namespace).withName(settings.trustConfigMap()).get();
      if (map == null || map.getData() == null) return true;
      return RootsPem.text(roots).equals(map.getData().get(ROOTS));
    } catch (KubernetesClientException e) {
      throw failed("read the ConfigMap " + namespace + "/" + settings.trustConfigMap(), e);
    }
  }

  private ClusterKeys published(Map<String, Secret> secrets) throws IOException {
    var members = members(secrets);
    holder = KeyPlan.holder(settings, members);
    var version = secrets.get(holder).getMetadata().getResourceVersion();
    var keys = KeyPlan.read(settings, members, version, around);
    if (keys.policy().isPresent())
      apply(settings.policyConfigMap(), KeyPlan.policyMembers(keys.policy().get(), keys.entries()));
    return keys;
  }

  private Map<String, Secret> secrets() {
    var names =
        List.of(
            settings.authoritySecret(),
            settings.ownAuthoritySecret(),
            settings.entriesSecret(),
            settings.operatorSecret(),
            settings.logSecret(),
            settings.witnessSecret());
    var found = new HashMap<String, Secret>();
    for (var name : new TreeSet<>(names)) {
      var secret = client.secrets().inNamespace(settings.namespace()).withName(name).get();
      if (secret != null) found.put(name, secret);
    }
    return found;
  }

  private static Map<String, Map<String, String>> members(Map<String, Secret> secrets) {
    var all = new HashMap<String, Map<String, String>>();
    secrets.forEach(
        (name, secret) -> {
          var members = new HashMap<String, String>();
          if (secret.getData() != null)
            secret
                .getData()
                .forEach(
                    (key, value) ->
                        members.put(key, KeyPlan.text(Base64.getDecoder().decode(value))));
          all.put(name, members);
        });
    return all;
  }

  /** Who comes second finds that it exists, or that it has changed, and reads it again. */
  private void add(KeyPlan.Added added, Optional<Secret> known) {
    var data = new HashMap<String, String>();
    known.map(Secret::getData).ifPresent(data::putAll);
    added.members().forEach((key, text) -> data.put(key, base64(text)));
    try {
      if (known.isPresent()) {
        client.resource(new SecretBuilder(known.get()).withData(data).build()).update();
      } else {
        var secret =
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(settings.namespace())
                .withName(added.secret())
                .withLabels(labels())
                .endMetadata()
                .withData(data)
                .build();
        client.resource(secret).create();
      }
      LOG.log(
          Level.INFO, "made keys secret={0} keys={1}", added.secret(), added.members().keySet());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) throw e;
    }
  }

  /** One that the user has made, without our label, stays as it is. */
  private void apply(String name, Map<String, String> data) {
    var known = client.configMaps().inNamespace(settings.namespace()).withName(name).get();
    if (known != null && data.equals(known.getData())) return;
    if (known != null && !isOurs(known)) return;
    var map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(settings.namespace())
            .withName(name)
            .withLabels(labels())
            .endMetadata()
            .withData(new HashMap<>(data))
            .build();
    client
        .resource(map)
        .fieldManager(ApiNames.REGISTRAR_MANAGER)
        .forceConflicts()
        .serverSideApply();
  }

  private static boolean isOurs(ConfigMap map) {
    var labels = map.getMetadata().getLabels();
    return labels != null
        && ApiNames.OPERATOR_MANAGER.equals(labels.get(ApiNames.APP_MANAGED_BY_LABEL));
  }

  private Map<String, String> labels() {
    return Map.of(
        ApiNames.APP_NAME_LABEL,
        "windlass",
        ApiNames.APP_INSTANCE_LABEL,
        settings.name(),
        ApiNames.APP_COMPONENT_LABEL,
        "keys",
        ApiNames.APP_MANAGED_BY_LABEL,
        ApiNames.OPERATOR_MANAGER);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static IOException failed(String what, KubernetesClientException e) {
    return new IOException("couldn't " + what + ": " + e.getMessage(), e);
  }
}
