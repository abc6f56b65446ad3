package dev.windlass.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * All objects of one kind that concern us, as far as we have heard of them, and at once what we
 * wrote ourselves: a reconcile right after another must not create a second pod because the first
 * has not come back yet.
 */
final class Cache<T extends HasMetadata> implements ResourceEventHandler<T>, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Cache.class);

  /** A watch is never that late; if it was lost, its next list says what is true. */
  private static final Duration LONGEST_ECHO = Duration.ofSeconds(30);

  private final SharedIndexInformer<T> informer;
  private final InstantSource clock;
  private final Map<ResourceID, Write<T>> writes = new ConcurrentHashMap<>();
  private final List<BiConsumer<Optional<T>, Optional<T>>> listeners = new CopyOnWriteArrayList<>();

  /** Ours, until the watch has brought it or something newer. */
  private record Write<T>(T object, Instant at) {}

  /**
   * @param informer that was not started
   */
  Cache(SharedIndexInformer<T> informer, InstantSource clock) {
    this.informer = informer;
    this.clock = clock;
    informer.exceptionHandler(this::retry);
    informer.addEventHandler(this);
  }

  void start() {
    informer.start();
  }

  /** Whatever it is: an operator that stopped watching would be wrong without knowing it. */
  private boolean retry(boolean started, Throwable why) {
    LOG.warnf(
        "event=watch-retries kind=%s listed=%s why=%s",
        HasMetadata.getKind(informer.getApiTypeClass()), started, cause(why));
    return true;
  }

  private static Throwable cause(Throwable why) {
    var cause = why;
    while (cause.getCause() != null) cause = cause.getCause();
    return cause;
  }

  boolean isSynced() {
    return informer.hasSynced();
  }

  /**
   * @param listener takes the object before and after; runs on the thread of the watch
   */
  void onChange(BiConsumer<Optional<T>, Optional<T>> listener) {
    listeners.add(listener);
  }

  Optional<T> get(ResourceID id) {
    var heard = Optional.ofNullable(informer.getStore().getByKey(key(id)));
    return Optional.ofNullable(writes.get(id))
        .filter(w -> isNews(w, heard))
        .map(Write::object)
        .or(() -> heard);
  }

  /** In no order. */
  List<T> list() {
    if (writes.isEmpty()) return List.copyOf(informer.getStore().list());
    var all = new HashMap<ResourceID, T>();
    informer.getStore().list().forEach(o -> all.put(ResourceID.fromResource(o), o));
    writes.forEach(
        (id, write) -> {
          if (isNews(write, Optional.ofNullable(all.get(id)))) all.put(id, write.object());
        });
    return new ArrayList<>(all.values());
  }

  List<T> inNamespace(String namespace) {
    return list().stream().filter(o -> namespace.equals(o.getMetadata().getNamespace())).toList();
  }

  /**
   * @param object as the API server answered to our write
   */
  void wrote(T object) {
    var now = clock.instant();
    writes.values().removeIf(w -> isOld(w, now));
    writes.put(ResourceID.fromResource(object), new Write<>(object, now));
  }

  /**
   * @param object as it will be by our write, whose answer does not show it
   */
  void willBe(T object) {
    object.getMetadata().setResourceVersion(Long.toString(version(object) + 1));
    wrote(object);
  }

  @Override
  public void onAdd(T object) {
    heard(object);
    tell(Optional.empty(), Optional.of(object));
  }

  @Override
  public void onUpdate(T before, T after) {
    heard(after);
    if (!sameVersion(before, after)) tell(Optional.of(before), Optional.of(after));
  }

  @Override
  public void onDelete(T object, boolean unknown) {
    writes.computeIfPresent(
        ResourceID.fromResource(object), (_, w) -> isSameObject(w.object(), object) ? null : w);
    tell(Optional.of(object), Optional.empty());
  }

  private void heard(T object) {
    writes.computeIfPresent(
        ResourceID.fromResource(object), (_, w) -> isNews(w, Optional.of(object)) ? w : null);
  }

  /** Whether a write of ours is newer than what the watch brought. */
  private boolean isNews(Write<T> write, Optional<T> heard) {
    if (isOld(write, clock.instant())) return false;
    return heard.isEmpty()
        || !isSameObject(write.object(), heard.get())
        || version(write.object()) > version(heard.get());
  }

  private static boolean isOld(Write<?> write, Instant now) {
    return write.at().plus(LONGEST_ECHO).isBefore(now);
  }

  private static boolean isSameObject(HasMetadata a, HasMetadata b) {
    return Objects.equals(a.getMetadata().getUid(), b.getMetadata().getUid());
  }

  private static boolean sameVersion(HasMetadata a, HasMetadata b) {
    return Objects.equals(
        a.getMetadata().getResourceVersion(), b.getMetadata().getResourceVersion());
  }

  /** A number in every API server with etcd, and by promise since Kubernetes 1.35. */
  private static long version(HasMetadata object) {
    try {
      return Long.parseLong(object.getMetadata().getResourceVersion());
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  private void tell(Optional<T> before, Optional<T> after) {
    listeners.forEach(listener -> listener.accept(before, after));
  }

  private static String key(ResourceID id) {
    return io.fabric8.kubernetes.client.informers.cache.Cache.namespaceKeyFunc(
        id.getNamespace().orElse(null), id.getName());
  }

  @Override
  public void close() {
    informer.stop();
  }
}
