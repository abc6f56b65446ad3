package dev.windlass.tlog.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A directory of files, in the layout that C2SP tlog-tiles serves. Octets go into {@code .incoming}
 * first and get their name by a rename, so that no reader sees half of them.
 */
public final class FileBackend implements Backend {
  /** More than this many files are synced without being asked. */
  private static final int MOST_UNSYNCED = 8_192;

  private final Path directory;
  private final Path incoming;
  private final Disk disk;

  /** What {@link #sync} owes; the writer's. */
  private final Set<Path> unsynced = new LinkedHashSet<>();

  private final Set<Path> unsyncedDirectories = new LinkedHashSet<>();

  /** Directories that are there, with a durable name unless the one above is unsynced. */
  private final Set<Path> made = new HashSet<>();

  private FileBackend(Path directory, Disk disk) {
    this.directory = directory;
    this.incoming = directory.resolve(".incoming");
    this.disk = disk;
  }

  /** Makes the directory if need be and removes what an interrupted write left. */
  public static FileBackend open(Path directory) throws IOException {
    return open(directory, Disk.REAL);
  }

  static FileBackend open(Path directory, Disk disk) throws IOException {
    var backend = new FileBackend(directory.toAbsolutePath().normalize(), disk);
    try {
      disk.makeDurableDirectory(backend.incoming);
      for (var left : disk.files(backend.incoming)) disk.delete(left);
    } catch (IOException e) {
      throw new IOException("couldn't use " + directory + ": " + Disk.reason(e), e);
    }
    return backend;
  }

  @Override
  public void put(List<Upload> uploads) throws IOException {
    var names = new LinkedHashSet<Path>();
    for (var upload : uploads) {
      var file = write(upload, true);
      names.add(parent(file));
      for (var above = parent(file); !above.equals(directory); above = parent(above))
        if (unsyncedDirectories.contains(parent(above))) names.add(parent(above));
    }
    for (var each : names) disk.forceDirectory(each);
  }

  @Override
  public void putLazily(List<Upload> uploads) throws IOException {
    for (var upload : uploads) {
      var file = write(upload, false);
      unsynced.add(file);
      unsyncedDirectories.add(parent(file));
    }
    if (unsynced.size() > MOST_UNSYNCED) sync();
  }

  @Override
  public void sync() throws IOException {
    disk.forceAll(unsynced);
    for (var each : unsyncedDirectories) disk.forceDirectory(each);
    unsynced.clear();
    unsyncedDirectories.clear();
  }

  @Override
  public Optional<byte[]> get(String path) throws IOException {
    return disk.read(file(path));
  }

  @Override
  public List<String> list(String below) throws IOException {
    var from = below.isEmpty() ? directory : file(below);
    var paths = new ArrayList<String>();
    for (var file : disk.files(from))
      if (!file.startsWith(incoming)) paths.add(directory.relativize(file).toString());
    paths.sort(null);
    return paths;
  }

  @Override
  public void delete(List<String> paths) throws IOException {
    var directories = new LinkedHashSet<Path>();
    for (var path : paths) {
      var file = file(path);
      disk.delete(file);
      unsynced.remove(file);
      directories.add(parent(file));
    }
    for (var each : directories) disk.forceDirectory(each);
    // A partial tile is not written again once its full one is there, so neither is its directory.
    for (var each : directories) {
      if (!each.getFileName().toString().endsWith(".p")) continue;
      disk.deleteEmptyDirectory(each);
      made.remove(each);
    }
  }

  /** Where it was written; the name is not durable yet. */
  private Path write(Upload upload, boolean durably) throws IOException {
    var file = file(upload.path());
    try {
      if (!upload.replaces()) checkUnchanged(upload, file);
      make(parent(file));
      var temporary = incoming.resolve(upload.path().replace('/', '_'));
      disk.write(temporary, upload.octets());
      if (durably) disk.force(temporary);
      disk.rename(temporary, file);
      return file;
    } catch (ImmutableException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("couldn't write " + file + ": " + Disk.reason(e), e);
    }
  }

  private void checkUnchanged(Upload upload, Path file) throws IOException {
    var there = disk.read(file);
    if (there.isPresent() && !Arrays.equals(there.get(), upload.octets()))
      throw new ImmutableException(upload.path(), there.get().length, upload.octets().length);
  }

  private void make(Path wanted) throws IOException {
    if (wanted.equals(directory) || made.contains(wanted)) return;
    make(parent(wanted));
    disk.makeDirectory(wanted);
    unsyncedDirectories.add(parent(wanted));
    made.add(wanted);
  }

  private Path file(String path) {
    return directory.resolve(Upload.checked(path));
  }

  /** Of a path below {@link #directory}. */
  private static Path parent(Path below) {
    var parent = below.getParent();
    if (parent == null) throw new AssertionError(below + " has no parent");
    return parent;
  }
}
