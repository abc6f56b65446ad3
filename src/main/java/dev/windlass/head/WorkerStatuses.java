package dev.windlass.head;

import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.protocol.Report;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Writes what linked workers say of themselves into their Worker resources. One thread looks once a
 * second and writes at most {@link #AT_ONCE} of them, the one that waits longest first; while the
 * API server is away it waits.
 *
 * <p>Several heads write the same fields under one name, so the last one counts; only a head with a
 * link to the worker writes, and their reports are the same.
 */
final class WorkerStatuses implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(WorkerStatuses.class);
  static final int AT_ONCE = 20;
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(ApiNames.HEAD_MANAGER)
          .withForce(true)
          .build();
  private static final long LOOK_MILLIS = 1_000;
  private static final long AFTER_FAILURE_MILLIS = 5_000;

  private final KubernetesClient client;
  private final ClusterWatch watch;
  private final WorkerRegister register;
  private final Fleet fleet;
  private final InstantSource clock;

  /** Of members that are linked now; belongs to the thread. */
  private final Map<Fleet.Member, WorkerStatusText.Written> written = new HashMap<>();

  private final Thread thread = Thread.ofVirtual().name("worker-statuses").unstarted(this::run);

  WorkerStatuses(
      KubernetesClient client,
      ClusterWatch watch,
      WorkerRegister register,
      Fleet fleet,
      InstantSource clock) {
    this.client = client;
    this.watch = watch;
    this.register = register;
    this.fleet = fleet;
    this.clock = clock;
  }

  void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) Thread.sleep(look() ? LOOK_MILLIS : AFTER_FAILURE_MILLIS);
    } catch (InterruptedException _) {
      // closed
    }
  }

  private record Turn(
      Fleet.Member member, WorkerRegister.Resource resource, WorkerStatus status, Instant last) {}

  private boolean look() {
    try {
      for (var turn : due()) write(turn);
      return true;
    } catch (RuntimeException e) { // the edge: what could not be written now is due again
      LOG.warnf("event=worker-status-not-written why=%s", e.getMessage());
      return false;
    }
  }

  private List<Turn> due() {
    var now = clock.instant();
    written.keySet().retainAll(fleet.members());
    var due = new ArrayList<Turn>();
    for (var member : fleet.members()) {
      var resource = register.resourceOf(member.id);
      if (resource.isEmpty()) continue;
      var status = said(member);
      var before = written.get(member);
      if (WorkerStatusText.isDue(before, status, watch.lastSeen(resource.get()), now))
        due.add(
            new Turn(member, resource.get(), status, before == null ? Instant.MIN : before.at()));
    }
    due.sort((a, b) -> a.last().compareTo(b.last()));
    return due.subList(0, Math.min(AT_ONCE, due.size()));
  }

  private static WorkerStatus said(Fleet.Member member) {
    Report report = member.report();
    return WorkerStatusText.of(report, Instant.ofEpochMilli(member.reportedAtMillis()));
  }

  private void write(Turn turn) {
    var name = turn.resource();
    try {
      client
          .resource(Worker.ofStatus(name.namespace(), name.name(), turn.status()))
          .subresource("status")
          .patch(APPLY);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) throw e;
      LOG.debugf("worker=%s event=gone", name); // the informer will say the same
    }
    written.put(turn.member(), new WorkerStatusText.Written(turn.status(), clock.instant()));
  }
}
