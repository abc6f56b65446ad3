package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.json.Json;
import dev.windlass.json.Located;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.TrustFile;
import dev.windlass.registrar.RegisteredKey.Entries;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Which result key belongs to whom, kept for good, so that old results verify after a restart. What
 * a method has done is on the disk when it returns. For any thread.
 *
 * <p>Lines: {@code {"do":"register","id":…,"key":b64 SPKI,"certificate":"sha256:…","at":…,
 * "notAfter":…,"index":n?}}, {@code {"do":"renew","id":…,"certificate":…,"notAfter":…,"index":n?}},
 * {@code {"do":"revoke","id":…,"at":…}}, {@code {"do":"enter","id":…,"register":n?,"revoke":n?}}.
 * An index is that of an entry in the public log; lines of a time without one have none.
 */
public final class Registry implements AutoCloseable {
  public static final int MAX_KEYS = 50_000;

  /** What registering came to. */
  enum Registered {
    DONE,
    KEY_TAKEN,
    FULL
  }

  /** Renewals make lines that soon mean nothing: with so many over two a key, we rewrite. */
  static final int SURPLUS = 4096;

  private final String trustDomain;
  private final RegistryFile file;
  private final List<Consumer<SpiffeId>> onRevocation = new CopyOnWriteArrayList<>();

  /** Written under the lock of this, after the file; read by any thread. */
  private final Map<SpiffeId, RegisteredKey> keys = new ConcurrentHashMap<>();

  private final Map<Ed25519PublicKey, SpiffeId> owners = new ConcurrentHashMap<>();

  private Registry(Path path, String trustDomain) throws IOException {
    this.trustDomain = trustDomain;
    this.file = RegistryFile.open(path, line -> replay(line.at()));
  }

  /**
   * Opens or creates it.
   *
   * @throws IOException if it cannot be read, or a line that was acknowledged is damaged: it says
   *     which, and nothing is guessed
   */
  public static Registry open(Path path, String trustDomain) throws IOException {
    return new Registry(path, trustDomain);
  }

  public Optional<RegisteredKey> keyOf(SpiffeId id) {
    return Optional.ofNullable(keys.get(id));
  }

  /** Where the public log has this identity's newest certificate; empty if it has none. */
  public OptionalLong registerIndexOf(SpiffeId id) {
    var known = keys.get(id);
    return known == null ? OptionalLong.empty() : known.entries().register();
  }

  /** All keys, the revoked and the expired too, oldest first. */
  public TrustFile trustFile() {
    var workers =
        keys.values().stream()
            .sorted(
                Comparator.comparing(RegisteredKey::registeredAt)
                    .thenComparing(k -> k.id().toString()))
            .map(Registry::worker)
            .toList();
    return new TrustFile(trustDomain, workers);
  }

  /** Calls {@code listener} with each identity that is revoked from now on. */
  public void onRevocation(Consumer<SpiffeId> listener) {
    onRevocation.add(listener);
  }

  /**
   * From {@code at} on the identity is not renewed and what it signs does not count.
   *
   * @return false if it is unknown or was revoked before
   */
  public boolean revoke(SpiffeId id, Instant at) throws IOException {
    synchronized (this) {
      var known = keys.get(id);
      if (known == null || known.revokedAt() != null) return false;
      file.append(revocation(id, at));
      keys.put(id, known.revoked(at));
    }
    onRevocation.forEach(l -> l.accept(id));
    return true;
  }

  synchronized Registered register(RegisteredKey fresh) throws IOException {
    if (owners.containsKey(fresh.key())) return Registered.KEY_TAKEN;
    if (keys.size() >= MAX_KEYS) return Registered.FULL;
    if (keys.containsKey(fresh.id()))
      throw new AssertionError("a fresh name is taken: " + fresh.id());
    file.append(registration(fresh));
    keep(fresh);
    return Registered.DONE;
  }

  /** False if the identity is unknown or revoked. */
  synchronized boolean renew(SpiffeId id, Digest certificate, Instant notAfter, OptionalLong index)
      throws IOException {
    var known = keys.get(id);
    if (known == null || known.revokedAt() != null) return false;
    var line =
        Json.object()
            .put("do", "renew")
            .put("id", id.toString())
            .put("certificate", certificate.toString())
            .put("notAfter", notAfter.toString());
    index.ifPresent(n -> line.put("index", n));
    file.append(line.build());
    keys.put(id, known.renewed(certificate, notAfter, index));
    if (file.lines() > 2L * keys.size() + SURPLUS)
      file.replace(keys.values().stream().flatMap(Registry::lines));
    return true;
  }

  /**
   * The log has entries of this identity: as it was registered, or its revocation, or both. An
   * index that is known already stays.
   */
  synchronized void enter(SpiffeId id, Entries found) throws IOException {
    var known = keys.get(id);
    if (known == null) throw new IllegalArgumentException("not registered: " + id);
    var all =
        new Entries(
            known.entries().register().isPresent() ? known.entries().register() : found.register(),
            known.entries().revoke().isPresent() ? known.entries().revoke() : found.revoke());
    if (all.equals(known.entries())) return;
    file.append(entered(id, all));
    keys.put(id, known.entered(all));
  }

  boolean isFull() {
    return keys.size() >= MAX_KEYS;
  }

  boolean owns(Ed25519PublicKey key) {
    return owners.containsKey(key);
  }

  /** A snapshot, in no order. */
  List<RegisteredKey> all() {
    return List.copyOf(keys.values());
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }

  private void keep(RegisteredKey k) {
    keys.put(k.id(), k);
    owners.put(k.key(), k.id());
  }

  private void replay(Located at) {
    var id = at.get("id").as(SpiffeId::parse);
    switch (at.get("do").text()) {
      case "register" -> {
        at.only("do", "id", "key", "certificate", "at", "notAfter", "index");
        if (keys.containsKey(id)) throw at.get("id").fail("registered twice: " + id);
        keep(
            new RegisteredKey(
                id,
                at.get("key").as(Registry::key),
                at.get("certificate").as(Digest::parse),
                time(at.get("at")),
                time(at.get("notAfter")),
                null,
                new Entries(index(at, "index"), OptionalLong.empty())));
      }
      case "renew" -> {
        at.only("do", "id", "certificate", "notAfter", "index");
        var certificate = at.get("certificate").as(Digest::parse);
        var until = time(at.get("notAfter"));
        keys.put(id, known(at, id).renewed(certificate, until, index(at, "index")));
      }
      case "revoke" -> {
        at.only("do", "id", "at");
        keys.put(id, known(at, id).revoked(time(at.get("at"))));
      }
      case "enter" -> {
        at.only("do", "id", "register", "revoke");
        var entries = new Entries(index(at, "register"), index(at, "revoke"));
        keys.put(id, known(at, id).entered(entries));
      }
      default -> throw at.get("do").fail("expected register, renew, revoke or enter");
    }
  }

  private RegisteredKey known(Located at, SpiffeId id) {
    var known = keys.get(id);
    if (known == null) throw at.get("id").fail("not registered before: " + id);
    return known;
  }

  private static Stream<Json> lines(RegisteredKey k) {
    var lines = Stream.<Json>builder().add(registration(k));
    if (k.revokedAt() != null) lines.add(revocation(k.id(), k.revokedAt()));
    if (k.entries().revoke().isPresent()) lines.add(entered(k.id(), k.entries()));
    return lines.build();
  }

  private static Json registration(RegisteredKey k) {
    var line =
        Json.object()
            .put("do", "register")
            .put("id", k.id().toString())
            .put("key", Base64.getEncoder().encodeToString(k.key().spki().unsafeArray()))
            .put("certificate", k.certificate().toString())
            .put("at", k.registeredAt().toString())
            .put("notAfter", k.notAfter().toString());
    k.entries().register().ifPresent(n -> line.put("index", n));
    return line.build();
  }

  private static Json entered(SpiffeId id, Entries entries) {
    var line = Json.object().put("do", "enter").put("id", id.toString());
    entries.register().ifPresent(n -> line.put("register", n));
    entries.revoke().ifPresent(n -> line.put("revoke", n));
    return line.build();
  }

  private static Json revocation(SpiffeId id, Instant at) {
    return Json.object()
        .put("do", "revoke")
        .put("id", id.toString())
        .put("at", at.toString())
        .build();
  }

  private static TrustFile.Worker worker(RegisteredKey k) {
    return new TrustFile.Worker(
        k.id().toString(),
        k.key(),
        k.registeredAt(),
        k.notAfter(),
        Optional.ofNullable(k.revokedAt()),
        k.entries().register());
  }

  private static Ed25519PublicKey key(String base64) {
    return Ed25519PublicKey.ofSpki(Bytes.wrap(Base64.getDecoder().decode(base64)));
  }

  private static OptionalLong index(Located at, String name) {
    return at.find(name)
        .map(n -> OptionalLong.of(n.integer(0, Json.MAX_INTEGER)))
        .orElse(OptionalLong.empty());
  }

  private static Instant time(Located at) {
    try {
      return Instant.parse(at.text());
    } catch (DateTimeParseException e) {
      throw at.fail("not a time of RFC 3339: " + at.text());
    }
  }
}
