package dev.windlass.tlog.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The real file system, until the process is killed at a chosen step: no handler, no flush. */
final class KillableDisk implements Disk {
  private final Disk real = Disk.REAL;
  private int left;
  private final boolean torn;

  /**
   * @param steps that still happen
   * @param torn whether the last one, if it writes, writes half
   */
  KillableDisk(int steps, boolean torn) {
    this.left = steps;
    this.torn = torn;
  }

  private void step() {
    if (left-- <= 0) die();
  }

  private static void die() {
    Runtime.getRuntime().halt(137);
  }

  @Override
  public void write(Path file, byte[] octets) throws IOException {
    if (torn && left == 0) real.write(file, Arrays.copyOf(octets, octets.length / 2));
    step();
    real.write(file, octets);
  }

  @Override
  public void force(Path file) throws IOException {
    step();
    real.force(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step();
    real.rename(from, to);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    step();
    real.forceDirectory(directory);
  }

  @Override
  public void delete(Path file) throws IOException {
    step();
    real.delete(file);
  }

  @Override
  public void deleteEmptyDirectory(Path directory) throws IOException {
    step();
    real.deleteEmptyDirectory(directory);
  }

  @Override
  public void makeDirectory(Path directory) throws IOException {
    if (isDirectory(directory)) return;
    step();
    real.makeDirectory(directory);
  }

  @Override
  public boolean isDirectory(Path path) {
    return real.isDirectory(path);
  }

  @Override
  public Optional<byte[]> read(Path file) throws IOException {
    return real.read(file);
  }

  @Override
  public List<Path> files(Path directory) throws IOException {
    return real.files(directory);
  }
}
