package dev.windlass.operator;

import dev.windlass.artifact.Archive;
import dev.windlass.artifact.ArtifactException;
import dev.windlass.artifact.ArtifactSource;
import dev.windlass.artifact.ContentStore;
import dev.windlass.artifact.FetchException;
import dev.windlass.artifact.Fetcher;
import dev.windlass.artifact.PullSecret;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.InvalidModuleException;
import dev.windlass.function.ModuleBounds;
import dev.windlass.function.ModuleShape;
import dev.windlass.operator.Attempt.Failure;
import dev.windlass.operator.api.Function;
import dev.windlass.operator.plan.FunctionManifest;
import dev.windlass.operator.plan.FunctionReason;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Brings the module and the files of one generation into the store and looks whether they can be
 * run at all: the same checks as a head makes at a deployment, but for the engine's own. Blocking.
 */
final class FunctionFetch {
  private static final String DOCKER_CONFIG = "kubernetes.io/dockerconfigjson";
  private static final String DOCKER_CONFIG_KEY = ".dockerconfigjson";

  /** Modules in memory at one time, to be looked at: each has up to 64 MiB. */
  private static final int CHECKS = 2;

  private final Fetcher fetcher;
  private final ContentStore store;
  private final Secrets secrets;
  private final Semaphore checks = new Semaphore(CHECKS);

  /** Port: Secrets, read when they are needed and not kept. */
  interface Secrets {
    /**
     * @throws KubernetesClientException when it could not be asked for
     */
    Optional<Secret> find(String namespace, String name);
  }

  /** Everything is there. */
  record Found(Digest module, Optional<Digest> files, String from) {}

  FunctionFetch(Fetcher fetcher, ContentStore store, Secrets secrets) {
    this.fetcher = fetcher;
    this.store = store;
    this.secrets = secrets;
  }

  /** Resolves what the function names now. */
  Found resolve(Function function) throws Failure, InterruptedException {
    var source = source(function);
    var secret = secret(function);
    try {
      var fetched = fetcher.fetch(source, secret, store);
      store.pin(fetched.module());
      try {
        var files = files(function);
        check(function, fetched.module(), files);
        var from = source + fetched.manifest().map(m -> ", manifest " + m).orElse("");
        return new Found(fetched.module(), files, from);
      } finally {
        store.unpin(fetched.module());
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Gets again what was found before. */
  void restore(Function function, Digest module, Optional<Digest> files)
      throws Failure, InterruptedException {
    try {
      if (!isHere(module)) fetcher.fetch(source(function), module, secret(function), store);
      if (files.isPresent() && !isHere(files.get())) files(function);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** What changed on the disk is not. */
  boolean isHere(Digest digest) {
    return store.has(digest);
  }

  private static ArtifactSource source(Function function) throws Failure {
    try {
      return FunctionSources.module(function);
    } catch (IllegalArgumentException e) {
      throw invalid(e);
    }
  }

  private static Failure invalid(IllegalArgumentException e) {
    return new Failure(FunctionReason.INVALID_SPEC, true, String.valueOf(e.getMessage()));
  }

  private Optional<Digest> files(Function function) throws Failure, IOException {
    Optional<Bytes> packed;
    try {
      packed = FunctionSources.files(function);
    } catch (IllegalArgumentException e) {
      throw invalid(e);
    }
    if (packed.isEmpty()) return Optional.empty();
    try {
      Archive.parse(packed.get());
    } catch (IllegalArgumentException e) {
      throw new Failure(FunctionReason.INVALID_FILES, true, "spec.files.inline: " + e.getMessage());
    }
    return Optional.of(store.put(packed.get()));
  }

  private void check(Function function, Digest module, Optional<Digest> files)
      throws Failure, IOException, InterruptedException {
    // a spec that makes no manifest is the plan's to refuse
    if (!(FunctionManifest.of(function, module, files)
        instanceof FunctionManifest.Accepted(var manifest))) return;
    checks.acquire();
    try {
      var octets =
          store
              .read(module)
              .orElseThrow(() -> new IOException(module + " left the store before it was checked"));
      ModuleShape.parse(octets, ModuleBounds.of(manifest.limits())).requireEntry(manifest.entry());
    } catch (InvalidModuleException e) {
      throw new Failure(FunctionReason.INVALID_MODULE, true, module + ": " + e.reason().message());
    } finally {
      checks.release();
    }
  }

  private PullSecret secret(Function function) throws Failure {
    var name = FunctionSources.pullSecret(function);
    if (name.isEmpty()) return PullSecret.NONE;
    var namespace = function.getMetadata().getNamespace();
    var shown = "the pull secret " + namespace + "/" + name.get();
    Secret secret;
    try {
      secret =
          secrets
              .find(namespace, name.get())
              .orElseThrow(
                  () ->
                      new Failure(
                          FunctionReason.PULL_SECRET_MISSING, false, shown + " does not exist"));
    } catch (KubernetesClientException e) {
      throw new Failure(
          FunctionReason.PULL_SECRET_MISSING,
          false,
          shown + " could not be read: " + e.getStatus());
    }
    if (!DOCKER_CONFIG.equals(secret.getType()))
      throw new Failure(
          FunctionReason.PULL_SECRET_INVALID,
          false,
          shown + " is of type " + secret.getType() + ", expected " + DOCKER_CONFIG);
    var data = Optional.ofNullable(secret.getData()).map(d -> d.get(DOCKER_CONFIG_KEY)).orElse("");
    try {
      return PullSecret.parse(Bytes.wrap(Base64.getDecoder().decode(data)));
    } catch (IllegalArgumentException e) {
      throw new Failure(FunctionReason.PULL_SECRET_INVALID, false, shown + ": " + e.getMessage());
    }
  }

  private static Failure failed(IOException thrown) {
    var message = String.valueOf(thrown.getMessage());
    if (thrown instanceof FetchException e)
      return new Failure(
          reason(e.kind()), e.kind().lasting(), message, e.retryAfter().orElse(Duration.ZERO));
    if (thrown instanceof ArtifactException.TooLarge)
      return new Failure(FunctionReason.TOO_LARGE, true, message);
    return new Failure(FunctionReason.STORE_FAILED, false, "the operator's store: " + message);
  }

  private static FunctionReason reason(FetchException.Kind kind) {
    return switch (kind) {
      case UNREACHABLE -> FunctionReason.SOURCE_UNREACHABLE;
      case BUSY -> FunctionReason.SOURCE_BUSY;
      case DENIED -> FunctionReason.SOURCE_DENIED;
      case NOT_FOUND -> FunctionReason.ARTIFACT_NOT_FOUND;
      case NOT_WASM -> FunctionReason.NOT_A_WASM_ARTIFACT;
      case MALFORMED -> FunctionReason.SOURCE_MALFORMED;
      case DIGEST_MISMATCH -> FunctionReason.DIGEST_MISMATCH;
      case TOO_LARGE -> FunctionReason.TOO_LARGE;
    };
  }
}
