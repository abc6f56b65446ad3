package dev.windlass.identity;

import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The authority of one trust domain: self-signed P-256 roots and the leaves under them. It is
 * immutable; {@link #rotated} answers a successor.
 *
 * <p>Rotation: a new root is believed at once and signs only after {@link #OVERLAP}, when every
 * peer has heard of it by a renewal, or, where roots are made known in another way, when somebody
 * says so ({@link #withWaitingRoot}); the old one is forgotten when its last leaf has expired.
 *
 * <p>Trusted: who holds its key can be anybody in the trust domain, and nobody outside it (critical
 * name constraints).
 */
public final class CertificateAuthority {
  public static final Duration LEAF_LIFE = Duration.ofHours(1);
  public static final Duration ROOT_LIFE = Duration.ofDays(365);

  /** A new root is known for this long before it signs. */
  public static final Duration OVERLAP = LEAF_LIFE.multipliedBy(2);

  /** A root that has no more than this left is replaced. */
  static final Duration ROTATE_BEFORE = Duration.ofDays(30);

  /** A host name by RFC 1123, in small letters: name constraints compare it as one. */
  private static final Pattern TRUST_DOMAIN =
      Pattern.compile(
          "(?=.{1,200}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  private final String trustDomain;
  private final List<Authority> authorities;
  private final InstantSource clock;
  private final SecureRandom random;

  CertificateAuthority(
      String trustDomain, List<Authority> oldestFirst, InstantSource clock, SecureRandom random) {
    if (!TRUST_DOMAIN.matcher(trustDomain).matches())
      throw new IllegalArgumentException("a trust domain is a host name, not: " + trustDomain);
    if (oldestFirst.isEmpty()) throw new IllegalArgumentException("an authority needs a root");
    this.trustDomain = trustDomain;
    this.authorities = List.copyOf(oldestFirst);
    this.clock = clock;
    this.random = random;
  }

  /** A new authority with a new root. */
  public static CertificateAuthority create(
      String trustDomain, InstantSource clock, SecureRandom random) {
    return new CertificateAuthority(
        trustDomain, List.of(freshRoot(trustDomain, clock, random)), clock, random);
  }

  /** An authority whose root somebody else has made. */
  public static CertificateAuthority of(
      String trustDomain, SuppliedRoot root, InstantSource clock, SecureRandom random) {
    return new CertificateAuthority(trustDomain, List.of(root.authority()), clock, random);
  }

  public String trustDomain() {
    return trustDomain;
  }

  /** The root that signs now. */
  public X509Certificate certificate() {
    return signing().certificate();
  }

  /** The roots whose leaves are to be believed now; two of them around a rotation. */
  public List<X509Certificate> roots() {
    return living().stream().map(Authority::certificate).toList();
  }

  /**
   * A leaf of one hour.
   *
   * @throws IllegalArgumentException if the id is of another trust domain or the key not P-256
   */
  public X509Certificate issue(SpiffeId id, PublicKey key) {
    if (!id.trustDomain().equals(trustDomain)) {
      throw new IllegalArgumentException(
          "this authority signs for " + trustDomain + ", not for " + id);
    }
    if (!TlsKeys.isP256(key))
      throw new IllegalArgumentException("a TLS key is P-256, not " + key.getAlgorithm());
    return Certificates.leaf(signing(), id, key, clock.instant(), LEAF_LIFE, random);
  }

  /** A fresh key with its leaf, for an identity that lives in the process of the authority. */
  public Credentials credentials(SpiffeId id) {
    var keys = TlsKeys.make(random);
    return new Credentials(id, keys.getPrivate(), List.of(issue(id, keys.getPublic())), roots());
  }

  /** Whether the newest root is so old that {@link #rotated} is due. */
  public boolean rotationDue() {
    var end = authorities.getLast().certificate().getNotAfter().toInstant();
    return !clock.instant().isBefore(end.minus(ROTATE_BEFORE));
  }

  /** The same authority with one more root, without those that nobody needs any more. */
  public CertificateAuthority rotated() {
    var next = new ArrayList<>(living());
    next.add(freshRoot(trustDomain, clock, random));
    return new CertificateAuthority(trustDomain, next, clock, random);
  }

  /**
   * The same authority with one more root, which is to be made known and waits until {@link
   * #signingFrom} says when it signs.
   */
  public CertificateAuthority withWaitingRoot() {
    var fresh = freshRoot(trustDomain, clock, random);
    var waiting = new Authority(fresh.key(), fresh.certificate(), Optional.of(Authority.WAITS));
    return with(Stream.concat(living().stream(), Stream.of(waiting)).toList());
  }

  /** The same with a root that somebody else has made. */
  public CertificateAuthority withWaitingRoot(SuppliedRoot root) {
    var supplied = root.authority();
    var waiting =
        new Authority(supplied.key(), supplied.certificate(), Optional.of(Authority.WAITS));
    return with(Stream.concat(living().stream(), Stream.of(waiting)).toList());
  }

  /** Whether it is one of these roots. */
  public boolean has(SuppliedRoot root) {
    return authorities.stream().anyMatch(a -> a.certificate().equals(root.certificate()));
  }

  /** Whether the newest root waits. */
  public boolean waits() {
    return authorities.getLast().waits();
  }

  /** The newest root, which waits, is known everywhere and signs from {@code time} on. */
  public CertificateAuthority signingFrom(Instant time) {
    var last = authorities.getLast();
    var told = new Authority(last.key(), last.certificate(), Optional.of(time));
    var others = authorities.subList(0, authorities.size() - 1);
    return with(Stream.concat(others.stream(), Stream.of(told)).toList());
  }

  /** Whether there are roots that nobody needs any more. */
  public boolean hasDead() {
    return living().size() < authorities.size();
  }

  /** Without those. */
  public CertificateAuthority withoutDead() {
    return with(living());
  }

  private CertificateAuthority with(List<Authority> oldestFirst) {
    return new CertificateAuthority(trustDomain, oldestFirst, clock, random);
  }

  List<Authority> authorities() {
    return authorities;
  }

  /** The newest whose time has come; the first needs no overlap. */
  private Authority signing() {
    var now = clock.instant();
    var signing = authorities.getFirst();
    for (var a : authorities.subList(1, authorities.size()))
      if (!signsFrom(a).isAfter(now)) signing = a;
    return signing;
  }

  /** Those that sign, will sign, or have signed a leaf that may still be in use. */
  private List<Authority> living() {
    var now = clock.instant();
    var living = new ArrayList<Authority>();
    for (int i = 0; i < authorities.size(); i++) {
      var last = i == authorities.size() - 1;
      if (last || isNeededBeside(authorities.get(i + 1), now)) living.add(authorities.get(i));
    }
    return List.copyOf(living);
  }

  private static boolean isNeededBeside(Authority next, Instant now) {
    return next.waits() || now.isBefore(signsFrom(next).plus(OVERLAP));
  }

  private static Instant signsFrom(Authority a) {
    if (a.signsFrom().isPresent()) return a.signsFrom().get();
    var made = a.certificate().getNotBefore().toInstant().plus(Certificates.CLOCK_SLACK);
    return made.plus(OVERLAP);
  }

  private static Authority freshRoot(String trustDomain, InstantSource clock, SecureRandom random) {
    var keys = TlsKeys.make(random);
    var root = Certificates.root(trustDomain, keys, clock.instant(), ROOT_LIFE, random);
    return new Authority(keys.getPrivate(), root);
  }

  @Override
  public String toString() {
    return "CertificateAuthority[" + trustDomain + ", " + authorities.size() + " roots]";
  }
}
