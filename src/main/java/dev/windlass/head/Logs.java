package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.FunctionName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The end of each function's stderr, bounded for a function by bytes and over all by the number of
 * functions (the one that wrote least recently goes). Lost with the head.
 */
final class Logs {
  /**
   * @param outcome how the run ended, see {@link Result#outcome}
   * @param dropped octets of stderr beyond the function's limit
   */
  record Entry(
      String invocation, long unixMillis, String worker, String outcome, Bytes text, long dropped) {
    int bytes() {
      return 160 + text.size();
    }
  }

  private static final class Log {
    final ArrayDeque<Entry> entries = new ArrayDeque<>();
    int bytes;
  }

  private record Follower(FunctionName function, Consumer<Entry> listener) {}

  private final int mostBytes;
  private final int mostFunctions;
  private final int mostFollowers;

  /** Guards logs. */
  private final Object lock = new Object();

  private final Map<FunctionName, Log> logs = new LinkedHashMap<>(16, 0.75f, true);
  private final CopyOnWriteArrayList<Follower> followers = new CopyOnWriteArrayList<>();

  Logs(HeadConfig.Memory memory) {
    this.mostBytes = memory.logBytes();
    this.mostFunctions = memory.logFunctions();
    this.mostFollowers = memory.followers();
  }

  void append(FunctionName function, Entry entry) {
    synchronized (lock) {
      var log = logs.computeIfAbsent(function, _ -> new Log());
      log.entries.addLast(entry);
      log.bytes += entry.bytes();
      while (log.bytes > mostBytes && log.entries.size() > 1)
        log.bytes -= log.entries.removeFirst().bytes();
      if (logs.size() > mostFunctions) logs.remove(logs.keySet().iterator().next());
    }
    for (var follower : followers)
      if (follower.function().equals(function)) follower.listener().accept(entry);
  }

  /** Oldest first. */
  List<Entry> read(FunctionName function) {
    synchronized (lock) {
      var log = logs.get(function);
      return log == null ? List.of() : new ArrayList<>(log.entries);
    }
  }

  void forget(FunctionName function) {
    synchronized (lock) {
      logs.remove(function);
    }
  }

  /**
   * Calls {@code listener} for each entry to come, on the thread that appends it: it must only hand
   * it on.
   *
   * @return ends it
   * @throws Problem.Thrown overloaded when there are too many
   */
  Runnable follow(FunctionName function, Consumer<Entry> listener) {
    if (followers.size() >= mostFollowers)
      throw Problem.of(ProblemType.OVERLOADED, mostFollowers + " clients follow logs already")
          .thrown();
    var follower = new Follower(function, listener);
    followers.add(follower);
    return () -> followers.remove(follower);
  }
}
