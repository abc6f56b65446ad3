package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.tlog.WitnessPolicy;
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
 */
record LogSettings(
    Path data,
    String trustDomain,
    ListenAddress listen,
    Optional<Ed25519PublicKey> registrar,
    List<WitnessPolicy.Witness> witnesses,
    int quorum,
    Optional<String> postgres,
    boolean onlyKey) {
  private static final Set<String> OPTIONS =
      Set.of(
          "data",
          "trust-domain",
          "listen",
          "registrar-key",
          "witness",
          "quorum",
          "postgres",
          "only-key");

  static LogSettings parse(List<String> words) {
    var a = new Arguments("log serve", words, OPTIONS);
    var witnesses = witnesses(a.texts("witness"));
    int most = witnesses.size();
    return new LogSettings(
        Path.of(a.text("data", "log")).toAbsolutePath().normalize(),
        a.text("trust-domain", UpSettings.TRUST_DOMAIN),
        ListenAddress.parse("log serve", a.text("listen", "127.0.0.1:8090")),
        a.has("registrar-key")
            ? Optional.of(registrarKey(a.text("registrar-key", "")))
            : Optional.empty(),
        witnesses,
        a.number("quorum", most / 2 + Math.min(1, most), 0, most),
        a.has("postgres") ? Optional.of(a.text("postgres", "")) : Optional.empty(),
        a.has("only-key"));
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
