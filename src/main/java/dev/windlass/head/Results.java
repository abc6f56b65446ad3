package dev.windlass.head;

import dev.windlass.function.FunctionName;
import dev.windlass.protocol.InvocationId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The last results, bounded by count and by bytes; the oldest go first. */
final class Results {
  private final int most;
  private final long mostBytes;

  /** Guards the two fields below. */
  private final Object lock = new Object();

  private final ArrayDeque<Result> ring = new ArrayDeque<>();
  private long bytes;

  Results(HeadConfig.Memory memory) {
    this.most = memory.results();
    this.mostBytes = memory.resultBytes();
  }

  void add(Result result) {
    long size = result.bytes();
    synchronized (lock) {
      while (!ring.isEmpty() && (ring.size() >= most || bytes + size > mostBytes)) {
        var oldest = ring.removeFirst();
        bytes -= oldest.bytes();
      }
      if (most == 0 || size > mostBytes) return;
      ring.addLast(result);
      bytes += size;
    }
  }

  /** Looks through all of them: every request adds a result, hardly any is asked for. */
  Optional<Result> find(InvocationId id) {
    synchronized (lock) {
      return ring.stream().filter(result -> result.invocation().equals(id)).findFirst();
    }
  }

  /** Newest first. */
  List<Result> latest(Optional<FunctionName> function, int limit) {
    var found = new ArrayList<Result>();
    synchronized (lock) {
      for (var each = ring.descendingIterator(); each.hasNext() && found.size() < limit; ) {
        var result = each.next();
        if (function.isEmpty() || function.get().equals(result.manifest().name()))
          found.add(result);
      }
    }
    return found;
  }

  long bytes() {
    synchronized (lock) {
      return bytes;
    }
  }
}
