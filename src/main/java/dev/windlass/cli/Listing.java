package dev.windlass.cli;

import dev.windlass.json.Json;
import dev.windlass.json.Located;
import java.util.ArrayList;
import java.util.List;

/** The head's lists as tables. */
final class Listing {
  private Listing() {}

  static String of(GetCommand.Kind kind, Located list, boolean wide) {
    return switch (kind) {
      case FUNCTIONS -> functions(list, wide);
      case WORKERS -> workers(list, wide);
      case RESULTS -> results(list, wide);
      case TRUST, JOIN_TOKEN -> throw new AssertionError(kind + " is no list");
    };
  }

  private static String functions(Located list, boolean wide) {
    var table = table(wide, List.of("NAME", "WORLD", "VERSION", "URL"), List.of("MODULE", "ROUTE"));
    for (var at : list.elements()) {
      row(
          table,
          wide,
          List.of(
              text(at, "name"), text(at, "world"), digest(at, "manifest", wide), text(at, "url")),
          List.of(text(at, "module"), text(at, "route")));
    }
    return table.toString();
  }

  private static String workers(Located list, boolean wide) {
    var table =
        table(
            wide,
            List.of("NAME", "STATE", "LANES", "FREE", "RUNNING", "WARM", "MEMORY", "SINCE"),
            List.of("ID", "ENGINE", "CPUS", "MHZ", "RAM", "DISK", "DISK-FREE", "VERSION", "WHY"));
    for (var at : list.elements()) {
      var machine = at.get("hardware");
      row(
          table,
          wide,
          List.of(
              text(at, "name"),
              text(at, "state"),
              count(at, "lanes"),
              count(at, "freeLanes"),
              count(at, "inFlight"),
              count(at, "warm"),
              bytes(at, "residentBytes"),
              text(at, "joinedAt")),
          List.of(
              text(at, "id"),
              text(at, "engineVersion"),
              machine.get("vcpus").value().canonicalText() + " " + text(machine, "architecture"),
              count(machine, "mhz"),
              bytes(machine, "memoryBytes"),
              text(machine, "diskKind") + " " + bytes(machine, "diskBytes"),
              bytes(machine, "freeDiskBytes"),
              text(at, "version"),
              text(at, "why")));
    }
    return table.toString();
  }

  private static String results(Located list, boolean wide) {
    var table =
        table(
            wide,
            List.of("INVOCATION", "AT", "FUNCTION", "WORKER", "OUTCOME", "FUEL", "RUN", "TOTAL"),
            List.of("IN", "OUT", "SIGNED", "ATTEMPTS", "VERSION"));
    for (var at : list.elements()) {
      boolean exited = text(at, "outcome").equals("exited");
      row(
          table,
          wide,
          List.of(
              text(at, "invocation"),
              text(at, "at"),
              text(at, "function"),
              text(at, "worker").replaceFirst(".*/", ""),
              exited ? "exit " + count(at, "exit") : text(at, "outcome"),
              at.find("fuel").map(f -> Sizes.count(f.integer(0, Json.MAX_INTEGER))).orElse("-"),
              Sizes.micros(number(at, "runMicros")),
              Sizes.micros(number(at, "totalMicros"))),
          List.of(
              bytes(at, "inputBytes"),
              bytes(at, "outputBytes"),
              at.get("batched").bool() ? "in a batch" : "alone",
              count(at, "attempts"),
              text(at, "manifest")));
    }
    return table.toString();
  }

  private static Table table(boolean wide, List<String> usual, List<String> more) {
    return new Table(joined(wide, usual, more));
  }

  private static void row(Table table, boolean wide, List<String> usual, List<String> more) {
    table.row(joined(wide, usual, more));
  }

  private static String[] joined(boolean wide, List<String> usual, List<String> more) {
    var all = new ArrayList<>(usual);
    if (wide) all.addAll(more);
    return all.toArray(String[]::new);
  }

  private static String text(Located at, String name) {
    return at.find(name).map(Located::text).orElse("");
  }

  private static long number(Located at, String name) {
    return at.find(name).map(n -> n.integer(-Json.MAX_INTEGER, Json.MAX_INTEGER)).orElse(0L);
  }

  private static String count(Located at, String name) {
    return Long.toString(number(at, name));
  }

  private static String bytes(Located at, String name) {
    return Sizes.bytes(number(at, name));
  }

  /** Enough of a digest to tell versions apart. */
  private static String digest(Located at, String name, boolean whole) {
    var text = text(at, name);
    return whole || text.length() < 19 ? text : text.substring(7, 19);
  }
}
