package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.JoinRequest;
import dev.windlass.identity.JoinToken;
import dev.windlass.identity.PeerVerifier;
import dev.windlass.identity.RenewRequest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.identity.Surroundings;
import dev.windlass.receipt.Ed25519PublicKey;
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

/** Joining by a token, and renewals: every identity is in the registry. For any thread. */
final class Admission implements Desk {
  private static final System.Logger LOG = System.getLogger(Admission.class.getName());
  private static final int NAME_BITS = 40;

  private final Issuing issuing;
  private final Registry registry;
  private final JoinTokens tokens;
  private final Optional<EntryLog> log;
  private final Joining joining = new Joining();

  /**
   * @param log absent where there is none
   */
  Admission(
      Supplier<CertificateAuthority> authority,
      Registry registry,
      JoinTokens tokens,
      Optional<EntryLog> log,
      Surroundings around) {
    this.issuing = new Issuing(authority, around);
    this.registry = registry;
    this.tokens = tokens;
    this.log = log;
  }

  @Override
  public @Nullable Function<Asked, Answer> at(String path) {
    return switch (path) {
      case "/challenge" -> asked -> issuing.challenge(asked.body());
      case "/join" -> asked -> join(asked.body());
      case "/renew" -> asked -> renew(asked.session(), asked.body());
      default -> null;
    };
  }

  Answer join(byte[] body) {
    JoinRequest request;
    try {
      request = JoinRequest.parse(Issuing.parsed(body));
    } catch (IllegalArgumentException e) {
      return refused(Refusal.malformed(e.getMessage()));
    }
    var token = request.token();
    if (issuing.authority().roots().stream().noneMatch(token::pins))
      return refused(Refusal.token("it was made under another authority"));
    var stale = issuing.nonces().objection(request.nonce(), now());
    if (stale.isPresent()) return refused(Refusal.nonce(stale.get()));
    return switch (tokens.take(token, now())) {
      case JoinTokens.Taken.Not(var why) -> refused(Refusal.token(why));
      case JoinTokens.Taken.Role(var role) -> {
        if (issuing.nonces().spend(request.nonce(), now())) yield register(request, token, role);
        tokens.giveBack(token);
        yield refused(Refusal.nonce("it was used already"));
      }
    };
  }

  /**
   * What if we die here: before the log has the entry, nothing happened; before the registry has
   * the line, the log has an entry for a certificate that nobody got; after that the identity is
   * good and the joiner, who got no answer, comes again with another token.
   */
  private Answer register(JoinRequest request, JoinToken token, String role) {
    var key = Ed25519PublicKey.ofRaw(Bytes.copyOf(request.resultKey().raw()));
    if (registry.owns(key)) return refused(taken(key));
    if (registry.isFull()) {
      tokens.giveBack(token);
      return refused(full());
    }
    try {
      var begun = begun(request, key, role);
      var worker = begun.worker();
      if (log.isPresent() && EntryLog.isEntered(worker.id()))
        worker = worker.entered(registeredAt(log.get().await(begun.index())));
      var registered = registry.register(worker);
      joining.done(key);
      return switch (registered) {
        case DONE -> {
          LOG.log(
              Level.INFO,
              "registered id={0} keyid={1} logIndex={2}",
              worker.id(),
              key.keyId(),
              text(worker.entries().register()));
          yield issuing.granted(worker.id(), begun.leaf(), OptionalLong.empty());
        }
        case KEY_TAKEN -> refused(taken(key));
        case FULL -> {
          tokens.giveBack(token);
          yield refused(full());
        }
      };
    } catch (IOException e) {
      tokens.giveBack(token);
      return Issuing.notWritten(e);
    }
  }

  private Joining.Begun begun(JoinRequest request, Ed25519PublicKey key, String role) {
    var tlsKey = request.csr().key();
    return joining.of(
        key,
        tlsKey,
        now(),
        new Joining.Maker() {
          @Override
          public Joining.Begun begin() {
            var at = now();
            var id = freshName(role);
            var leaf = issuing.leaf(id, tlsKey);
            var until = leaf.getNotAfter().toInstant();
            var worker =
                new RegisteredKey(id, key, Issuing.digest(leaf), at, until, null, Entries.NONE);
            return new Joining.Begun(worker, leaf, tlsKey, append(worker, at), at);
          }

          @Override
          public CompletableFuture<Long> append(RegisteredKey worker, Instant at) {
            return log.filter(_ -> EntryLog.isEntered(worker.id()))
                .map(l -> l.append(EntryLog.registration(worker, at)))
                .orElseGet(CompletableFuture::new);
          }
        });
  }

  /**
   * @param session of the connection; null if it is not TLS
   */
  Answer renew(@Nullable SSLSession session, byte[] body) {
    if (session == null) return refused(Refusal.certificate("the connection is not TLS"));
    SpiffeId id;
    try {
      id = peers().peer(session);
    } catch (CertificateException e) {
      return refused(Refusal.certificate(e.getMessage()));
    }
    PublicKey key;
    try {
      key = RenewRequest.parse(Issuing.parsed(body)).key();
    } catch (IllegalArgumentException e) {
      return refused(Refusal.malformed(e.getMessage()));
    }
    var known = registry.keyOf(id);
    if (known.isEmpty()) return refused(Refusal.identity(id + " is not registered"));
    var revoked = known.get().revokedAt();
    if (revoked != null) return refused(Refusal.identity(id + " was revoked at " + revoked));
    var leaf = issuing.leaf(id, key);
    var until = leaf.getNotAfter().toInstant();
    try {
      var index = entered(known.get().renewed(Issuing.digest(leaf), until, OptionalLong.empty()));
      if (!registry.renew(id, Issuing.digest(leaf), until, index))
        return refused(Refusal.identity(id + " was revoked meanwhile"));
    } catch (IOException e) {
      return Issuing.notWritten(e);
    }
    return issuing.granted(id, leaf, OptionalLong.empty());
  }

  /** A renewal moves the end of the key's time, so the log has each; the newest counts. */
  private OptionalLong entered(RegisteredKey worker) throws IOException {
    if (log.isEmpty() || !EntryLog.isEntered(worker.id())) return OptionalLong.empty();
    var index = log.get().append(EntryLog.registration(worker, now()));
    return OptionalLong.of(log.get().await(index));
  }

  @Override
  public PeerVerifier peers() {
    return issuing.peers();
  }

  /** The name is ours to choose: a joiner cannot ask for another's. */
  private SpiffeId freshName(String role) {
    var bits = issuing.around().random().nextLong() & (1L << NAME_BITS) - 1;
    var name = role.charAt(0) + "-" + "%010x".formatted(bits);
    var id = new SpiffeId(issuing.authority().trustDomain(), Registrar.NAMESPACE, role, name);
    return registry.keyOf(id).isEmpty() ? id : freshName(role);
  }

  private Instant now() {
    return issuing.now();
  }

  private static Entries registeredAt(long index) {
    return new Entries(OptionalLong.of(index), OptionalLong.empty());
  }

  private static Refusal taken(Ed25519PublicKey key) {
    return Refusal.conflict(key.keyId() + " has an owner; make another");
  }

  private static Refusal full() {
    return Refusal.busy(503, "the registry holds " + Registry.MAX_KEYS + " keys");
  }

  private static String text(OptionalLong index) {
    return index.isPresent() ? Long.toString(index.getAsLong()) : "none";
  }

  private static Answer refused(Refusal why) {
    return Issuing.refused(why);
  }
}
