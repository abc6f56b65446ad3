package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import dev.windlass.identity.AttestRequest;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.RenewRequest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256PublicKey;
import dev.windlass.registrar.RegisteredKey.Entries;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Attestation of pods: token, pod, node, keys; then the log; then the object that keeps the
 * identity; then the certificate. For any thread; of one pod at one time.
 *
 * <p>What if we die here: before the log has the entry, nothing happened; before the object has the
 * identity, the log has an entry for a certificate that nobody got; after that the pod, which got
 * no answer, comes again with the same keys and is given another certificate for the same name.
 */
final class ClusterAdmission implements Desk {
  private static final System.Logger LOG = System.getLogger(ClusterAdmission.class.getName());

  private final Issuing issuing;
  private final Cluster cluster;
  private final AttestedPods pods;
  private final Optional<EntryLog> log;
  private final Joining joining = new Joining();
  private final Turns turns = new Turns();

  /**
   * @param log absent where there is none
   */
  ClusterAdmission(
      Supplier<CertificateAuthority> authority,
      Cluster cluster,
      AttestedPods pods,
      Optional<EntryLog> log,
      Surroundings around) {
    this.issuing = new Issuing(authority, around);
    this.cluster = cluster;
    this.pods = pods;
    this.log = log;
  }

  @Override
  public @Nullable Function<Asked, Answer> at(String path) {
    return switch (path) {
      case "/attest/challenge" -> asked -> issuing.challenge(asked.body());
      case "/attest" -> asked -> attest(asked.body());
      case "/renew" -> asked -> renew(asked.session(), asked.body());
      default -> null;
    };
  }

  @Override
  public PeerVerifier peers() {
    return issuing.peers();
  }

  private Answer attest(byte[] body) {
    AttestRequest request;
    try {
      request = AttestRequest.parse(Issuing.parsed(body));
    } catch (IllegalArgumentException e) {
      return Issuing.refused(Refusal.malformed(e.getMessage()));
    }
    var stale = issuing.nonces().objection(request.nonce(), issuing.now());
    if (stale.isPresent()) return Issuing.refused(Refusal.nonce(stale.get()));
    try {
      return switch (cluster.review(request.token())) {
        case PodClaims.Reviewed.Not(var why) -> Issuing.refused(Refusal.serviceToken(why));
        case PodClaims.Reviewed.Of(var claims) ->
            turns.of(claims.uid(), () -> attest(request, claims));
      };
    } catch (Cluster.ChangedException e) {
      return Issuing.refused(Refusal.busy(503, e.getMessage()));
    } catch (IOException e) {
      return Issuing.notWritten(e);
    }
  }

  private Answer attest(AttestRequest request, PodClaims claims) throws IOException {
    var seen = pods.look(claims, request.role());
    return switch (seen) {
      case AttestedPods.Seen.Refused(var why) -> refused(claims, why);
      case AttestedPods.Seen.Good good -> {
        var why = objection(request, good);
        yield why.isPresent() ? refused(claims, why.get()) : register(request, claims, good);
      }
    };
  }

  private Optional<Refusal> objection(AttestRequest request, AttestedPods.Seen.Good pod) {
    var key = key(request);
    var known = pod.known();
    if (known.isPresent()) {
      var revoked = known.get().revokedAt();
      if (revoked != null)
        return Optional.of(
            Refusal.attestation(
                known.get().id() + " was revoked at " + revoked + "; delete its pod"));
      boolean used = known.get().token().equals(pod.tokenHash(request.token()));
      if (used && !known.get().key().equals(key))
        return Optional.of(Refusal.serviceToken("it was used already, for another key"));
    }
    var owner = cluster.ownerOf(key);
    if (owner.isPresent() && !known.map(Attested::id).equals(owner))
      return Optional.of(Refusal.conflict(key.keyId() + " has an owner; make another"));
    return issuing.nonces().spend(request.nonce(), issuing.now())
        ? Optional.empty()
        : Optional.of(Refusal.nonce("it was used already"));
  }

  /** The same keys, after an answer that was lost, keep their name; others get the next one. */
  private Answer register(AttestRequest request, PodClaims claims, AttestedPods.Seen.Good pod)
      throws IOException {
    var key = key(request);
    var known = pod.known();
    boolean again = known.isPresent() && known.get().key().equals(key);
    int restarts = known.map(k -> again ? k.restarts() : k.restarts() + 1).orElse(0);
    var name = restarts == 0 ? claims.uid() : claims.uid() + "-" + restarts;
    var domain = issuing.authority().trustDomain();
    var id = new SpiffeId(domain, claims.namespace(), request.role(), name);
    var receiptKey = request.receiptKey().map(der -> P256PublicKey.ofSpki(Bytes.wrap(der)));
    var begun = begun(id, key, receiptKey, request.csr().key(), pod.zone());
    var index = OptionalLong.empty();
    if (log.isPresent()) index = OptionalLong.of(log.get().await(begun.index()));
    var worker = begun.worker();
    var identity =
        new Attested(
            id,
            key,
            receiptKey,
            worker.certificate(),
            worker.notAfter(),
            index,
            pod.tokenHash(request.token()),
            restarts,
            null);
    pods.save(pod, identity);
    joining.done(key);
    LOG.log(
        Level.INFO,
        "attested id={0} pod={1} keyid={2} logIndex={3}",
        id,
        claims.podName(),
        key.keyId(),
        index.isPresent() ? Long.toString(index.getAsLong()) : "none");
    return issuing.granted(id, begun.leaf(), index);
  }

  private Joining.Begun begun(
      SpiffeId id,
      Ed25519PublicKey key,
      Optional<P256PublicKey> receiptKey,
      PublicKey tlsKey,
      Optional<String> zone) {
    var maker =
        new Joining.Maker() {
          @Override
          public Joining.Begun begin() {
            var at = issuing.now();
            var leaf = issuing.leaf(id, tlsKey);
            var until = leaf.getNotAfter().toInstant();
            var certificate = Issuing.digest(leaf);
            var worker = new RegisteredKey(id, key, certificate, at, until, null, Entries.NONE);
            return new Joining.Begun(worker, leaf, tlsKey, append(worker, at), at);
          }

          @Override
          public CompletableFuture<Long> append(RegisteredKey worker, Instant at) {
            return log.map(l -> l.append(entry(worker, receiptKey, zone, at)))
                .orElseGet(CompletableFuture::new);
          }
        };
    var begun = joining.of(key, tlsKey, issuing.now(), maker);
    if (begun.worker().id().equals(id)) return begun;
    joining.done(key); // of a try before somebody else took the name
    return joining.of(key, tlsKey, issuing.now(), maker);
  }

  private static LogEntry entry(
      RegisteredKey worker, Optional<P256PublicKey> receiptKey, Optional<String> zone, Instant at) {
    var holder =
        new LogEntry.Holder(worker.id().toString(), worker.certificate(), zone, worker.notAfter());
    return receiptKey
        .<LogEntry>map(p256 -> new LogEntry.HeadRegister(at, holder, worker.key(), p256))
        .orElseGet(
            () ->
                new LogEntry.WorkerRegister(
                    at, holder, worker.key(), Optional.empty(), Optional.empty()));
  }

  private Answer renew(@Nullable SSLSession session, byte[] body) {
    if (session == null) return Issuing.refused(Refusal.certificate("the connection is not TLS"));
    SpiffeId id;
    try {
      id = peers().peer(session);
    } catch (CertificateException e) {
      return Issuing.refused(Refusal.certificate(e.getMessage()));
    }
    PublicKey key;
    try {
      key = RenewRequest.parse(Issuing.parsed(body)).key();
    } catch (IllegalArgumentException e) {
      return Issuing.refused(Refusal.malformed(e.getMessage()));
    }
    try {
      return turns.of(id.name(), () -> renew(id, key));
    } catch (Cluster.ChangedException e) {
      return Issuing.refused(Refusal.busy(503, e.getMessage()));
    } catch (IOException e) {
      return Issuing.notWritten(e);
    }
  }

  private Answer renew(SpiffeId id, PublicKey tlsKey) throws IOException {
    return switch (pods.lookAgain(id)) {
      case AttestedPods.Seen.Refused(var why) -> Issuing.refused(why);
      case AttestedPods.Seen.Good pod -> {
        var known = pod.known();
        if (known.isEmpty() || !known.get().id().equals(id))
          yield Issuing.refused(
              Refusal.identity(id + " is not the identity of its pod any more; attest again"));
        var revoked = known.get().revokedAt();
        if (revoked != null)
          yield Issuing.refused(Refusal.identity(id + " was revoked at " + revoked));
        var leaf = issuing.leaf(id, tlsKey);
        var until = leaf.getNotAfter().toInstant();
        var at = issuing.now();
        var certificate = Issuing.digest(leaf);
        var worker =
            new RegisteredKey(id, known.get().key(), certificate, at, until, null, Entries.NONE);
        var index = OptionalLong.empty();
        if (log.isPresent()) {
          var entry = entry(worker, known.get().receiptKey(), pod.zone(), at);
          index = OptionalLong.of(log.get().await(log.get().append(entry)));
        }
        pods.save(pod, known.get().renewed(certificate, until, index));
        yield issuing.granted(id, leaf, index);
      }
    };
  }

  private static Answer refused(PodClaims claims, Refusal why) {
    LOG.log(Level.INFO, "refused pod={0} why={1}", claims.podName(), why.detail());
    return Issuing.refused(why);
  }

  private static Ed25519PublicKey key(AttestRequest request) {
    return Ed25519PublicKey.ofRaw(Bytes.copyOf(request.resultKey().raw()));
  }
}
