package dev.windlass.tlog.store;

import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.LogPath.EntryTile;
import dev.windlass.tlog.LogPath.HashTile;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which partial tiles lie in the backend, and which of them may go. Those of a published checkpoint
 * stay until the full tile is there (tlog-tiles), those of a tree that was only committed until the
 * next one. The sequencer's thread's.
 */
final class Partials {
  /** In the backend, of tiles that are not full. At most 255 for each of nine edges. */
  private final Set<LogPath> kept = new HashSet<>();

  private final Set<LogPath> published = new HashSet<>();

  /** In the backend until somebody deletes them. */
  private final Set<LogPath> obsolete = new LinkedHashSet<>();

  /** Obsolete or not, they go only after a sync: a recovery begins with them, or readers may. */
  private final Set<LogPath> late = new HashSet<>();

  /** The tree has grown to this size, and its partial tiles were written. */
  void grown(long size) {
    var now = Set.copyOf(Tree.partials(size));
    obsolete.removeAll(now);
    kept.removeIf(
        path -> {
          boolean goes = isFull(path, size) || !now.contains(path) && !published.contains(path);
          if (goes) obsolete.add(path);
          if (goes && published.contains(path)) late.add(path);
          return goes;
        });
    kept.addAll(now);
    published.removeIf(path -> isFull(path, size));
  }

  /** Those a published checkpoint needs and the backend lacks. */
  List<LogPath> missing(long checkpoint, long size) {
    return Tree.partials(checkpoint).stream()
        .filter(path -> !isFull(path, size))
        .filter(path -> !kept.contains(path) && !obsolete.contains(path))
        .toList();
  }

  /** They are all in the backend and stay there until their tiles are full. */
  void publish(long checkpoint, long size) {
    for (var path : Tree.partials(checkpoint)) {
      if (isFull(path, size)) continue;
      obsolete.remove(path);
      kept.add(path);
      published.add(path);
    }
  }

  /** Found in the backend when the log was opened at this size; perhaps published. */
  void found(LogPath path, long size) {
    if (isFull(path, size)) {
      obsolete.add(path);
    } else {
      kept.add(path);
      published.add(path);
    }
  }

  boolean isTidy() {
    return obsolete.isEmpty();
  }

  /** Those that came and went since the last settlement; nobody needs them, durable or not. */
  List<String> takePassing() {
    var passing = obsolete.stream().filter(path -> !late.contains(path)).toList();
    passing.forEach(obsolete::remove);
    return passing.stream().map(LogPath::toString).toList();
  }

  /** All that may go once the tree of this size is durable and no staged entries lead to it. */
  List<String> settle(long size) {
    late.clear();
    late.addAll(Tree.partials(size));
    var gone = obsolete.stream().map(LogPath::toString).toList();
    obsolete.clear();
    return gone;
  }

  private static boolean isFull(LogPath path, long size) {
    return switch (path) {
      case HashTile tile -> tile.index() < size >> 8 * tile.level() >> 8;
      case EntryTile tile -> tile.index() < size / LogPath.FULL;
      case LogPath.Checkpoint _ -> throw new IllegalArgumentException("a checkpoint is no tile");
    };
  }
}
