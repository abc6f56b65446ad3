package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import dev.windlass.identity.AuthorityFile;
import dev.windlass.identity.CertificateAuthority;
import dev.windlass.identity.SuppliedRoot;
import dev.windlass.identity.Surroundings;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are missing in the Secrets of a release, and what they are: decided from what is
 * there, chance and time, without talking to anybody. What is there is never replaced; what is
 * there and broken is an error that names the Secret and the key in it, because a key made in its
 * place would be another trust domain or another log.
 */
final class KeyPlan {
  static final String AUTHORITY = "authority.pem";
  static final String CERTIFICATE = "tls.crt";
  static final String KEY = "tls.key";
  static final String ENTRIES = "entries.pem";
  static final String OPERATOR = "operator.pem";
  static final String LOG = "log.key";
  static final String POLICY = "policy.txt";
  static final String REGISTRAR_KEY = "registrar-key";

  /** Members to be added to a Secret, which is made if it is not there. */
  record Added(String secret, Map<String, String> members) {
    Added {
      members = Map.copyOf(members);
    }

    @Override
    public String toString() {
      return "Added[" + secret + ", " + members.keySet() + "]";
    }
  }

  private final ClusterRegistrarSettings settings;
  private final Map<String, Map<String, String>> secrets;
  private final Surroundings around;
  private final Map<String, Map<String, String>> added = new TreeMap<>();

  private KeyPlan(
      ClusterRegistrarSettings settings,
      Map<String, Map<String, String>> secrets,
      Surroundings around) {
    this.settings = settings;
    this.secrets = secrets;
    this.around = around;
  }

  /**
   * What is missing.
   *
   * @param secrets those of the release that exist, by name, with their decoded members
   * @throws IOException if a member is not what it should be
   */
  static List<Added> missing(
      ClusterRegistrarSettings settings,
      Map<String, Map<String, String>> secrets,
      Surroundings around)
      throws IOException {
    var plan = new KeyPlan(settings, secrets, around);
    plan.authority();
    plan.entries();
    plan.operator();
    if (settings.keys().log().isPresent()) {
      plan.log();
      for (int i = 0; i < settings.keys().witnesses(); i++) plan.witness(i);
    }
    return plan.added.entrySet().stream().map(e -> new Added(e.getKey(), e.getValue())).toList();
  }

  /**
   * The keys, once none is missing.
   *
   * @param version of the Secret with the authority
   */
  static ClusterKeys read(
      ClusterRegistrarSettings settings,
      Map<String, Map<String, String>> secrets,
      String version,
      Surroundings around)
      throws IOException {
    var plan = new KeyPlan(settings, secrets, around);
    var keys =
        new ClusterKeys(plan.authority(), version, plan.entries(), plan.operator(), plan.policy());
    if (!plan.added.isEmpty()) throw new IOException("keys are missing in " + plan.added.keySet());
    return keys;
  }

  /** What readers and the log itself believe; it follows from the keys. */
  private Optional<WitnessPolicy> policy() throws IOException {
    if (settings.keys().log().isEmpty()) return Optional.empty();
    var witnesses = new ArrayList<WitnessPolicy.Witness>();
    for (int i = 0; i < settings.keys().witnesses(); i++) {
      var url = settings.keys().witnessUrl().replace("{i}", Integer.toString(i));
      witnesses.add(
          new WitnessPolicy.Witness("W" + (i + 1), witness(i).cosigner(), Optional.of(url)));
    }
    return Optional.of(WitnessPolicy.of(log().verifier(), witnesses, settings.keys().quorum()));
  }

  static Map<String, String> policyMembers(WitnessPolicy policy, Ed25519Key entries) {
    var spki = entries.publicKey().spki().toArray();
    return Map.of(
        POLICY, policy.text(), REGISTRAR_KEY, Base64.getEncoder().encodeToString(spki) + "\n");
  }

  /**
   * The Secret that {@code authority.pem} stands in: the user's if it has one; ours as well where
   * they supply a root alone, because the roots before it must not go with its renewal.
   */
  static String holder(
      ClusterRegistrarSettings settings, Map<String, Map<String, String>> secrets) {
    var users = settings.authoritySecret();
    var members = secrets.getOrDefault(users, Map.of());
    boolean isRoot = members.containsKey(KEY) && !members.containsKey(AUTHORITY);
    return isRoot ? settings.ownAuthoritySecret() : users;
  }

  /**
   * The root that the user makes and renews, if their Secret has the form of cert-manager's.
   *
   * @throws IOException if it is not one that we can use
   */
  static Optional<SuppliedRoot> supplied(
      ClusterRegistrarSettings settings,
      Map<String, Map<String, String>> secrets,
      Surroundings around)
      throws IOException {
    var users = settings.authoritySecret();
    if (holder(settings, secrets).equals(users)) return Optional.empty();
    var members = secrets.get(users);
    var certificate = members.get(CERTIFICATE);
    var where = "Secret " + settings.namespace() + "/" + users;
    if (certificate == null)
      throw new IOException(where + " has " + KEY + " and no " + CERTIFICATE);
    return Optional.of(
        SuppliedRoot.parse(
            where + ", keys tls.crt and tls.key",
            certificate,
            members.get(KEY),
            settings.trustDomain(),
            around.clock(),
            around.random()));
  }

  private CertificateAuthority authority() throws IOException {
    var secret = holder(settings, secrets);
    var supplied = supplied(settings, secrets, around);
    var text = member(secret, AUTHORITY);
    if (text == null) {
      if (supplied.isEmpty() && settings.keys().authoritySecret().isPresent())
        throw new IOException(
            where(secret, AUTHORITY)
                + ": there is none, nor tls.crt and tls.key, and it is yours to make");
      var made =
          supplied.isPresent()
              ? CertificateAuthority.of(
                  settings.trustDomain(), supplied.get(), around.clock(), around.random())
              : CertificateAuthority.create(
                  settings.trustDomain(), around.clock(), around.random());
      add(secret, AUTHORITY, AuthorityFile.text(made));
      return made;
    }
    var read = AuthorityFile.parse(where(secret, AUTHORITY), text, around.clock(), around.random());
    if (!read.trustDomain().equals(settings.trustDomain()))
      throw new IOException(
          "%s is of the trust domain %s, expected %s"
              .formatted(where(secret, AUTHORITY), read.trustDomain(), settings.trustDomain()));
    return read;
  }

  /** Beside the authority, or in a Secret of its own where that one is the user's. */
  private Ed25519Key entries() throws IOException {
    var holder = holder(settings, secrets);
    var beside = member(holder, ENTRIES);
    if (beside != null) return RegistrarKeyFile.parse(where(holder, ENTRIES), beside);
    boolean isOurs = holder.equals(settings.ownAuthoritySecret());
    return ed25519(isOurs ? holder : settings.entriesSecret(), ENTRIES);
  }

  private Ed25519Key operator() throws IOException {
    return ed25519(settings.operatorSecret(), OPERATOR);
  }

  private SigningKey log() throws IOException {
    return signing(settings.logSecret(), LOG, "log." + settings.trustDomain() + "/ledger");
  }

  private SigningKey witness(int i) throws IOException {
    var name = "witness-" + i;
    return signing(settings.witnessSecret(), name + ".key", name + "." + settings.trustDomain());
  }

  private Ed25519Key ed25519(String secret, String member) throws IOException {
    var text = member(secret, member);
    if (text == null) {
      text = RegistrarKeyFile.make(around.random());
      add(secret, member, text);
    }
    return RegistrarKeyFile.parse(where(secret, member), text);
  }

  private SigningKey signing(String secret, String member, String name) throws IOException {
    var text = member(secret, member);
    if (text == null) {
      var made = SigningKey.generate(name, around.random());
      add(secret, member, made.secretText() + "\n");
      return made;
    }
    try {
      var key = SigningKey.parse(text.strip());
      if (key.name().equals(name)) return key;
      throw new IOException(
          where(secret, member) + " is the key of " + key.name() + ", expected " + name);
    } catch (TlogException e) {
      throw new IOException(where(secret, member) + ": " + e.getMessage(), e);
    }
  }

  private @Nullable String member(String secret, String name) {
    var fresh = added.getOrDefault(secret, Map.of()).get(name);
    return fresh != null ? fresh : secrets.getOrDefault(secret, Map.of()).get(name);
  }

  private void add(String secret, String member, String text) {
    added.computeIfAbsent(secret, _ -> new TreeMap<>()).put(member, text);
  }

  private String where(String secret, String member) {
    return "Secret " + settings.namespace() + "/" + secret + ", key " + member;
  }

  /** Of the bytes that a Secret has. */
  static String text(byte[] octets) {
    return Bytes.wrap(octets).utf8();
  }
}
