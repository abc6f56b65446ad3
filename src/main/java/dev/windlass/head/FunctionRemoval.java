package dev.windlass.head;

import dev.windlass.function.FunctionName;
import dev.windlass.protocol.Order;
import java.io.IOException;

/** Takes a function away, here and on the workers. */
record FunctionRemoval(Catalogue catalogue, Logs logs, Fleet fleet, Link link) {
  /** Whether there was one. */
  boolean remove(FunctionName name) throws IOException {
    var versions = catalogue.delete(name);
    if (versions.isEmpty()) return false;
    logs.forget(name);
    // Best effort: a worker that misses it pushes the code out by age.
    for (var member : fleet.members())
      for (var version : versions) link.order(member.id.address(), new Order.Evict(name, version));
    return true;
  }
}
