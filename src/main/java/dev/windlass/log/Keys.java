package dev.windlass.log;

import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Keys and their status, a fold over the log's entries. Applying an entry again, or entries in
 * another order, leads to the same state: what counts is their index. Registrations that ended long
 * ago are forgotten.
 *
 * <p>Not for several threads.
 */
final class Keys {
  private static final int APPLIED_BETWEEN_PRUNES = 1_024;

  /**
   * @param index of the entry
   */
  record Registration(long index, Instant since, Instant notAfter) {}

  /** Who has a key, and since when. */
  static final class Holder {
    private final String id;
    private final List<Registration> registrations = new ArrayList<>();
    private long revoked = -1;

    private Holder(String id) {
      this.id = id;
    }

    /** SPIFFE id. */
    String id() {
      return id;
    }

    /** For good: a renewal that was on its way when the key was revoked may have come later. */
    boolean isRevoked() {
      return revoked >= 0;
    }

    Registration newest() {
      return registrations.getLast();
    }

    /** Whether a registration lasts to this time; when it began is the verifier's question. */
    boolean lasts(Instant time) {
      return registrations.stream().anyMatch(r -> !time.isAfter(r.notAfter()));
    }

    /** The registration before this leaf that was good at this time, or else one that lasts. */
    Optional<Registration> at(Instant time, long leaf) {
      var before =
          registrations.stream()
              .filter(r -> r.index() < leaf && !time.isAfter(r.notAfter()))
              .toList();
      return before.stream()
          .filter(r -> !time.isBefore(r.since()))
          .findFirst()
          .or(() -> before.stream().findFirst());
    }

    private void add(Registration registration) {
      int place = registrations.size();
      while (place > 0 && registrations.get(place - 1).index() >= registration.index()) place--;
      if (place < registrations.size() && registrations.get(place).index() == registration.index())
        return;
      registrations.add(place, registration);
    }

    private void prune(Instant before) {
      while (registrations.size() > 1 && registrations.getFirst().notAfter().isBefore(before))
        registrations.removeFirst();
    }
  }

  /**
   * A head's two keys, registered together.
   *
   * @param batches signs batches and epochs
   * @param singles signs single receipts
   */
  record Head(Holder holder, Ed25519PublicKey batches, P256PublicKey singles) {}

  private final LogEntry.Genesis genesis;
  private final Duration keptFor;
  private final InstantSource clock;

  /** By each of its two key ids. */
  private final Map<String, Head> heads = new HashMap<>();

  /** By key id. */
  private final Map<String, Holder> workers = new HashMap<>();

  /** The newest holder for an identity. */
  private final Map<String, Holder> byId = new HashMap<>();

  private int applied;

  /**
   * @param keptFor how long a registration is remembered after its end
   */
  Keys(LogEntry.Genesis genesis, Duration keptFor, InstantSource clock) {
    this.genesis = genesis;
    this.keptFor = keptFor;
    this.clock = clock;
  }

  LogEntry.Genesis genesis() {
    return genesis;
  }

  Optional<Head> head(String keyId) {
    return Optional.ofNullable(heads.get(keyId));
  }

  Optional<Holder> worker(String keyId) {
    return Optional.ofNullable(workers.get(keyId));
  }

  /** The index of the newest registration of an identity that is good now. */
  OptionalLong registration(String id) {
    var holder = byId.get(id);
    if (holder == null || holder.isRevoked()) return OptionalLong.empty();
    var newest = holder.newest();
    return newest.notAfter().isAfter(clock.instant())
        ? OptionalLong.of(newest.index())
        : OptionalLong.empty();
  }

  void apply(long index, LogEntry entry) {
    switch (entry) {
      case LogEntry.WorkerRegister worker -> {
        var holder =
            workers.computeIfAbsent(
                worker.key().keyId(), _ -> new Holder(worker.holder().spiffeId()));
        register(holder, index, entry.at(), worker.holder());
      }
      case LogEntry.HeadRegister head -> {
        var known =
            heads.computeIfAbsent(
                head.batches().keyId(),
                _ ->
                    new Head(new Holder(head.holder().spiffeId()), head.batches(), head.singles()));
        heads.put(head.singles().keyId(), known);
        register(known.holder(), index, entry.at(), head.holder());
      }
      case LogEntry.WorkerRevoke revoke ->
          worker(revoke.keyId()).ifPresent(h -> h.revoked = Math.max(h.revoked, index));
      case LogEntry.HeadRevoke revoke ->
          head(revoke.keyId())
              .map(Head::holder)
              .ifPresent(h -> h.revoked = Math.max(h.revoked, index));
      case LogEntry.Genesis _, LogEntry.FunctionPublish _, LogEntry.HeadEpoch _ -> {}
    }
    if (++applied % APPLIED_BETWEEN_PRUNES == 0) prune();
  }

  /** Of the entries that lead to this state, in their order. */
  long[] indexes() {
    var indexes = new TreeSet<Long>();
    for (var holder : workers.values()) add(indexes, holder);
    for (var head : heads.values()) add(indexes, head.holder());
    return indexes.stream().mapToLong(index -> index).toArray();
  }

  private static void add(TreeSet<Long> indexes, Holder holder) {
    for (var registration : holder.registrations) indexes.add(registration.index());
    if (holder.revoked >= 0) indexes.add(holder.revoked);
  }

  private void register(Holder holder, long index, Instant since, LogEntry.Holder said) {
    holder.add(new Registration(index, since, said.notAfter()));
    var newest = byId.get(holder.id());
    if (newest == null || newest.newest().index() < index) byId.put(holder.id(), holder);
  }

  private void prune() {
    var before = clock.instant().minus(keptFor);
    for (var holder : workers.values()) holder.prune(before);
    for (var head : heads.values()) head.holder().prune(before);
    workers.values().removeIf(h -> isOver(h, before));
    heads.values().removeIf(h -> isOver(h.holder(), before));
    byId.values().removeIf(h -> isOver(h, before));
  }

  /** Who was revoked is never forgotten: the key would be good again. */
  private static boolean isOver(Holder holder, Instant before) {
    return !holder.isRevoked() && holder.newest().notAfter().isBefore(before);
  }
}
