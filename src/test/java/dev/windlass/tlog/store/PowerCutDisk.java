package dev.windlass.tlog.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A file system in memory whose machine loses power at a chosen step. What was not forced may then
 * be there, be missing or be torn; names and contents independently of each other and of order, as
 * far as POSIX allows it to be worse than any real file system.
 */
final class PowerCutDisk implements Disk {
  /** The machine is off; nobody gets to handle this. */
  static final class PowerCut extends Error {
    private static final long serialVersionUID = 1;
  }

  private static final class Inode {
    byte[] seen = {};
    byte[] durable = {};
  }

  /** What a name stood for after a step that is not durable. */
  private record Renamed(Path name, Optional<Inode> to) {}

  private final Path root;
  private final Map<Path, Inode> names = new HashMap<>();
  private final Map<Path, Inode> durableNames = new HashMap<>();
  private final List<Renamed> undurable = new ArrayList<>();
  private final Inode directory = new Inode();
  private int steps;
  private int cutAt = Integer.MAX_VALUE;

  /**
   * @param root a directory that is there and stays
   */
  PowerCutDisk(Path root) {
    this.root = root;
  }

  /** Before the n-th step from now on, from 0. */
  void cutAt(int n) {
    cutAt = steps + n;
  }

  int steps() {
    return steps;
  }

  /** What the disk holds when the machine comes back. */
  PowerCutDisk afterCut(SplittableRandom chance) {
    var survived = new LinkedHashMap<>(durableNames);
    var stuck = new HashMap<Path, Boolean>();
    for (var renamed : undurable) {
      // Later changes of a name survive only if the earlier ones of that name did.
      boolean lost = stuck.merge(renamed.name(), chance.nextBoolean(), (a, b) -> a || b);
      if (lost) continue;
      if (renamed.to().isPresent()) survived.put(renamed.name(), renamed.to().get());
      else survived.remove(renamed.name());
    }
    var after = new PowerCutDisk(root);
    var contents = new HashMap<Inode, Inode>();
    survived.forEach(
        (name, inode) -> {
          if (!hasPath(survived, name)) return;
          var copy =
              inode == directory
                  ? after.directory
                  : contents.computeIfAbsent(inode, i -> torn(i, chance));
          after.names.put(name, copy);
          after.durableNames.put(name, copy);
        });
    return after;
  }

  private boolean hasPath(Map<Path, Inode> survived, Path name) {
    var parent = name.getParent();
    return root.equals(parent) || survived.get(parent) == directory && hasPath(survived, parent);
  }

  private static Inode torn(Inode inode, SplittableRandom chance) {
    var left = new Inode();
    left.seen =
        switch (chance.nextInt(4)) {
          case 0 -> inode.durable;
          case 1 -> inode.seen;
          case 2 -> Arrays.copyOf(inode.seen, inode.seen.length / 2);
          default -> new byte[inode.seen.length];
        };
    if (Arrays.equals(inode.seen, inode.durable)) left.seen = inode.durable;
    left.durable = left.seen;
    return left;
  }

  @Override
  public void write(Path file, byte[] octets) throws IOException {
    step();
    checkParent(file);
    var inode = names.get(file);
    if (inode == null) {
      inode = new Inode();
      rename(file, Optional.of(inode));
    }
    inode.seen = octets.clone();
  }

  @Override
  public void force(Path file) {
    step();
    var inode = names.get(file);
    if (inode != null) inode.durable = inode.seen;
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step();
    checkParent(to);
    var inode = names.get(from);
    if (inode == null) throw new NoSuchFileException(from.toString());
    rename(to, Optional.of(inode));
    rename(from, Optional.empty());
  }

  @Override
  public void forceDirectory(Path parent) {
    step();
    undurable.removeIf(
        renamed -> {
          if (!parent.equals(renamed.name().getParent())) return false;
          if (renamed.to().isPresent()) durableNames.put(renamed.name(), renamed.to().get());
          else durableNames.remove(renamed.name());
          return true;
        });
  }

  @Override
  public void delete(Path file) {
    step();
    if (names.containsKey(file)) rename(file, Optional.empty());
  }

  @Override
  public void deleteEmptyDirectory(Path name) {
    step();
    boolean empty = names.keySet().stream().noneMatch(n -> name.equals(n.getParent()));
    if (empty && names.get(name) == directory) rename(name, Optional.empty());
  }

  @Override
  public void makeDirectory(Path name) throws IOException {
    if (isDirectory(name)) return;
    step();
    checkParent(name);
    rename(name, Optional.of(directory));
  }

  @Override
  public boolean isDirectory(Path path) {
    return root.startsWith(path) || names.get(path) == directory;
  }

  @Override
  public Optional<byte[]> read(Path file) {
    return Optional.ofNullable(names.get(file)).map(inode -> inode.seen.clone());
  }

  @Override
  public List<Path> files(Path below) {
    return names.entrySet().stream()
        .filter(e -> e.getValue() != directory && e.getKey().startsWith(below))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private void rename(Path name, Optional<Inode> to) {
    if (to.isPresent()) names.put(name, to.get());
    else names.remove(name);
    undurable.add(new Renamed(name, to));
  }

  private void checkParent(Path file) throws IOException {
    var parent = file.getParent();
    if (parent == null || !isDirectory(parent)) throw new NoSuchFileException(file.toString());
  }

  private void step() {
    if (steps++ >= cutAt) throw new PowerCut();
  }
}
