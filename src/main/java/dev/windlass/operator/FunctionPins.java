package dev.windlass.operator;

import dev.windlass.artifact.ContentStore;
import dev.windlass.function.Digest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Keeps what functions are served from in the store, however full it gets. */
final class FunctionPins {
  private final ContentStore store;
  private final Map<String, Set<Digest>> byUid = new HashMap<>();

  FunctionPins(ContentStore store) {
    this.store = store;
  }

  /** These, and no others of this function. */
  synchronized void only(String uid, Set<Digest> served) {
    var before = byUid.getOrDefault(uid, Set.of());
    for (var digest : served) if (!before.contains(digest)) store.pin(digest);
    for (var digest : before) if (!served.contains(digest)) store.unpin(digest);
    if (served.isEmpty()) byUid.remove(uid);
    else byUid.put(uid, new HashSet<>(served));
  }
}
