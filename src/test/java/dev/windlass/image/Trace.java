package dev.windlass.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the roles reflected on, against what is registered.
 *
 * @param asked different things asked of the running image
 * @param missing of these, what no image would have, one line each
 */
record Trace(int lines, int asked, Set<String> missing) {
  private static final Pattern JDK =
      Pattern.compile("(java|javax|jdk|sun|com\\.sun|org\\.(ietf|w3c|xml))\\..*");

  /** One line that {@link Recorder} wrote. */
  private record Event(
      ReflectiveCall kind,
      String target,
      String member,
      String within,
      boolean constant,
      String at) {
    static Event parse(String line) {
      var words = line.split("\t", -1);
      if (words[0].equals("UNTRACED")) throw new IllegalStateException("not traced: " + line);
      return new Event(
          ReflectiveCall.valueOf(words[0]),
          words[1],
          words[2],
          words[3],
          words[4].equals("constant"),
          words[6] + " (" + words[5] + ")");
    }
  }

  static Trace read(Path file, Registered registered) throws IOException {
    var lines = Files.readAllLines(file);
    var events = lines.stream().map(Event::parse).toList();
    var seenByBuilder = new HashSet<String>();
    for (var e : events)
      if (e.constant && e.kind == ReflectiveCall.MEMBER)
        seenByBuilder.add(e.target + "." + e.member);
    var missing = new TreeSet<String>();
    int asked = 0;
    for (var e : events) {
      if (e.constant || isAtBuildTime(e, registered)) continue;
      asked++;
      if (seenByBuilder.contains(e.target + "." + e.member)) continue;
      lack(e, registered).ifPresent(l -> missing.add(l + " <- " + e.at));
    }
    return new Trace(lines.size(), asked, missing);
  }

  /** Within the initialiser of a class that is in the image as it was when that was built. */
  private static boolean isAtBuildTime(Event e, Registered registered) {
    return !e.within.equals("-")
        && List.of(e.within.split(",")).stream()
            .anyMatch(c -> !JDK.matcher(c).matches() && !registered.isInitialisedAtRunTime(c));
  }

  private static Optional<String> lack(Event e, Registered r) {
    boolean has =
        switch (e.kind) {
          case TYPE -> e.target.startsWith("[") || r.hasType(e.target);
          case LIST -> JDK.matcher(e.target).matches() || r.lists(e.target, e.member);
          case MEMBER -> r.hasMember(e.target, e.member);
          case USE -> r.mayUse(e.target, e.member);
          case ARRAY -> JDK.matcher(e.target).matches() || r.hasType(e.target);
          case PROXY -> r.hasProxy(e.target);
          case RESOURCE -> r.hasResource(e.target);
          case BUNDLE -> r.hasBundle(e.target);
          case SERVICE -> r.lostProviders(e.target).isEmpty();
          case SERIAL -> false;
        };
    if (has) return Optional.empty();
    var what = e.kind == ReflectiveCall.SERVICE ? " " + r.lostProviders(e.target) : "";
    return Optional.of(
        e.kind + " " + e.target + (e.member.equals("-") ? "" : " " + e.member) + what);
  }
}
