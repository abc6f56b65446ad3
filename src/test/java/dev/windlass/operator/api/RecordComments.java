package dev.windlass.operator.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the Javadoc of the records says of each component, so that {@code kubectl explain} and the
 * reference say what the source says.
 */
final class RecordComments {
  private static final Path SOURCES = Path.of("src/main/java/dev/windlass/operator/api");
  private static final Pattern COMMENT_AND_TYPE =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@[^\\n]*(?:\\n\\s+[^\\n]*)*?\\n\\s*)*?"
              + "public (?:final )?(?:record|class) (\\w+)",
          Pattern.DOTALL);

  private final Map<String, String> ofTypes = new TreeMap<>();
  private final Map<String, Map<String, String>> ofComponents = new TreeMap<>();

  RecordComments(Class<?>... outermost) {
    for (var type : outermost) read(type.getSimpleName());
  }

  /** The text of the type itself, in one line. */
  String of(Class<?> type) {
    return ofTypes.getOrDefault(key(type), "");
  }

  String of(Class<?> type, String component) {
    return ofComponents.getOrDefault(key(type), Map.of()).getOrDefault(component, "");
  }

  private static String key(Class<?> type) {
    var outer = type.getEnclosingClass();
    return (outer == null ? type : outer).getSimpleName() + "." + type.getSimpleName();
  }

  private void read(String file) {
    COMMENT_AND_TYPE
        .matcher(text(SOURCES.resolve(file + ".java")))
        .results()
        .forEach(
            found -> {
              var parts = found.group(1).replaceAll("\\n\\s*\\* ?", "\n").split("\\n@param ");
              var key = file + "." + found.group(2);
              ofTypes.put(key, plain(parts[0]));
              var components = new TreeMap<String, String>();
              for (int i = 1; i < parts.length; i++) {
                int blank = parts[i].indexOf(' ');
                components.put(parts[i].substring(0, blank), plain(parts[i].substring(blank)));
              }
              ofComponents.put(key, components);
            });
  }

  private static String plain(String javadoc) {
    return javadoc
        .replaceAll("\\{@(?:code|link) #?([^}]*)\\}", "$1")
        .replaceAll("</?p>", "")
        .replaceAll("\\s+", " ")
        .strip();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("couldn't read " + file, e);
    }
  }
}
