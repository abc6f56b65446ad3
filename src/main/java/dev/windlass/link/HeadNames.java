package dev.windlass.link;

import java.lang.System.Logger.Level;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The heads that a worker was told of, by name, as the addresses to dial: the name of a headless
 * Service has one for each head. A name that cannot be resolved now has the addresses it had.
 */
final class HeadNames {
  private static final System.Logger LOG = System.getLogger("dev.windlass.link");

  /** More heads than a worker ever needs; whoever answers for the name cannot make it dial all. */
  static final int MOST = 32;

  private final List<HeadAddress> names;
  private final NameResolution resolution;

  /** For each name; belongs to whoever calls {@link #resolve}, one thread at a time. */
  private final List<Set<HeadAddress>> known;

  HeadNames(List<HeadAddress> names, NameResolution resolution) {
    this.names = List.copyOf(names);
    this.resolution = resolution;
    this.known = new ArrayList<>(names.stream().map(_ -> Set.<HeadAddress>of()).toList());
  }

  /** Blocks; at most {@link #MOST}, each once. */
  Set<HeadAddress> resolve() {
    var all = new LinkedHashSet<HeadAddress>();
    for (int i = 0; i < names.size(); i++) {
      known.set(i, resolved(names.get(i), known.get(i)));
      all.addAll(known.get(i));
    }
    if (all.size() <= MOST) return all;
    LOG.log(
        Level.WARNING, "heads " + names + " have " + all.size() + " addresses, dialled " + MOST);
    return new LinkedHashSet<>(List.copyOf(all).subList(0, MOST));
  }

  private Set<HeadAddress> resolved(HeadAddress name, Set<HeadAddress> before) {
    try {
      var now = new LinkedHashSet<HeadAddress>();
      for (var address : resolution.addresses(name.host()))
        now.add(new HeadAddress(address, name.port()));
      return now.isEmpty() ? before : now;
    } catch (UnknownHostException e) {
      LOG.log(Level.INFO, "head not resolved name=" + name.host() + " why=\"" + e + "\"");
      return before;
    }
  }
}
