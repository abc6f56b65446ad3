package dev.windlass.worker;

import dev.windlass.artifact.Archive;
import dev.windlass.artifact.ArtifactException;
import dev.windlass.artifact.ContentStore;
import dev.windlass.artifact.Source;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Limits;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.protocol.Reply.Refused;
import dev.windlass.protocol.Reply.Why;
import dev.windlass.wasm.wasi.FileTree;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Recipes by manifest digest, a bounded number of them in memory, and the artifacts they are made
 * of in the store. Every octet is hashed when it is fetched and again whenever it is read.
 */
final class Recipes {
  /** Manifests in memory; one without files is some kilobytes. */
  private static final int MOST = 4096;

  private static final int MOST_ARCHIVE_BYTES = Limits.MAX_BODY_BYTES;
  private static final int MOST_MODULE_BYTES = Limits.MAX_BODY_BYTES;
  private static final Logger LOG = Logger.getLogger(Recipes.class);

  /** Why a function cannot be run here. */
  static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;
    private final Why why;

    Unavailable(Why why, String detail) {
      super(detail, null, false, false);
      this.why = why;
    }

    Refused reply() {
      return new Refused(why, String.valueOf(getMessage()));
    }
  }

  private final ContentStore store;
  private final Source source;
  private final long mostFileBytes;

  /** Guards what follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final LinkedHashMap<Digest, Recipe> recent = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Digest, CompletableFuture<Recipe>> loading = new LinkedHashMap<>();
  private long fileBytes;

  Recipes(ContentStore store, Source source, long mostFileBytes) {
    this.store = store;
    this.source = source;
    this.mostFileBytes = mostFileBytes;
  }

  /** Never blocks on anything outside memory. */
  Optional<Recipe> known(Digest manifest) {
    lock.lock();
    try {
      return Optional.ofNullable(recent.get(manifest));
    } finally {
      lock.unlock();
    }
  }

  /** Fetches and parses if need be; one caller does the work, others of the same digest wait. */
  Recipe load(Digest manifest) throws Unavailable, InterruptedException {
    CompletableFuture<Recipe> future;
    boolean mine = false;
    lock.lock();
    try {
      var known = recent.get(manifest);
      if (known != null) return known;
      var current = loading.get(manifest);
      if (current == null) {
        current = new CompletableFuture<>();
        loading.put(manifest, current);
        mine = true;
      }
      future = current;
    } finally {
      lock.unlock();
    }
    return mine ? loadFor(manifest, future) : await(future);
  }

  /** The octets of a module, for the engine, which hashes them once more. */
  byte[] module(Digest module) throws IOException {
    try {
      return octets(module, "module", MOST_MODULE_BYTES).unsafeArray();
    } catch (Unavailable e) {
      throw new ModuleUnavailable(e);
    }
  }

  /** Carries {@link Unavailable} through an interface that knows only IOException. */
  static final class ModuleUnavailable extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Unavailable why;

    ModuleUnavailable(Unavailable why) {
      super(why.getMessage());
      this.why = why;
    }

    Unavailable why() {
      return why;
    }
  }

  long moduleBytes(Digest module) {
    return store.size(module).orElse(0L);
  }

  /**
   * Forgets a version; its artifacts go too unless another version in memory names them.
   *
   * @return the module to evict, if nobody else uses it
   */
  Optional<Digest> evict(Digest manifest) throws IOException {
    Recipe gone;
    var shared = new HashSet<Digest>();
    lock.lock();
    try {
      gone = recent.remove(manifest);
      if (gone == null) return Optional.empty();
      fileBytes -= gone.fileBytes();
      for (var other : recent.values()) {
        shared.add(other.manifest().module());
        other.manifest().files().ifPresent(shared::add);
      }
    } finally {
      lock.unlock();
    }
    store.delete(manifest);
    var files = gone.manifest().files();
    if (files.isPresent() && !shared.contains(files.get())) store.delete(files.get());
    var module = gone.manifest().module();
    if (shared.contains(module)) return Optional.empty();
    store.delete(module);
    return Optional.of(module);
  }

  private Recipe loadFor(Digest digest, CompletableFuture<Recipe> future)
      throws Unavailable, InterruptedException {
    try {
      var recipe = make(digest);
      keep(recipe);
      future.complete(recipe);
      return recipe;
    } catch (Unavailable | RuntimeException | Error e) {
      future.completeExceptionally(e);
      throw e;
    } finally {
      lock.lock();
      try {
        loading.remove(digest);
      } finally {
        lock.unlock();
      }
    }
  }

  private static Recipe await(CompletableFuture<Recipe> future)
      throws Unavailable, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Unavailable u) throw u;
      throw new IllegalStateException("another order's loading failed", e.getCause());
    }
  }

  private Recipe make(Digest digest) throws Unavailable {
    var octets = octets(digest, "manifest", ManifestJson.MAX_BYTES);
    Manifest manifest;
    try {
      manifest = ManifestJson.parse(octets.unsafeArray());
    } catch (IllegalArgumentException e) {
      throw new Unavailable(Why.INVALID_MODULE, "the manifest " + digest + ": " + e.getMessage());
    }
    if (!manifest.entry().equals(Manifest.DEFAULT_ENTRY)) {
      throw new Unavailable(
          Why.INVALID_MODULE,
          "this worker calls " + Manifest.DEFAULT_ENTRY + " only, not " + manifest.entry());
    }
    return new Recipe(manifest, digest, files(manifest));
  }

  private FileTree files(Manifest manifest) throws Unavailable {
    if (manifest.files().isEmpty()) return FileTree.EMPTY;
    var digest = manifest.files().get();
    var packed = octets(digest, "files", MOST_ARCHIVE_BYTES);
    try {
      return Recipe.unpack(Archive.parse(packed));
    } catch (IllegalArgumentException e) {
      throw new Unavailable(Why.INVALID_MODULE, "the files " + digest + ": " + e.getMessage());
    }
  }

  private void keep(Recipe recipe) {
    lock.lock();
    try {
      recent.put(recipe.digest(), recipe);
      fileBytes += recipe.fileBytes();
      var oldest = recent.values().iterator();
      while (recent.size() > 1 && (recent.size() > MOST || fileBytes > mostFileBytes)) {
        fileBytes -= oldest.next().fileBytes();
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  /** From the store, else from a head; kept then. */
  private Bytes octets(Digest digest, String what, int most) throws Unavailable {
    try {
      var here = store.read(digest);
      if (here.isPresent()) return here.get();
    } catch (ArtifactException.Corrupt e) {
      LOG.warnf("artifact corrupt, fetching it again: kind=%s %s", what, e.getMessage());
    } catch (IOException e) {
      LOG.warnf("artifact unreadable, fetching it again: kind=%s %s", what, e.getMessage());
    }
    var fetched = fetch(digest, what, most);
    var actual = Digest.of(fetched);
    if (!actual.equals(digest)) {
      throw new Unavailable(
          Why.DIGEST_MISMATCH,
          "the head sent "
              + fetched.size()
              + " bytes that are "
              + actual
              + " for "
              + what
              + " "
              + digest);
    }
    try {
      store.put(fetched);
    } catch (IOException e) {
      LOG.warnf("artifact not kept: kind=%s digest=%s %s", what, digest, e.getMessage());
    }
    return fetched;
  }

  private Bytes fetch(Digest digest, String what, int most) throws Unavailable {
    try {
      return source
          .fetch(digest, most)
          .orElseThrow(
              () ->
                  new Unavailable(
                      Why.ARTIFACT_UNAVAILABLE, "the head has no " + what + " " + digest));
    } catch (IOException e) {
      throw new Unavailable(
          Why.ARTIFACT_UNAVAILABLE,
          "couldn't fetch the " + what + " " + digest + ": " + e.getMessage());
    }
  }
}
