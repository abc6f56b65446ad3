package dev.windlass.operator.plan;

import dev.windlass.operator.api.HardwareProfile;
import dev.windlass.operator.api.HardwareProfileSpec;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerPoolSpec;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Objects that tests of this package begin with. */
final class Given {
  static final WorkerSettings SETTINGS =
      new WorkerSettings(
          "windlass",
          "windlass",
          "registry.example/windlass:1",
          "IfNotPresent",
          "windlass-heads.windlass.svc:7443",
          "windlass-registrar.windlass.svc:7070",
          "windlass-trust",
          "-----BEGIN CERTIFICATE-----\n",
          Keys.ZONE);

  private Given() {}

  /** Small, with nothing to match but linux. */
  static Profile small() {
    return new Profile("worker-small", 500, 2L << 30, 0, 0, 0, 4_000_000_000L, "");
  }

  /** All that can be asked for. */
  static Profile demanding() {
    return new Profile(
        "demanding", 8_000, 2L << 30, 3_500, 2_000_000_000_000L, 5_000, 500_000_000_000L, "amd64");
  }

  static HardwareProfile resource(String name, String vcpu, @Nullable Integer minMHz) {
    var profile = new HardwareProfile();
    profile.setMetadata(new ObjectMetaBuilder().withName(name).withGeneration(1L).build());
    profile.setSpec(
        new HardwareProfileSpec(
            new HardwareProfileSpec.Cpu(new Quantity(vcpu), minMHz),
            null,
            null,
            new Quantity("4G"),
            null));
    return profile;
  }

  static WorkerPool pool(String name, int replicas) {
    var pool = new WorkerPool();
    pool.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("edge")
            .withName(name)
            .withUid("uid-of-" + name)
            .withGeneration(1L)
            .build());
    pool.setSpec(spec("worker-small", replicas));
    return pool;
  }

  static WorkerPoolSpec spec(String profile, int replicas) {
    return new WorkerPoolSpec(profile, replicas, null, null, null, null, null, null);
  }

  static Pool plain() {
    return Pool.of(pool("edge", 1));
  }

  static Pool spread(Spread zone, Spread host) {
    return new Pool(
        "edge", "edge", "uid", 1, "worker-small", 1, Optional.empty(), zone, host, false);
  }

  /** Has everything that {@link #demanding} asks for, in plenty. */
  static NodeBuilder node(String name) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .addToLabels(Keys.OS, "linux")
        .addToLabels(Keys.ARCH, "amd64")
        .addToLabels(Keys.HOSTNAME, name)
        .addToLabels(Keys.ZONE, "a")
        .addToLabels("windlass.dev/cpu-mhz", "3600")
        .addToLabels("windlass.dev/nvme-bytes", "2000000000000")
        .addToLabels("windlass.dev/nvme-write-mbps", "5000")
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .withNewStatus()
        .withAllocatable(
            Map.of(
                "cpu", new Quantity("16"),
                "memory", new Quantity("64Gi"),
                "ephemeral-storage", new Quantity("2T"),
                "pods", new Quantity("110")))
        .addNewCondition()
        .withType("Ready")
        .withStatus("True")
        .endCondition()
        .withNewNodeInfo()
        .withBootID("boot-of-" + name)
        .endNodeInfo()
        .endStatus();
  }

  static Taint taint(String key, String value, String effect) {
    return new TaintBuilder().withKey(key).withValue(value).withEffect(effect).build();
  }

  static NodeFacts facts(Node node) {
    return NodeFacts.of(node);
  }
}
