package dev.windlass.tlog.store;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A backend in memory that fails when it is told to. Strict: an immutable path that gets other
 * octets is an AssertionError, which no code of ours may survive.
 */
final class FaultyBackend implements Backend {
  private final ConcurrentSkipListMap<String, byte[]> octets = new ConcurrentSkipListMap<>();
  private final Faults faults;

  FaultyBackend(Faults faults) {
    this.faults = faults;
  }

  /** The same content, other faults. */
  FaultyBackend copy(Faults others) {
    var copy = new FaultyBackend(others);
    copy.octets.putAll(octets);
    return copy;
  }

  @Override
  public void put(List<Upload> uploads) throws IOException {
    for (var upload : uploads) faults.write("put " + upload.path(), () -> write(upload));
  }

  @Override
  public void putLazily(List<Upload> uploads) throws IOException {
    for (var upload : uploads) faults.write("put lazily " + upload.path(), () -> write(upload));
  }

  @Override
  public void sync() throws IOException {
    faults.write("sync", () -> {});
  }

  @Override
  public Optional<byte[]> get(String path) {
    return Optional.ofNullable(octets.get(Upload.checked(path))).map(byte[]::clone);
  }

  @Override
  public List<String> list(String directory) {
    return octets.keySet().stream()
        .filter(path -> directory.isEmpty() || path.startsWith(directory + "/"))
        .toList();
  }

  @Override
  public void delete(List<String> paths) throws IOException {
    for (var path : paths) faults.write("delete " + path, () -> octets.remove(path));
  }

  /** Everything that is there; changes change the backend. */
  TreeMap<String, byte[]> content() {
    return new TreeMap<>(octets);
  }

  /** Behind everybody's back. */
  void tamper(String path, byte[] with) {
    octets.put(path, with);
  }

  void lose(String path) {
    octets.remove(path);
  }

  private void write(Upload upload) {
    var there = octets.get(upload.path());
    if (!upload.replaces() && there != null && !Arrays.equals(there, upload.octets()))
      throw new AssertionError(upload + " is immutable and would be changed");
    octets.put(upload.path(), upload.octets().clone());
  }
}
