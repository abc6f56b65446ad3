package dev.windlass.registrar;

import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.RootsPem;
import dev.windlass.identity.Surroundings;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The authority in its Secret, and its roots in the ConfigMaps; written by the leader only. */
final class ClusterAuthority {
  private static final System.Logger LOG = System.getLogger(ClusterAuthority.class.getName());

  private final ClusterKeyStore store;
  private final String namespace;
  private final Duration propagation;
  private final Surroundings around;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private volatile CertificateAuthority authority;

  /** These two are guarded by this. */
  private String version;

  private List<X509Certificate> told = List.of();

  ClusterAuthority(
      ClusterKeyStore store,
      ClusterRegistrarSettings settings,
      ClusterKeys keys,
      Surroundings around) {
    this.store = store;
    this.namespace = settings.namespace();
    this.propagation = settings.times().propagation();
    this.around = around;
    this.authority = keys.authority();
    this.version = keys.authorityVersion();
  }

  CertificateAuthority current() {
    return authority;
  }

  String roots() {
    return RootsPem.text(authority.roots());
  }

  void onRoots(Consumer<String> listener) {
    listeners.add(listener);
  }

  /** Another leader may have gone on since we read it. */
  synchronized void read(ClusterKeys keys) {
    authority = keys.authority();
    version = keys.authorityVersion();
  }

  /**
   * One step of a rotation, and the roots to everybody.
   *
   * @param namespaces where pods are told of the roots, beside our own
   */
  synchronized void step(Set<String> namespaces) throws IOException {
    publish();
    var next =
        RootRotation.next(
            authority,
            store.supplied(),
            isKnown(namespaces),
            around.clock().instant(),
            propagation);
    switch (next) {
      case RootRotation.Step.Rest _ -> {}
      case RootRotation.Step.Write(var changed, var what) -> {
        version = store.save(changed, version);
        authority = changed;
        LOG.log(Level.INFO, "authority of {0}: {1}", changed.trustDomain(), what);
        publish();
      }
    }
  }

  private void publish() throws IOException {
    var roots = authority.roots();
    store.publish(roots);
    if (roots.equals(told)) return;
    told = roots;
    listeners.forEach(l -> l.accept(RootsPem.text(roots)));
  }

  private boolean isKnown(Set<String> namespaces) throws IOException {
    var roots = authority.roots();
    for (var other : namespaces) if (!store.isPublished(other, roots)) return false;
    return store.isPublished(namespace, roots);
  }
}
