package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.identity.OwnerFile;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the role {@code log} was asked for.
 *
 * @param registrar the key that signs registrations; needed once, for the first entry
 * @param witnesses in the order of their names W1, W2, …
 * @param quorum of them that a checkpoint needs
 * @param postgres JDBC URL; absent: files below {@code data}
 * @param onlyKey makes the keys, says the vkey, and ends
 * @param given keys and policy that somebody else has made; absent: they are made in {@code data}
 */
record LogSettings(
    Path data,
    String trustDomain,
    ListenAddress listen,
    Optional<Ed25519PublicKey> registrar,
    List<WitnessPolicy.Witness> witnesses,
    int quorum,
    Optional<String> postgres,
    boolean onlyKey,
    Optional<Given> given) {
  private static final int MAX_KEY = 512;

  /**
   * Files that are only read, such as mounted Secrets.
   *
   * @param key of the log, an skey
   * @param operator PEM
   * @param policy tlog-policy
   */
  record Given(Path key, Path operator, Path policy) {}

  private static final Set<String> OPTIONS =
      Set.of(
          "data",
          "trust-domain",
          "listen",
          "registrar-key",
          "witness",
          "quorum",
          "postgres",
          "only-key",
          "key",
          "operator-key",
          "policy",
          "registrar-key-file");

  static LogSettings parse(List<String> words) {
    var a = new Arguments("log serve", words, OPTIONS);
    var given = given(a);
    var witnesses = witnesses(a.texts("witness"));
    int most = witnesses.size();
    return new LogSettings(
        Path.of(a.text("data", "log")).toAbsolutePath().normalize(),
        a.text("trust-domain", UpSettings.TRUST_DOMAIN),
        ListenAddress.parse("log serve", a.text("listen", "127.0.0.1:8090")),
        registrar(a),
        witnesses,
        a.number("quorum", most / 2 + Math.min(1, most), 0, most),
        a.has("postgres") ? Optional.of(a.text("postgres", "")) : Optional.empty(),
        a.has("only-key"),
        given);
  }

  private static Optional<Given> given(Arguments a) {
    var names = List.of("key", "operator-key", "policy");
    var missing = names.stream().filter(name -> !a.has(name)).toList();
    if (missing.size() == names.size()) return Optional.empty();
    if (!missing.isEmpty())
      throw new StartFailure(
          "windlass log serve: --key, --operator-key and --policy go together; missing: --"
              + String.join(", --", missing));
    for (var made : List.of("witness", "quorum", "only-key"))
      if (a.has(made))
        throw new StartFailure(
            "windlass log serve: --" + made + " is for a log that makes its keys, not with --key");
    return Optional.of(new Given(file(a, "key"), file(a, "operator-key"), file(a, "policy")));
  }

  private static Path file(Arguments a, String name) {
    return Path.of(a.text(name, "")).toAbsolutePath().normalize();
  }

  private static Optional<Ed25519PublicKey> registrar(Arguments a) {
    if (a.has("registrar-key-file")) {
      var file = file(a, "registrar-key-file");
      try {
        return Optional.of(registrarKey(OwnerFile.readMounted(file, MAX_KEY).strip()));
      } catch (IOException e) {
        throw new StartFailure(
            "windlass log serve: couldn't read --registrar-key-file " + file + ": " + e, e);
      }
    }
    return a.has("registrar-key")
        ? Optional.of(registrarKey(a.text("registrar-key", "")))
        : Optional.empty();
  }

  private static List<WitnessPolicy.Witness> witnesses(List<String> texts) {
    var witnesses = new ArrayList<WitnessPolicy.Witness>();
    for (var text : texts) {
      int comma = text.indexOf(',');
      if (comma < 0)
        throw new StartFailure("windlass log serve: --witness is " + text + ", expected VKEY,URL");
      try {
        var key = VerifierKey.parse(text.substring(0, comma));
        var url = Optional.of(text.substring(comma + 1));
        witnesses.add(new WitnessPolicy.Witness("W" + (witnesses.size() + 1), key, url));
      } catch (TlogException e) {
        throw new StartFailure("windlass log serve: --witness " + text + ": " + e.getMessage(), e);
      }
    }
    return List.copyOf(witnesses);
  }

  private static Ed25519PublicKey registrarKey(String text) {
    try {
      return Ed25519PublicKey.ofSpki(Bytes.wrap(Base64.getDecoder().decode(text)));
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          "windlass log serve: --registrar-key is "
              + text
              + ", expected what `windlass up` or `head` printed, 60 characters of base64",
          e);
    }
  }
}
