package dev.windlass.artifact;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * A directory of immutable files named by their SHA-256, below {@code sha256/<2 hex>/<62 hex>}. One
 * process uses it at a time; any thread may call. Calls block on the disk.
 *
 * <p>Bounded by bytes: what was used longest ago goes first, never what is {@linkplain #pin
 * pinned}. The order survives a restart through the files' modification times.
 */
public final class ContentStore {
  /** For a store that is bounded by its disk only. */
  public static final long UNBOUNDED = Long.MAX_VALUE;

  private static final Pattern SHARD = Pattern.compile("[0-9a-f]{2}");
  private static final Pattern REST = Pattern.compile("[0-9a-f]{62}");

  private final Path directory;
  private final long maxBytes;
  private final Opener opener;
  private final InstantSource clock;

  /** Guards everything below, and the rename or removal that goes with it. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Size of each artifact, least recently used first. */
  private final LinkedHashMap<Digest, Long> sizes = new LinkedHashMap<>(16, 0.75f, true);

  private final Map<Digest, Integer> pins = new HashMap<>();
  private long usedBytes;

  /** Opens a file for writing that must not exist; the seam for faults in tests. */
  interface Opener {
    FileChannel open(Path file) throws IOException;
  }

  private ContentStore(Path directory, long maxBytes, Opener opener, InstantSource clock) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.opener = opener;
    this.clock = clock;
  }

  /**
   * Makes the directory if need be, removes what an interrupted write left, and takes stock by
   * names and sizes; contents are checked when they are read.
   */
  public static ContentStore open(Path directory, long maxBytes) throws IOException {
    return open(
        directory,
        maxBytes,
        file -> FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        InstantSource.system());
  }

  static ContentStore open(Path directory, long maxBytes, Opener opener, InstantSource clock)
      throws IOException {
    var store = new ContentStore(directory, maxBytes, opener, clock);
    store.takeStock();
    return store;
  }

  public boolean has(Digest digest) {
    lock.lock();
    try {
      return sizes.get(digest) != null;
    } finally {
      lock.unlock();
    }
  }

  /** Size in bytes, or empty when it is not here. */
  public Optional<Long> size(Digest digest) {
    lock.lock();
    try {
      return Optional.ofNullable(sizes.get(digest));
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of all artifacts. */
  public long usedBytes() {
    lock.lock();
    try {
      return usedBytes;
    } finally {
      lock.unlock();
    }
  }

  /** What is here now. */
  public Set<Digest> digests() {
    lock.lock();
    try {
      return new TreeSet<>(sizes.keySet());
    } finally {
      lock.unlock();
    }
  }

  /** Keeps the octets under their own digest. */
  public Digest put(Bytes octets) throws IOException {
    var digest = Digest.of(octets);
    if (has(digest)) return digest;
    try (var incoming = receive(digest, octets.size())) {
      incoming.write(octets.unsafeArray(), 0, octets.size());
      incoming.commit();
    }
    return digest;
  }

  /**
   * Keeps what the stream delivers if it is what {@code expected} names. The stream is read to its
   * end, or to the first byte over {@code mostBytes}, and stays open.
   *
   * @return its size in bytes
   */
  public long put(Digest expected, InputStream octets, long mostBytes) throws IOException {
    try (var incoming = receive(expected, mostBytes)) {
      var buffer = new byte[64 << 10];
      for (int n = octets.read(buffer); n >= 0; n = octets.read(buffer))
        incoming.write(buffer, 0, n);
      return incoming.commit();
    }
  }

  /** For octets that arrive in pieces. Close it in any case; without commit nothing is kept. */
  public Incoming receive(Digest expected, long mostBytes) throws IOException {
    var temporary = directory.resolve("incoming").resolve(UUID.randomUUID().toString());
    try {
      return new Incoming(this, expected, mostBytes, temporary, opener.open(temporary));
    } catch (IOException e) {
      throw explain(e, expected, 0);
    }
  }

  /**
   * The octets, hashed again; empty when they are not here.
   *
   * @throws ArtifactException.Corrupt when they changed on the disk
   */
  public Optional<Bytes> read(Digest digest) throws IOException {
    if (!has(digest)) return Optional.empty();
    var file = fileOf(digest);
    byte[] octets;
    try {
      octets = Files.readAllBytes(file);
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    } catch (NoSuchFileException e) {
      forget(digest);
      return Optional.empty();
    }
    var actual = Digest.of(octets);
    if (!actual.equals(digest)) throw quarantine(digest, actual, octets.length);
    return Optional.of(Bytes.wrap(octets));
  }

  /**
   * Its file, to be sent on as it is: nobody has hashed it again, so whoever gets the octets has
   * to. Empty when it is not here.
   */
  public Optional<Path> file(Digest digest) throws IOException {
    if (!has(digest)) return Optional.empty();
    var file = fileOf(digest);
    try {
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      return Optional.of(file);
    } catch (NoSuchFileException e) {
      forget(digest);
      return Optional.empty();
    }
  }

  /** Removes it, pinned or not; nothing happens when it is not here. */
  public void delete(Digest digest) throws IOException {
    lock.lock();
    try {
      forget(digest);
      Files.deleteIfExists(fileOf(digest));
    } finally {
      lock.unlock();
    }
  }

  /** Keeps it from being pushed out, as often as it was pinned; it need not be here yet. */
  public void pin(Digest digest) {
    lock.lock();
    try {
      pins.merge(digest, 1, Integer::sum);
    } finally {
      lock.unlock();
    }
  }

  public void unpin(Digest digest) {
    lock.lock();
    try {
      pins.computeIfPresent(digest, (_, count) -> count == 1 ? null : count - 1);
    } finally {
      lock.unlock();
    }
  }

  /** The temporary file is whole, verified and synced: gives it its name. */
  void admit(Digest digest, Path temporary, long size) throws IOException {
    lock.lock();
    try {
      if (sizes.get(digest) != null) return;
      makeRoom(digest, size);
      var file = fileOf(digest);
      Files.createDirectories(file.getParent());
      move(temporary, file);
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      sync(file.getParent());
      sync(file.getParent().getParent());
      sizes.put(digest, size);
      usedBytes += size;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. Removes nothing unless it is enough. */
  private void makeRoom(Digest digest, long size) throws IOException {
    if (size <= maxBytes - usedBytes) return;
    long inUse = 0;
    for (var entry : sizes.entrySet())
      if (pins.containsKey(entry.getKey())) inUse += entry.getValue();
    if (size > maxBytes - inUse)
      throw new ArtifactException.StoreFull(digest, size, inUse, maxBytes);
    var leaving = sizes.entrySet().iterator();
    while (size > maxBytes - usedBytes) {
      var oldest = leaving.next();
      if (pins.containsKey(oldest.getKey())) continue;
      Files.deleteIfExists(fileOf(oldest.getKey()));
      usedBytes -= oldest.getValue();
      leaving.remove();
    }
  }

  private ArtifactException quarantine(Digest digest, Digest actual, long size) throws IOException {
    lock.lock();
    try {
      forget(digest);
      var aside = directory.resolve("quarantine").resolve(digest.hex());
      move(fileOf(digest), aside);
      return new ArtifactException.Corrupt(digest, actual, size, aside.toString());
    } catch (NoSuchFileException _) {
      return new ArtifactException.Corrupt(digest, actual, size, "nowhere, it is gone");
    } finally {
      lock.unlock();
    }
  }

  private void forget(Digest digest) {
    lock.lock();
    try {
      var size = sizes.remove(digest);
      if (size != null) usedBytes -= size;
    } finally {
      lock.unlock();
    }
  }

  IOException explain(IOException e, Digest digest, long written) {
    var said = String.valueOf(e.getMessage());
    boolean full = said.contains("No space left") || said.contains("Disk quota exceeded");
    return full
        ? new ArtifactException.DiskFull(digest, written, directory.toString(), e)
        : new IOException("couldn't keep " + digest + " in " + directory, e);
  }

  private Path fileOf(Digest digest) {
    return directory
        .resolve("sha256")
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex().substring(2));
  }

  private void takeStock() throws IOException {
    for (var part : new String[] {"sha256", "incoming", "quarantine"})
      Files.createDirectories(directory.resolve(part));
    try (var left = Files.list(directory.resolve("incoming"))) {
      for (var file : left.toList()) Files.deleteIfExists(file);
    }
    record Found(Digest digest, long size, FileTime used) {}
    try (var files = Files.walk(directory.resolve("sha256"), 2)) {
      files
          .filter(ContentStore::isArtifact)
          .map(
              file -> {
                try {
                  var hex = file.getParent().getFileName() + file.getFileName().toString();
                  return new Found(
                      new Digest(hex), Files.size(file), Files.getLastModifiedTime(file));
                } catch (IOException e) {
                  throw new UncheckedIOException("couldn't take stock of " + file, e);
                }
              })
          .sorted(Comparator.comparing(Found::used).thenComparing(Found::digest))
          .forEachOrdered(
              found -> {
                sizes.put(found.digest(), found.size());
                usedBytes += found.size();
              });
    }
  }

  private static boolean isArtifact(Path file) {
    return REST.matcher(file.getFileName().toString()).matches()
        && SHARD.matcher(file.getParent().getFileName().toString()).matches()
        && Files.isRegularFile(file);
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("couldn't rename " + from + " to " + to + " in one step", e);
    }
  }

  private static void sync(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
