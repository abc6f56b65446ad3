package dev.windlass.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Objects whose reconcile is due because of another object. */
final class Wakes<P extends HasMetadata> {
  private final SimpleInboundEventSource<P> source;
  private final Cache<P> primaries;
  private final Set<ResourceID> pending = ConcurrentHashMap.newKeySet();

  Wakes(String name, Cache<P> primaries) {
    this.source = new SimpleInboundEventSource<>(name);
    this.primaries = primaries;
  }

  /** For the SDK. */
  SimpleInboundEventSource<P> source() {
    return source;
  }

  void one(String namespace, String name) {
    source.propagateEvent(new ResourceID(name, namespace));
  }

  void all() {
    primaries.list().forEach(this::wake);
  }

  void allIn(String namespace) {
    primaries.inNamespace(namespace).forEach(this::wake);
  }

  private void wake(P object) {
    source.propagateEvent(ResourceID.fromResource(object));
  }

  /** At most once in this time: for what changes often and matters little. */
  void later(String namespace, String name, Duration pause) {
    var id = new ResourceID(name, namespace);
    if (!pending.add(id)) return;
    CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              pending.remove(id);
              source.propagateEvent(id);
            });
  }
}
