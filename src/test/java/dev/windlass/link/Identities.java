package dev.windlass.link;

import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Credentials;
import dev.windlass.identity.SpiffeId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** One authority for tests; its clock is set for each leaf, which so ends when a test wants. */
final class Identities {
  static final String DOMAIN = "test.windlass";
  static final SpiffeId HEAD = id(SpiffeId.HEAD, "head-1");

  private Instant clock = Instant.now().minus(Duration.ofDays(2));
  private final CertificateAuthority authority =
      CertificateAuthority.create(DOMAIN, () -> clock, new SecureRandom());

  static SpiffeId id(String role, String name) {
    return new SpiffeId(DOMAIN, "test", role, name);
  }

  static SpiffeId worker(String name) {
    return id(SpiffeId.WORKER, name);
  }

  Source of(SpiffeId id) {
    return new Source(endingIn(id, Duration.ofMinutes(50)));
  }

  /** A leaf that ends so long from now; before now if that is negative. */
  Credentials endingIn(SpiffeId id, Duration rest) {
    clock = Instant.now().plus(rest).minus(CertificateAuthority.LEAF_LIFE);
    return authority.credentials(id);
  }

  /** Credentials that a test renews. */
  static final class Source implements CredentialSource {
    private volatile Credentials current;
    private final List<Consumer<Credentials>> listeners = new CopyOnWriteArrayList<>();

    Source(Credentials first) {
      current = first;
    }

    @Override
    public Credentials current() {
      return current;
    }

    @Override
    public void onRenewal(Consumer<Credentials> listener) {
      listeners.add(listener);
    }

    void renew(Credentials next) {
      current = next;
      listeners.forEach(listener -> listener.accept(next));
    }
  }
}
