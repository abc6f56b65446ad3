package dev.windlass.head;

import dev.windlass.identity.SpiffeId;
import dev.windlass.link.LinkLimits;
import dev.windlass.link.LinkServer;
import dev.windlass.link.Peers;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The head within Quarkus: its routes, its link, its end. Does nothing unless the process has a
 * role with a head; {@link HeadPorts} is then a bean of the composition root.
 */
@Singleton
public final class HeadRole {
  private static final Set<String> ROLES = Set.of("head", "up");

  private final Vertx vertx;
  private final MeterRegistry registry;
  private final Instance<HeadPorts> ports;
  private final Instance<KubernetesClient> kubernetes;
  private final boolean wanted;
  private Optional<Head> head = Optional.empty();
  private Optional<LinkServer> server = Optional.empty();
  private volatile boolean listening;

  @Inject
  HeadRole(
      Vertx vertx,
      MeterRegistry registry,
      Instance<HeadPorts> ports,
      Instance<KubernetesClient> kubernetes,
      @ConfigProperty(name = "windlass.role", defaultValue = "none") String role) {
    this.vertx = vertx;
    this.registry = registry;
    this.ports = ports;
    this.kubernetes = kubernetes;
    this.wanted = ROLES.contains(role);
  }

  void mount(@Observes Router router) {
    if (!wanted) return;
    try {
      var opened = Head.open(vertx, ports.get().config(), ports.get(), registry, this::link);
      opened.mount(router);
      head = Optional.of(opened);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "couldn't open the data directory " + ports.get().config().data(), e);
    }
  }

  void listen(@Observes @Priority(100) StartupEvent event) {
    if (server.isEmpty()) return;
    var cluster = ports.get().cluster();
    if (cluster.isEmpty()) {
      listen(server.get());
      return;
    }
    head.orElseThrow().follow(kubernetes.get(), cluster.get());
    // The registrar may be away: this head is alive all the same, and not ready.
    cluster
        .get()
        .identity()
        .thenRun(() -> Thread.ofVirtual().name("listen").start(() -> listen(server.get())));
  }

  private void listen(LinkServer link) {
    var address = ports.get().linkAddress();
    int port =
        link.listen(address.host(), address.port())
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    listening = true;
    ports.get().linkListens(port);
  }

  /** Workers can dial. */
  boolean isListening() {
    return listening;
  }

  /** Readiness is down and new requests are refused while those in flight go on. */
  void drain(@Observes ShutdownDelayInitiatedEvent event) {
    head.ifPresent(Head::drain);
  }

  void stop(@Observes @Priority(100) ShutdownEvent event) {
    head.ifPresent(
        open -> {
          open.drain();
          open.close();
        });
    server.ifPresent(s -> s.drain().toCompletionStage().toCompletableFuture().join());
  }

  Optional<Head> head() {
    return head;
  }

  private Link link(Peers peers) {
    var opened = new LinkServer(vertx, ports.get().credentials(), LinkLimits.DEFAULT, peers);
    server = Optional.of(opened);
    return new Link() {
      @Override
      public Future<Reply> order(String address, Order order) {
        return opened.order(address, order);
      }

      @Override
      public void disconnect(SpiffeId worker, String why) {
        opened.disconnect(worker, why);
      }
    };
  }
}
