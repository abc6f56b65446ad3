package dev.windlass.head;

import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.identity.SpiffeId;
import dev.windlass.operator.api.ApiNames;
import dev.windlass.operator.api.Condition;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.api.FunctionSpec;
import dev.windlass.operator.api.FunctionStatus;
import dev.windlass.operator.api.Worker;
import dev.windlass.operator.api.WorkerPool;
import dev.windlass.operator.api.WorkerPoolSpec;
import dev.windlass.operator.api.WorkerState;
import dev.windlass.operator.api.WorkerStatus;
import dev.windlass.receipt.Ed25519PublicKey;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Resources as the operator and the registrar write them. */
final class ClusterResources {
  private static final String TIME = "2026-11-23T09:00:00Z";

  private ClusterResources() {}

  static Worker worker(String namespace, String name, String pool, String profile) {
    var worker = new Worker();
    worker.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName(name)
            .withLabels(Map.of(ApiNames.POOL_LABEL, pool, ApiNames.PROFILE_LABEL, profile))
            .build());
    return worker;
  }

  static WorkerStatus.Identity identity(SpiffeId id, Ed25519PublicKey key, Instant notAfter) {
    return identity(id.toString(), key, notAfter, null, null);
  }

  static WorkerStatus.Identity identity(
      String id,
      Ed25519PublicKey key,
      Instant notAfter,
      @Nullable Long index,
      @Nullable String revokedAt) {
    return new WorkerStatus.Identity(
        id,
        Base64.getEncoder().encodeToString(key.raw().toArray()),
        null,
        notAfter.toString(),
        index,
        null,
        null,
        revokedAt);
  }

  static WorkerStatus status(
      WorkerState state, String zone, String node, WorkerStatus.@Nullable Identity identity) {
    return new WorkerStatus(
        null,
        node,
        zone,
        state.word(),
        null,
        List.of(),
        identity,
        null,
        null,
        null,
        List.of(),
        null,
        null,
        null);
  }

  static WorkerPool pool(String namespace, String name, String profile, boolean shared) {
    var pool = new WorkerPool();
    pool.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    pool.setSpec(new WorkerPoolSpec(profile, 1, null, shared, null, null, null, null));
    return pool;
  }

  static Function function(String namespace, String name, FunctionSpec spec) {
    var function = new Function();
    function.setMetadata(
        new ObjectMetaBuilder().withNamespace(namespace).withName(name).withGeneration(1L).build());
    function.setSpec(spec);
    return function;
  }

  static FunctionSpec inline(byte[] module) {
    return spec(
        new FunctionSpec.Source(
            new FunctionSpec.Inline(Base64.getEncoder().encodeToString(module)), null, null, null),
        null);
  }

  static FunctionSpec spec(FunctionSpec.Source source, FunctionSpec.@Nullable Route route) {
    return new FunctionSpec(
        source, null, null, null, List.of(), Map.of(), List.of(), null, null, null, null, null,
        null, null, route);
  }

  /** As the operator writes it when this version is to be served. */
  static FunctionStatus resolved(
      long generation, Manifest manifest, @Nullable Long logIndex, String routed) {
    var text = ManifestJson.write(manifest);
    return new FunctionStatus(
        generation,
        null,
        generation,
        manifest.module().toString(),
        Digest.of(text).toString(),
        new String(text, StandardCharsets.UTF_8),
        null,
        null,
        logIndex,
        List.of(),
        List.of(
            condition("ArtifactVerified", Condition.TRUE, generation),
            condition("Routed", routed, generation)));
  }

  static Condition condition(String type, String status, long generation) {
    return new Condition(type, status, generation, TIME, "Because", "because");
  }
}
