package dev.windlass.operator;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.InstantSource;
import java.util.List;

/** One watch a kind, for all reconcilers; a standby has them too, so that it can begin at once. */
final class Caches implements AutoCloseable {
  private final List<Cache<?>> all;

  /** Without what only fills memory: 2,000 nodes list their images. */
  final Cache<Node> nodes;

  Caches(KubernetesClient client, InstantSource clock) {
    nodes = new Cache<>(unwatched(client.nodes().runnableInformer(0)), clock);
    all = List.of(nodes);
  }

  private static <T> SharedIndexInformer<T> unwatched(SharedIndexInformer<T> informer) {
    return informer;
  }

  void start() {
    all.forEach(Cache::start);
  }

  boolean isSynced() {
    return all.stream().allMatch(Cache::isSynced);
  }

  @Override
  public void close() {
    all.forEach(Cache::close);
  }
}
