package dev.windlass.head;

import dev.windlass.artifact.ArtifactException;
import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.FunctionName;
import dev.windlass.function.Manifest;
import dev.windlass.function.ManifestJson;
import dev.windlass.function.Route;
import dev.windlass.receipt.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The functions of this head: files in a data directory ({@link FunctionFiles}), a small entry of
 * each in memory, and the artifacts that their versions name. A change is on the disk before it is
 * visible, and visible at once: a request takes the version that is current when it arrives and
 * keeps it.
 *
 * <p>What no kept version names leaves the store after a while ({@link #sweep}).
 */
final class Catalogue {
  private static final Logger LOG = Logger.getLogger(Catalogue.class);

  /** A function; lives as long as its name does, over all its versions. */
  static final class Entry {
    private final FunctionName name;
    private final AtomicInteger running = new AtomicInteger();
    private volatile Version current;

    private Entry(FunctionName name, Version current) {
      this.name = name;
      this.current = current;
    }

    FunctionName name() {
      return name;
    }

    Version current() {
      return current;
    }

    /** Of hardware, by the cluster's word; empty where any will do. */
    String profile() {
      return current.profile();
    }

    /** Runs of this function now. */
    AtomicInteger running() {
      return running;
    }
  }

  /**
   * What must be known of a version before its manifest is read.
   *
   * @param publishIndex of its entry in the log; absent when it was deployed without one
   * @param profile of hardware that it is placed by; empty for any
   */
  record Version(
      Digest manifest, Route route, int inputBytes, OptionalLong publishIndex, String profile) {
    static Version of(Digest digest, Manifest manifest, OptionalLong publishIndex) {
      return new Version(
          digest, manifest.route(), manifest.limits().inputBytes(), publishIndex, "");
    }

    private Version at(Route other, String otherProfile) {
      return new Version(manifest, other, inputBytes, publishIndex, otherProfile);
    }

    private Version published(long index) {
      return new Version(manifest, route, inputBytes, OptionalLong.of(index), profile);
    }
  }

  /**
   * A version that was read.
   *
   * @param plainEnvironment digest of what the guest sees when the request adds no variables
   */
  record Loaded(Manifest manifest, Digest digest, Digest plainEnvironment) {
    static Loaded of(Manifest manifest, Digest digest) {
      return new Loaded(manifest, digest, Environment.of(manifest, new TreeMap<>()).digest());
    }
  }

  private final FunctionFiles files;
  private final ContentStore store;
  private final HeadConfig.Store bounds;
  private final InstantSource clock;
  private final ConcurrentHashMap<FunctionName, Entry> entries = new ConcurrentHashMap<>();
  private volatile Routes routes = Routes.NONE;

  /** Parsed manifests, least recently used first. Guarded by itself. */
  private final LinkedHashMap<Digest, Loaded> parsed;

  /** One change at a time; reading needs no lock. */
  private final Object changes = new Object();

  /** Under {@link #changes}: since when nobody names an artifact. */
  private final Map<Digest, Long> unusedSince = new HashMap<>();

  private Catalogue(HeadConfig config, ContentStore store, InstantSource clock) {
    this.files = new FunctionFiles(config.data().resolve("functions"));
    this.store = store;
    this.bounds = config.store();
    this.clock = clock;
    int most = config.memory().manifests();
    this.parsed =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Digest, Loaded> eldest) {
            return size() > most;
          }
        };
  }

  /** Reads every function's current version; one that cannot be read is logged and left out. */
  static Catalogue open(HeadConfig config, ContentStore store, InstantSource clock)
      throws IOException {
    var catalogue = new Catalogue(config, store, clock);
    for (var name : catalogue.files.names()) {
      try {
        var digest = catalogue.files.current(name);
        var manifest = catalogue.read(name, digest);
        var published = catalogue.files.published(name, digest);
        catalogue.entries.put(name, new Entry(name, Version.of(digest, manifest, published)));
        for (var version : catalogue.files.versions(name)) catalogue.pin(name, version);
      } catch (IOException | IllegalArgumentException e) {
        LOG.errorf("function=%s event=left-out why=%s", name, e.getMessage());
      }
    }
    catalogue.routes = Routes.of(catalogue.entries.values());
    return catalogue;
  }

  Optional<Entry> find(FunctionName name) {
    return Optional.ofNullable(entries.get(name));
  }

  Optional<Entry> find(String namespace, String name) {
    try {
      return find(new FunctionName(namespace, name));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  Routes routes() {
    return routes;
  }

  int size() {
    return entries.size();
  }

  /** By name. */
  List<Entry> list() {
    return List.copyOf(new ConcurrentSkipListMap<>(entries).values());
  }

  /** Reads the file unless the manifest was used lately. */
  Loaded load(FunctionName name, Digest digest) {
    synchronized (parsed) {
      var known = parsed.get(digest);
      if (known != null) return known;
    }
    try {
      var loaded = Loaded.of(read(name, digest), digest);
      synchronized (parsed) {
        parsed.put(digest, loaded);
      }
      return loaded;
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read version " + digest + " of " + name, e);
    }
  }

  /**
   * Makes this version current: requests from now on get it. Those in flight end on theirs.
   *
   * @param publishIndex of its entry in the log, where there is one
   * @return whether it is another version than before
   * @throws Problem.Thrown route-conflict, or store-full when there are too many functions
   */
  boolean publish(Manifest manifest, OptionalLong publishIndex) throws IOException {
    return publish(manifest, publishIndex, manifest.route(), "");
  }

  /**
   * The same, where somebody else says whether it has the route it asks for, and where it runs.
   *
   * @param route the manifest's, or none
   * @param profile of hardware; empty for any
   */
  boolean publish(Manifest manifest, OptionalLong publishIndex, Route route, String profile)
      throws IOException {
    var name = manifest.name();
    var octets = Bytes.wrap(ManifestJson.write(manifest));
    var digest = Digest.of(octets);
    synchronized (changes) {
      var entry = entries.get(name);
      if (entry != null && entry.current().manifest().equals(digest)) {
        if (publishIndex.isPresent()) published(name, digest, publishIndex.getAsLong());
        if (!entry.current().route().equals(route)) requireFree(route, name);
        entry.current = entry.current().at(route, profile);
        routes = Routes.of(entries.values());
        return false;
      }
      if (entry == null && entries.size() >= bounds.functions())
        throw Problem.of(
                ProblemType.STORE_FULL,
                "this head holds " + entries.size() + " functions, the most it may")
            .thrown();
      requireFree(route, name);
      store.put(octets);
      files.write(name, digest, octets);
      if (publishIndex.isPresent()) files.writePublished(name, digest, publishIndex.getAsLong());
      pin(manifest, digest);
      files.point(name, digest);
      var version = Version.of(digest, manifest, publishIndex).at(route, profile);
      if (entry == null) {
        entries.put(name, new Entry(name, version));
      } else {
        entry.current = version;
      }
      routes = Routes.of(entries.values());
      for (var old : files.oldest(name, digest, bounds.versions())) forget(name, old);
      return true;
    }
  }

  /** Where the log has a version that is kept here. */
  OptionalLong published(FunctionName name, Digest version) throws IOException {
    synchronized (changes) {
      return entries.containsKey(name) ? files.published(name, version) : OptionalLong.empty();
    }
  }

  /** The log has a version that is current; one that is no longer is left alone. */
  void published(FunctionName name, Digest version, long index) throws IOException {
    synchronized (changes) {
      var entry = entries.get(name);
      if (entry == null || !entry.current().manifest().equals(version)) return;
      if (entry.current().publishIndex().equals(OptionalLong.of(index))) return;
      files.writePublished(name, version, index);
      entry.current = entry.current.published(index);
    }
  }

  /**
   * Takes the function away; requests in flight end.
   *
   * @return its versions, for workers to forget; empty when there is no such function
   */
  List<Digest> delete(FunctionName name) throws IOException {
    synchronized (changes) {
      if (!entries.containsKey(name)) return List.of();
      var versions = files.versions(name);
      files.unpoint(name);
      entries.remove(name);
      routes = Routes.of(entries.values());
      for (var version : versions) forget(name, version);
      files.remove(name);
      return versions;
    }
  }

  /** The function must not take another one's route, nor one of the head's own paths. */
  void requireFreeRoute(Manifest manifest) {
    requireFree(manifest.route(), manifest.name());
  }

  private void requireFree(Route route, FunctionName name) {
    var reserved = Routes.reserved(route);
    if (reserved.isPresent())
      throw Problem.of(
              ProblemType.ROUTE_CONFLICT,
              "route " + route.path() + " lies in " + reserved.get() + ", which is the head's own")
          .thrown();
    var owner = routes.owner(route, name);
    if (owner.isPresent())
      throw Problem.of(
              ProblemType.ROUTE_CONFLICT,
              "route " + route.host() + route.path() + " belongs to function " + owner.get())
          .thrown();
  }

  /**
   * Removes artifacts that no kept version has named for {@link HeadConfig.Store#unusedFor}.
   *
   * @return how many
   */
  int sweep() throws IOException {
    synchronized (changes) {
      long now = clock.millis();
      var here = store.digests();
      unusedSince.keySet().retainAll(here);
      Set<Digest> used = used();
      int removed = 0;
      for (var digest : here) {
        if (used.contains(digest)) {
          unusedSince.remove(digest);
        } else if (now - unusedSince.computeIfAbsent(digest, _ -> now)
            >= bounds.unusedFor().toMillis()) {
          store.delete(digest);
          unusedSince.remove(digest);
          removed++;
        }
      }
      return removed;
    }
  }

  /** An artifact was sent or asked for: its time without use begins anew. */
  void touch(Digest artifact) {
    synchronized (changes) {
      unusedSince.remove(artifact);
    }
  }

  private Set<Digest> used() throws IOException {
    var used = new HashSet<Digest>();
    for (var name : entries.keySet())
      for (var version : files.versions(name)) {
        used.add(version);
        artifacts(read(name, version)).forEach(used::add);
      }
    return used;
  }

  private void pin(FunctionName name, Digest version) {
    try {
      pin(read(name, version), version);
    } catch (IOException | IllegalArgumentException e) {
      LOG.errorf("function=%s version=%s event=left-out why=%s", name, version, e.getMessage());
    }
  }

  private void pin(Manifest manifest, Digest version) {
    store.pin(version);
    artifacts(manifest).forEach(store::pin);
  }

  private void forget(FunctionName name, Digest version) throws IOException {
    try {
      artifacts(read(name, version)).forEach(store::unpin);
      store.unpin(version);
    } catch (ArtifactException | IllegalArgumentException e) {
      LOG.warnf("function=%s version=%s event=unreadable why=%s", name, version, e.getMessage());
    }
    files.removeVersion(name, version);
  }

  private static Stream<Digest> artifacts(Manifest manifest) {
    return Stream.concat(Stream.of(manifest.module()), manifest.files().stream());
  }

  private Manifest read(FunctionName name, Digest digest) throws IOException {
    var octets = files.read(name, digest);
    var actual = Digest.of(octets);
    if (!actual.equals(digest))
      throw new IOException(
          "version " + digest + " of " + name + " was changed on disk, it is now " + actual);
    return ManifestJson.parse(octets.unsafeArray());
  }
}
