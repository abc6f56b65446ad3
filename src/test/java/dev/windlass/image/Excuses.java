package dev.windlass.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What may be missing, and why: {@code excuses.txt}, a pattern a line, and the reason behind the
 * last {@code #}.
 */
record Excuses(List<Pattern> patterns) {
  private static final Path FILE = Path.of("src/test/resources/native-check/excuses.txt");

  static Excuses read() throws IOException {
    return new Excuses(
        NativeCheck.lines(FILE).stream()
            .map(
                l -> {
                  int at = l.lastIndexOf(" # ");
                  if (at < 0) throw new IllegalArgumentException("no reason: " + l);
                  return Pattern.compile(l.substring(0, at).strip());
                })
            .toList());
  }

  int size() {
    return patterns.size();
  }

  List<String> without(Collection<String> missing) {
    return missing.stream()
        .filter(m -> patterns.stream().noneMatch(p -> p.matcher(m).find()))
        .toList();
  }

  /** An excuse that nobody needs hides what comes later. */
  List<Pattern> unused(Collection<String> missing) {
    return patterns.stream()
        .filter(p -> missing.stream().noneMatch(m -> p.matcher(m).find()))
        .toList();
  }
}
