package dev.windlass.operator.plan;

import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPoolStatus;
import dev.windlass.operator.api.WorkerStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;

/**
 * One thing to do to the cluster. They are done in the order given; after any of them one may die,
 * because deciding again begins with what is there. What is applied is applied by the field manager
 * {@code windlass-operator}, with force.
 *
 * <p>What takes away names a uid, and only that object may go: by the time it happens the name may
 * stand for another.
 */
public sealed interface Action {
  record ApplyServiceAccount(ServiceAccount account) implements Action {}

  record ApplyTrust(ConfigMap trust) implements Action {}

  record ApplyBudget(PodDisruptionBudget budget) implements Action {}

  /** Writes {@code spec.replicas} through {@code /scale}, as an autoscaler would. */
  record Scale(String namespace, String pool, int replicas) implements Action {}

  /** Status of the pool, by server-side apply. */
  record UpdateStatus(String namespace, String pool, WorkerPoolStatus status) implements Action {}

  /** An existing one is left as it is: the name says that it is the same worker. */
  record CreateWorker(Worker worker) implements Action {}

  /** An existing one is left as it is. Its Worker exists. */
  record CreatePod(Pod pod) implements Action {}

  /** The operator's part of a Worker's status, by server-side apply. */
  record UpdateWorker(String namespace, String name, WorkerStatus status) implements Action {}

  /**
   * As {@link UpdateWorker}; the state becomes Draining and heads place nothing more there.
   *
   * @param reason also for an event
   */
  record Drain(String namespace, String name, WorkerStatus status, Reason reason, String message)
      implements Action {}

  /** Sets the pod's condition of its readiness gate. */
  record Gate(
      String namespace, String pod, String uid, boolean joined, String reason, String message)
      implements Action {}

  /** By the Eviction API, which respects budgets; a refusal (429) is tried again later. */
  record Evict(String namespace, String pod, String uid) implements Action {}

  record DeletePod(String namespace, String pod, String uid) implements Action {}

  /** Its finalizer lets the registrar revoke it first. */
  record DeleteWorker(String namespace, String name, String uid) implements Action {}

  /**
   * An event about the pool.
   *
   * @param reason one of an enum's {@link Reason#word}
   * @param worker that it concerns; empty if none
   */
  record Emit(boolean warning, String reason, String message, String worker) implements Action {}
}
