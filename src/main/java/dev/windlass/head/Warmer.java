package dev.windlass.head;

import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.Order;
import dev.windlass.protocol.Reply;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has workers compile a function before its requests go there, while those that have it carry on.
 * One order at a time for a worker and a module; after a failure, none for a while.
 */
final class Warmer {
  private static final int MAX_ENTRIES = 1_000;
  private static final long AGAIN_MILLIS = 10_000;

  private record Key(SpiffeId worker, Digest module) {}

  private final Fleet fleet;
  private final Link link;
  private final Duration prepare;
  private final InstantSource clock;

  /** Until when not to ask again; {@code Long.MAX_VALUE} while an order is under way. */
  private final ConcurrentHashMap<Key, Long> notBefore = new ConcurrentHashMap<>();

  Warmer(Fleet fleet, Link link, Duration prepare, InstantSource clock) {
    this.fleet = fleet;
    this.link = link;
    this.prepare = prepare;
    this.clock = clock;
  }

  /** Returns at once. */
  void warm(Fleet.Member member, Catalogue.Loaded function) {
    var module = function.manifest().module();
    var key = new Key(member.id, module);
    long now = clock.millis();
    var until = notBefore.get(key);
    if (until != null && until > now) return;
    if (notBefore.size() >= MAX_ENTRIES) notBefore.values().removeIf(u -> u <= now);
    if (notBefore.size() >= MAX_ENTRIES) return;
    boolean mine =
        until == null
            ? notBefore.putIfAbsent(key, Long.MAX_VALUE) == null
            : notBefore.replace(key, until, Long.MAX_VALUE);
    if (!mine) return;
    var seat = fleet.enter(member);
    if (seat.isEmpty()) {
      notBefore.remove(key);
      return;
    }
    var order = new Order.Prepare(function.digest(), (int) prepare.toMillis());
    link.order(seat.get().address(), order)
        .onComplete(
            reply -> {
              fleet.release(seat.get());
              if (reply.succeeded()
                  && reply.result() instanceof Reply.Prepared prepared
                  && prepared.module().equals(module)) {
                member.learned(module);
                notBefore.remove(key);
              } else {
                notBefore.put(key, clock.millis() + AGAIN_MILLIS);
              }
            });
  }
}
