package dev.windlass.link;

import dev.windlass.protocol.ProtocolException;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was asked on a link and is not answered: each has an id, which is never used again, and a
 * deadline. After its deadline a call is <em>late</em>: its reply will be ignored, but the peer is
 * still busy with it, so it keeps its credit, and credits bound both sets.
 */
final class Calls<R> {
  private record Call<R>(Promise<R> promise, long deadline) {}

  private final Map<Long, Call<R>> open = new HashMap<>();
  private final Set<Long> late = new HashSet<>();
  private long next;
  private long earliest = Long.MAX_VALUE;

  /** Ids are {@code first}, and every second number after it. */
  Calls(long first) {
    next = first;
  }

  /** {@code deadline} is a time of the same clock as {@link #expire} gets. */
  long open(Promise<R> promise, long deadline) {
    long id = next;
    next += 2;
    open.put(id, new Call<>(promise, deadline));
    if (open.size() == 1 || deadline - earliest < 0) earliest = deadline;
    return id;
  }

  int size() {
    return open.size();
  }

  int late() {
    return late.size();
  }

  /** True: it is open. False: it is late. Anything else was never asked, or is answered already. */
  boolean expects(long id, String what) throws ProtocolException {
    if (open.containsKey(id)) return true;
    if (late.contains(id)) return false;
    throw new ProtocolException(what + " to " + id + ", which is not open here");
  }

  /** Removes an open call. */
  @Nullable Promise<R> take(long id) {
    var call = open.remove(id);
    return call == null ? null : call.promise;
  }

  /** A late call's reply has come: the peer owes it no more. */
  void settle(long id) {
    late.remove(id);
  }

  /** The ids whose deadline has passed; each is late from now on, and its promise still to fail. */
  Map<Long, Promise<R>> expire(long now) {
    if (open.isEmpty() || now - earliest < 0) return Map.of();
    var expired = new HashMap<Long, Promise<R>>();
    long least = Long.MAX_VALUE;
    boolean any = false;
    for (Iterator<Map.Entry<Long, Call<R>>> i = open.entrySet().iterator(); i.hasNext(); ) {
      var entry = i.next();
      var call = entry.getValue();
      if (now - call.deadline >= 0) {
        expired.put(entry.getKey(), call.promise);
        late.add(entry.getKey());
        i.remove();
      } else if (!any || call.deadline - least < 0) {
        least = call.deadline;
        any = true;
      }
    }
    earliest = least;
    return expired;
  }

  /** Everything that was open, for failing it. */
  List<Promise<R>> clear() {
    var promises = new ArrayList<Promise<R>>(open.size());
    for (var call : open.values()) promises.add(call.promise);
    open.clear();
    late.clear();
    return promises;
  }
}
