package dev.windlass.tlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes a text line by line; each ends in a newline. */
final class LineReader {
  private final String what;
  private final String text;
  private int at;

  LineReader(String what, String text) {
    this.what = what;
    this.text = text;
  }

  /** The next line must be this one. */
  void expect(String line) {
    var found = next();
    if (!found.equals(line))
      throw new TlogException(
          what + " has the line " + Lines.shown(found) + ", expected " + Lines.shown(line));
  }

  /** What stands behind the prefix in the next line, which must have it. */
  String need(String prefix) {
    var line = next();
    if (!line.startsWith(prefix))
      throw new TlogException(
          what + " has the line " + Lines.shown(line) + ", expected " + Lines.shown(prefix + "…"));
    return line.substring(prefix.length());
  }

  /** As {@link #need}, but only if the next line has the prefix. */
  Optional<String> take(String prefix) {
    return text.startsWith(prefix, at) ? Optional.of(need(prefix)) : Optional.empty();
  }

  /** A hash a line up to an empty line, which is taken too. */
  List<Hash> hashes(int most) {
    var hashes = new ArrayList<Hash>();
    for (var line = next(); !line.isEmpty(); line = next()) {
      if (hashes.size() == most)
        throw new TlogException(what + " has more hashes than " + most + ", the most there can be");
      hashes.add(Hash.parseBase64(line));
    }
    return hashes;
  }

  /** All that has not been taken. */
  String rest() {
    return text.substring(at);
  }

  private String next() {
    int end = text.indexOf('\n', at);
    if (end < 0)
      throw new TlogException(
          what + " ends in " + Lines.shown(text.substring(at)) + ", expected a newline");
    var line = text.substring(at, end);
    at = end + 1;
    return line;
  }
}
