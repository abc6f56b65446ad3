package dev.windlass.artifact;

import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a registry wants to see, from {@code WWW-Authenticate} (RFC 9110 §11.6.1, and the
 * distribution project's token specification).
 */
sealed interface Challenge {
  int MAX_LENGTH = 4096;

  /** A user and a password. */
  record Basic() implements Challenge {}

  /** A token that {@code realm} gives for {@code service}. */
  record Bearer(String realm, String service) implements Challenge {}

  Pattern PARAMETER =
      Pattern.compile("([a-zA-Z_]{1,32})\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]+))");

  /** Empty when it is neither of the two. */
  static Optional<Challenge> parse(String header) {
    var text = header.strip();
    if (text.length() > MAX_LENGTH) return Optional.empty();
    var scheme = text.split("[\\s,]", 2)[0].toLowerCase(Locale.ROOT);
    if (scheme.equals("basic")) return Optional.of(new Basic());
    if (!scheme.equals("bearer")) return Optional.empty();
    var parameters = new TreeMap<String, String>();
    PARAMETER
        .matcher(text.substring(scheme.length()))
        .results()
        .forEach(
            m ->
                parameters.putIfAbsent(
                    m.group(1).toLowerCase(Locale.ROOT),
                    m.group(2) == null ? m.group(3) : m.group(2).replaceAll("\\\\(.)", "$1")));
    var realm = parameters.get("realm");
    return realm == null
        ? Optional.empty()
        : Optional.of(new Bearer(realm, parameters.getOrDefault("service", "")));
  }
}
