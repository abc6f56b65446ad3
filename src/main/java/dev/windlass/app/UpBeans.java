package dev.windlass.app;

import dev.windlass.head.HeadPorts;
import dev.windlass.log.EntriesOut;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/**
 * Gives {@link Up}, or {@link ClusterHead}, to the beans of the head, and the events of Quarkus to
 * {@link Up}: it starts its workers after the head listens and stops them after the head has
 * drained (whose observers have priority 100).
 */
@Singleton
final class UpBeans {
  private static final int AFTER_THE_HEAD = 200;

  @Produces
  @Singleton
  HeadPorts ports(Instance<EntriesOut> entries) {
    var cluster = ClusterHeadProcess.running();
    if (cluster.isPresent()) {
      cluster.get().sendBy(entries::get);
      return cluster.get();
    }
    UpProcess.running().sendBy(entries::get);
    return UpProcess.running();
  }

  void started(@Observes @Priority(AFTER_THE_HEAD) StartupEvent event) {
    if (UpProcess.isRunning()) UpProcess.running().started();
  }

  void stopped(@Observes @Priority(AFTER_THE_HEAD) ShutdownEvent event) {
    if (UpProcess.isRunning()) UpProcess.running().stop();
    ClusterHeadProcess.running().ifPresent(ClusterHead::close);
  }
}
