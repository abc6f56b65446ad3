package dev.windlass.operator;

import dev.windlass.kube.ControlPlane;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionSpec;
import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.HardwareProfileSpec;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerPoolSpec;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A profile that fits a node of its own, and a pool on it, in a namespace of a test. */
final class TestPool implements AutoCloseable {
  static final String NAME = "edge";

  final KubernetesClient client;

  /** Of the operator. */
  final String release;

  /** Of pools. */
  final String namespace;

  final String node;
  final String profile;

  private TestPool(KubernetesClient client, String release, String namespace) {
    this.client = client;
    this.release = release;
    this.namespace = namespace;
    this.node = "node-" + namespace;
    this.profile = "profile-" + namespace;
  }

  static TestPool in(ControlPlane plane) {
    plane.applyCrds(Path.of("helm/windlass/files/crds"));
    var test = new TestPool(plane.client(), plane.newNamespace(), plane.newNamespace());
    plane.fakeNode(test.node, "64", "256Gi", Map.of("windlass.dev/cpu-mhz", "3600"));
    test.client.resource(test.hardware(2_000)).create();
    test.client
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(test.release)
                .withName("windlass-trust")
                .endMetadata()
                .withData(Map.of("roots.pem", "-----BEGIN CERTIFICATE-----"))
                .build())
        .create();
    return test;
  }

  /** Half a vCPU. */
  HardwareProfile hardware(int minMHz) {
    var hardware = new HardwareProfile();
    hardware.setMetadata(new ObjectMetaBuilder().withName(profile).build());
    hardware.setSpec(
        new HardwareProfileSpec(
            new HardwareProfileSpec.Cpu(new Quantity("500m"), minMHz), null, null, null, null));
    return hardware;
  }

  WorkerPool pool(String name, int replicas, Map<String, Object> template) {
    var pool = new WorkerPool();
    pool.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    pool.setSpec(
        new WorkerPoolSpec(
            profile, replicas, null, null, null, null, null, template.isEmpty() ? null : template));
    return pool;
  }

  /** The same pool with another profile. */
  WorkerPool of(WorkerPool pool, String name) {
    var spec = pool.spec();
    pool.setSpec(
        new WorkerPoolSpec(
            name,
            spec.replicas(),
            spec.autoscale(),
            spec.shared(),
            spec.trust(),
            spec.stake(),
            spec.spread(),
            spec.podTemplate()));
    return pool;
  }

  void create(int replicas) {
    client.resource(pool(NAME, replicas, Map.of())).create();
  }

  void function(String name, FunctionSpec.Source source) {
    var function = new Function();
    function.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    function.setSpec(
        new FunctionSpec(
            source, null, null, null, List.of(), Map.of(), List.of(), null, null, null, null, null,
            null, null, null));
    client.resource(function).create();
  }

  Function function(String name) {
    return client.resources(Function.class).inNamespace(namespace).withName(name).get();
  }

  void scale(int replicas) {
    client.resources(WorkerPool.class).inNamespace(namespace).withName(NAME).scale(replicas);
  }

  /** An operator with this name in its release. */
  TestOperator operator(String pod) {
    return operator(client, pod, UnaryOperator.identity());
  }

  TestOperator operator(KubernetesClient as, String pod, UnaryOperator<Acting> wrap) {
    if (client.pods().inNamespace(release).withName(pod).get() == null)
      TestOperator.pod(client, release, pod);
    return TestOperator.start(as, TestOperator.config(release, pod), wrap);
  }

  /** The control plane is shared: an operator of another test would look after what is left. */
  @Override
  public void close() {
    client.resources(WorkerPool.class).inNamespace(namespace).delete();
    client.resources(Function.class).inNamespace(namespace).delete();
    client.resources(HardwareProfile.class).withName(profile).delete();
  }
}
