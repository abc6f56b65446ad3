package dev.windlass.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns as wide as their widest cell, two spaces apart. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... titles) {
    rows.add(List.of(titles));
  }

  void row(String... cells) {
    if (cells.length != rows.getFirst().size())
      throw new AssertionError(cells.length + " cells for " + rows.getFirst());
    rows.add(Arrays.stream(cells).map(cell -> cell.isEmpty() ? "-" : harmless(cell)).toList());
  }

  /** Text of others cannot steer the terminal. */
  static String harmless(String text) {
    return text.replaceAll("[\\p{Cntrl}\\x80-\\x9f&&[^\\t]]", "\ufffd");
  }

  @Override
  public String toString() {
    int columns = rows.getFirst().size();
    var widths = new int[columns];
    for (var row : rows)
      for (int i = 0; i < columns; i++) widths[i] = Math.max(widths[i], row.get(i).length());
    var text = new StringBuilder();
    for (var row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < columns; i++)
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
