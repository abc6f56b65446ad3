package dev.windlass.head;

import dev.windlass.identity.SpiffeId;
import dev.windlass.placement.Standing;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.TrustFile;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The workers that the cluster vouches for, each under the identity that its registrar wrote down.
 * A result key counts while its Worker resource exists, is not revoked and has not expired, and,
 * where there is a log, stands in it. What a worker says of itself never gets in here.
 *
 * <p>While the API server is away everything stays as it was heard last; what expires, expires.
 */
public final class WorkerRegister implements WorkerKeys {
  /** A run that is placed now must be verified before its worker's key ends. */
  static final Duration MARGIN = Duration.ofMinutes(7);

  /** A Worker resource. */
  record Resource(String namespace, String name) {
    @Override
    public String toString() {
      return namespace + "/" + name;
    }
  }

  /**
   * @param registerIndex of the log entry with its certificate; absent while there is none
   * @param draining nothing more is to be placed on it
   */
  record Vouched(
      SpiffeId id,
      Ed25519PublicKey key,
      Instant notAfter,
      OptionalLong registerIndex,
      boolean draining,
      Standing.Pooled pool) {}

  private final boolean logged;
  private final InstantSource clock;

  /** Guarded by itself. */
  private final Map<Resource, Vouched> byResource = new HashMap<>();

  private final Map<SpiffeId, Vouched> byId = new ConcurrentHashMap<>();
  private final List<Consumer<SpiffeId>> revoked = new CopyOnWriteArrayList<>();
  private final List<Consumer<SpiffeId>> changed = new CopyOnWriteArrayList<>();

  /**
   * @param logged whether there is a log: then only a key that stands in it counts
   */
  public WorkerRegister(boolean logged, InstantSource clock) {
    this.logged = logged;
    this.clock = clock;
  }

  @Override
  public Optional<Ed25519PublicKey> keyOf(SpiffeId worker) {
    var vouched = byId.get(worker);
    if (vouched == null || !clock.instant().isBefore(vouched.notAfter())) return Optional.empty();
    if (logged && vouched.registerIndex().isEmpty()) return Optional.empty();
    return Optional.of(vouched.key());
  }

  /** As {@link HeadPorts#registration}. */
  public Optional<HeadPorts.Registration> registration(SpiffeId worker) {
    var vouched = byId.get(worker);
    if (vouched == null || vouched.registerIndex().isEmpty()) return Optional.empty();
    var zone = vouched.pool().zone();
    return Optional.of(
        new HeadPorts.Registration(
            vouched.registerIndex().getAsLong(),
            zone.isEmpty() ? Optional.empty() : Optional.of(zone)));
  }

  /**
   * The listener hears of each identity that is withdrawn: its resource is gone, says so, or names
   * another identity or key.
   */
  public void onRevocation(Consumer<SpiffeId> listener) {
    revoked.add(listener);
  }

  /** The listener hears of each identity of which something else is known than before. */
  void onChange(Consumer<SpiffeId> listener) {
    changed.add(listener);
  }

  /**
   * The keys that count now, for those who verify results by hand. Since when they count is not
   * known here: since the beginning.
   */
  public TrustFile trustFile(String trustDomain) {
    var workers =
        byId.values().stream()
            .sorted(Comparator.comparing(v -> v.id().toString()))
            .map(
                v ->
                    new TrustFile.Worker(
                        v.id().toString(),
                        v.key(),
                        Instant.EPOCH,
                        v.notAfter(),
                        Optional.empty(),
                        v.registerIndex()))
            .toList();
    return new TrustFile(trustDomain, workers);
  }

  int size() {
    return byId.size();
  }

  Optional<Resource> resourceOf(SpiffeId worker) {
    synchronized (byResource) {
      for (var entry : byResource.entrySet())
        if (entry.getValue().id().equals(worker)) return Optional.of(entry.getKey());
    }
    return Optional.empty();
  }

  Fleet.Stands stands(SpiffeId worker) {
    var vouched = byId.get(worker);
    if (vouched == null) return unvouched("has no Worker resource with this identity");
    if (logged && vouched.registerIndex().isEmpty())
      return unvouched("is not registered in the log yet");
    // A receipt says the zone that the log has of the worker, which the operator writes with this.
    if (logged && vouched.pool().node().isEmpty())
      return unvouched("has no node by the cluster's word yet");
    if (!clock.instant().plus(MARGIN).isBefore(vouched.notAfter()))
      return unvouched("has an identity that ends at " + vouched.notAfter());
    return new Fleet.Stands(vouched.pool(), vouched.draining());
  }

  private static Fleet.Stands unvouched(String why) {
    return new Fleet.Stands(new Standing.Unvouched(why), false);
  }

  /**
   * What the cluster says of a resource from now on.
   *
   * @param now empty when it is gone, revoked or has no identity
   */
  void says(Resource resource, Optional<Vouched> now) {
    Optional<SpiffeId> withdrawn = Optional.empty();
    synchronized (byResource) {
      var before = byResource.get(resource);
      if (before != null && before.equals(now.orElse(null))) return;
      if (now.isPresent()) byResource.put(resource, now.get());
      else byResource.remove(resource);
      if (before != null && !isSame(before, now)) {
        byId.remove(before.id(), before);
        withdrawn = Optional.of(before.id());
      }
      now.ifPresent(vouched -> byId.put(vouched.id(), vouched));
    }
    withdrawn.ifPresent(
        id -> {
          revoked.forEach(l -> l.accept(id));
          changed.forEach(l -> l.accept(id));
        });
    now.ifPresent(vouched -> changed.forEach(l -> l.accept(vouched.id())));
  }

  /** One identity has one key. */
  private static boolean isSame(Vouched before, Optional<Vouched> now) {
    return now.isPresent()
        && now.get().id().equals(before.id())
        && now.get().key().equals(before.key());
  }
}
