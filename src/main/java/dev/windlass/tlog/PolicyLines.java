package dev.windlass.tlog;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the lines of a {@link WitnessPolicy}. */
final class PolicyLines {
  static final String NONE = "none";

  /** Characters of a policy we read. */
  private static final int MAX_LENGTH = 1 << 18;

  /** Logs, witnesses and groups we read of each; the specification asks for 32. */
  private static final int MAX_EACH = 64;

  final List<WitnessPolicy.Log> logs = new ArrayList<>();
  final List<WitnessPolicy.Witness> witnesses = new ArrayList<>();
  final List<WitnessPolicy.Group> groups = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> members = new HashSet<>();
  private final Set<String> keys = new HashSet<>();
  private Optional<String> quorum = Optional.empty();

  private PolicyLines() {}

  static PolicyLines read(String text) {
    if (text.length() > MAX_LENGTH)
      throw new TlogException(
          "a policy has " + text.length() + " characters, expected at most " + MAX_LENGTH);
    if (!text.endsWith("\n"))
      throw new TlogException("a policy ends without a newline, expected one after each line");
    if (!Lines.isUnicode(text)) throw new TlogException("a policy has half of a surrogate pair");
    var read = new PolicyLines();
    int number = 0;
    for (var line : text.substring(0, text.length() - 1).split("\n", -1)) {
      number++;
      try {
        read.line(line);
      } catch (TlogException e) {
        throw new TlogException("line " + number + " of a policy: " + e.getMessage());
      }
    }
    if (read.quorum.isEmpty())
      throw new TlogException("a policy has no quorum line, expected exactly one");
    return read;
  }

  String quorum() {
    return quorum.orElseThrow();
  }

  private void line(String line) {
    if (line.chars().anyMatch(c -> c < 0x20 && c != '\t' || c == 0x7f))
      throw new TlogException("a control character in " + Lines.shown(line) + ", expected text");
    var words = words(line);
    if (words.isEmpty() || words.getFirst().startsWith("#")) return;
    switch (words.getFirst()) {
      case "log" -> log(words);
      case "witness" -> witness(words);
      case "group" -> group(words);
      case "quorum" -> quorum(words);
      default ->
          throw new TlogException(
              Lines.shown(words.getFirst()) + ", expected log, witness, group or quorum");
    }
  }

  private static List<String> words(String line) {
    var words = new ArrayList<String>();
    for (var word : line.split("[ \t]+")) if (!word.isEmpty()) words.add(word);
    return words;
  }

  private void log(List<String> words) {
    checkCount(words, 2, 3, "log <vkey> [<url>]");
    var key = VerifierKey.parse(words.get(1));
    if (key.type() == KeyType.COSIGNATURE)
      throw new TlogException("a log has a key of type 0x04, expected 0x01");
    checkNew("log", key);
    checkRoom(logs);
    logs.add(new WitnessPolicy.Log(key, words.stream().skip(2).findFirst()));
  }

  private void witness(List<String> words) {
    checkCount(words, 3, 4, "witness <name> <vkey> [<url>]");
    var key = VerifierKey.parse(words.get(2));
    if (!key.type().isCosignature())
      throw new TlogException("a witness has a key of type 0x01, expected 0x04");
    checkNew("witness", key);
    checkRoom(witnesses);
    define(words.get(1));
    witnesses.add(new WitnessPolicy.Witness(words.get(1), key, words.stream().skip(3).findFirst()));
  }

  private void group(List<String> words) {
    checkCount(words, 4, Integer.MAX_VALUE, "group <name> <all, any or number> <name>…");
    var listed = words.subList(3, words.size());
    for (var member : listed) {
      checkDefined(member);
      if (!members.add(member))
        throw new TlogException(Lines.shown(member) + " is a member twice, expected once");
    }
    checkRoom(groups);
    int threshold = threshold(words.get(2), listed.size());
    define(words.get(1));
    groups.add(new WitnessPolicy.Group(words.get(1), threshold, listed));
  }

  private void quorum(List<String> words) {
    checkCount(words, 2, 2, "quorum <name>");
    if (quorum.isPresent()) throw new TlogException("a second quorum line, expected one");
    if (!words.get(1).equals(NONE)) checkDefined(words.get(1));
    quorum = Optional.of(words.get(1));
  }

  private static int threshold(String word, int size) {
    long threshold =
        switch (word) {
          case "any" -> 1;
          case "all" -> size;
          default -> Lines.decimal("the threshold of a group", word);
        };
    if (threshold < 1 || threshold > size)
      throw new TlogException("a group has threshold " + threshold + ", expected 1 to " + size);
    return (int) threshold;
  }

  private void define(String name) {
    if (name.equals(NONE) || !names.add(name))
      throw new TlogException(Lines.shown(name) + " has a meaning already, expected a new name");
  }

  private void checkDefined(String name) {
    if (!names.contains(name))
      throw new TlogException(
          Lines.shown(name) + " is unknown, expected a witness or group of a line before");
  }

  /** Keys are the same when their octets are, whatever their names. */
  private void checkNew(String role, VerifierKey key) {
    if (!keys.add(role + Lines.base64(key.publicKey())))
      throw new TlogException(
          "a second " + role + " with the key of " + key.shortName() + ", expected one");
  }

  private static void checkRoom(List<?> list) {
    if (list.size() == MAX_EACH)
      throw new TlogException("more of its kind than " + MAX_EACH + ", the most we read");
  }

  private static void checkCount(List<String> words, int least, int most, String form) {
    if (words.size() < least || words.size() > most)
      throw new TlogException(words.size() + " words, expected " + form);
  }
}
