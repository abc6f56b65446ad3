package dev.windlass.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.ApiNames;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Which of several operators acts, on a real API server. */
class LeaderTest {
  private final KubernetesClient client = ControlPlane.shared().client();
  private final String namespace = ControlPlane.shared().newNamespace();
  private final List<String> seen = new CopyOnWriteArrayList<>();

  private LeaderTask task(String who) {
    return new LeaderTask() {
      @Override
      public String name() {
        return who;
      }

      @Override
      public void start() {
        seen.add(who + " starts");
      }

      @Override
      public void stop() {
        seen.add(who + " stops");
      }
    };
  }

  private TestOperator operator(String pod) {
    TestOperator.pod(client, namespace, pod);
    return TestOperator.start(client, TestOperator.config(namespace, pod), task(pod));
  }

  private List<String> labelled() {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel(ApiNames.LEADER_LABEL, "true")
        .list()
        .getItems()
        .stream()
        .map(p -> p.getMetadata().getName())
        .toList();
  }

  @Test
  void one_of_two_leads_and_the_other_follows_within_a_retry_of_its_clean_end() {
    try (var first = operator("first")) {
      Await.until("first leads", () -> labelled().equals(List.of("first")));
      try (var second = operator("second")) {
        Await.until(
            "second stands by",
            () -> second.service.leadership() instanceof Leadership.State.Standby);
        assertTrue(second.service.isReady());
        assertFalse(second.service.isLeading());
        assertEquals(List.of("first starts"), seen);

        first.stop();

        Await.until("second leads", () -> labelled().equals(List.of("second")));
        Await.until("its task runs", () -> seen.size() == 3);
        assertEquals(List.of("first starts", "first stops", "second starts"), seen);
        assertEquals(List.of(), first.lost, "a clean end is no loss");
      }
    }
    assertEquals(List.of(), labelled());
  }

  @Test
  void who_takes_over_from_a_dead_leader_takes_its_label_off() {
    TestOperator.pod(client, namespace, "dead");
    ControlPlane.patiently(
        () ->
            client
                .pods()
                .inNamespace(namespace)
                .withName("dead")
                .edit(
                    p -> {
                      p.getMetadata().getLabels().put(ApiNames.LEADER_LABEL, "true");
                      return p;
                    }));

    try (var _ = operator("heir")) {
      Await.until(() -> "labelled are " + labelled(), () -> labelled().equals(List.of("heir")));
    }
  }

  @Test
  void who_loses_the_lease_is_told_to_end() {
    try (var operator = operator("only")) {
      Await.until("it leads", operator.service::isLeading);

      client
          .leases()
          .inNamespace(namespace)
          .withName("windlass-operator")
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"spec\":{\"holderIdentity\":\"somebody else\"}}");

      Await.until("it is told", () -> operator.lost.size() == 1);
      assertFalse(operator.service.isReady());
    }
  }
}
