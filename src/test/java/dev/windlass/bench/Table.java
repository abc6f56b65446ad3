package dev.windlass.bench;

import dev.windlass.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured, as text and as JSON. Times are also given as multiples of the reference. */
final class Table {
  /**
   * @param group heading
   * @param what in words
   * @param unit µs, req/s, MiB, s, ms
   * @param note goal, failures
   */
  record Row(String group, String what, double value, String unit, String note) {}

  private final List<Row> rows = new ArrayList<>();
  private double referenceMicros = Double.NaN;

  /** The time all others are compared with, in µs. */
  void reference(String group, String what, double micros, String note) {
    referenceMicros = micros;
    add(group, what, micros, "µs", note);
  }

  void add(String group, String what, double value, String unit, String note) {
    rows.add(new Row(group, what, value, unit, note));
  }

  double referenceMicros() {
    return referenceMicros;
  }

  String text() {
    var text = new StringBuilder();
    var group = "";
    for (var row : rows) {
      if (!row.group().equals(group)) text.append('\n').append(row.group()).append('\n');
      group = row.group();
      text.append(
          String.format(
              Locale.ROOT,
              "  %-58s %12s %-6s %8s  %s%n",
              row.what(),
              number(row.value()),
              row.unit(),
              ratio(row),
              row.note()));
    }
    return text.toString();
  }

  Json json() {
    var all = new ArrayList<Json>();
    for (var row : rows) {
      var member =
          Json.object()
              .put("group", row.group())
              .put("what", row.what())
              .put("value", Json.of(rounded(row.value())))
              .put("unit", row.unit())
              .put("note", row.note());
      if (!ratio(row).isEmpty())
        member.put("ratio", Json.of(rounded(row.value() / referenceMicros)));
      all.add(member.build());
    }
    return Json.object()
        .put("v", 1)
        .put("referenceMicros", Json.of(rounded(referenceMicros)))
        .put("rows", Json.array(all))
        .build();
  }

  private String ratio(Row row) {
    if (!row.unit().equals("µs") || Double.isNaN(referenceMicros)) return "";
    double times = row.value() / referenceMicros;
    return String.format(Locale.ROOT, times < 10 ? "×%.2f" : "×%.0f", times);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
