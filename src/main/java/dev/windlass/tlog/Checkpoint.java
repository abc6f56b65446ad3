package dev.windlass.tlog;

import java.util.List;

/**
 * A tree head as <a href="https://c2sp.org/tlog-checkpoint">tlog-checkpoint</a> writes it: the text
 * of a {@link Note}.
 *
 * @param origin the log, a URL without scheme and trailing slash; ours is also the name of its key
 * @param size entries, from 0 on
 * @param extensions lines behind the first three, opaque and mostly none
 */
public record Checkpoint(String origin, long size, Hash root, List<String> extensions) {
  public Checkpoint {
    if (size < 0) throw new TlogException("a checkpoint has size " + size + ", expected 0 or more");
    checkLine("the origin", origin);
    extensions = List.copyOf(extensions);
    for (var line : extensions) checkLine("an extension line", line);
  }

  public Checkpoint(String origin, long size, Hash root) {
    this(origin, size, root, List.of());
  }

  /** From the text of a note, final newline included. */
  public static Checkpoint parse(String text) {
    if (!text.endsWith("\n"))
      throw new TlogException(
          "a checkpoint ends in " + Lines.shown(last(text)) + ", expected a newline");
    var lines = List.of(text.substring(0, text.length() - 1).split("\n", -1));
    if (lines.size() < 3)
      throw new TlogException(
          "a checkpoint has " + lines.size() + " lines, expected origin, size and root hash");
    return new Checkpoint(
        lines.get(0),
        Lines.decimal("the size of a checkpoint", lines.get(1)),
        Hash.parseBase64(lines.get(2)),
        lines.subList(3, lines.size()));
  }

  /** What is signed: each line with its newline. */
  public String text() {
    var text = new StringBuilder(origin).append('\n').append(size).append('\n');
    text.append(root.base64()).append('\n');
    for (var line : extensions) text.append(line).append('\n');
    return text.toString();
  }

  private static String last(String text) {
    return text.substring(Math.max(0, text.length() - 10));
  }

  private static void checkLine(String what, String line) {
    if (line.isEmpty() || line.chars().anyMatch(c -> c < 0x20) || !Lines.isUnicode(line))
      throw new TlogException(
          what + " of a checkpoint is " + Lines.shown(line) + ", expected one line of text");
  }
}
