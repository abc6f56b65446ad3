package dev.windlass.app;

import java.nio.file.Path;

/** Whether this process has a log, and which. */
sealed interface LogChoice {
  /** No log and no receipts. */
  record Off() implements LogChoice {}

  /** In this process, on disk, with two witnesses and a mirror. */
  record Here() implements LogChoice {}

  /**
   * {@code windlass log serve} of another process.
   *
   * @param policy file: which log and witnesses are believed
   * @param operator file: the key that the log's first entry names, to sign what is published
   */
  record At(String url, Path policy, Path operator) implements LogChoice {}

  /** {@code --log on|off|URL}, {@code --log-policy FILE}, {@code --operator-key FILE}. */
  static LogChoice parse(String role, Arguments a) {
    var text = a.text("log", "on");
    if (text.equals("on")) return new Here();
    if (text.equals("off")) return new Off();
    if (!text.matches("https?://.+"))
      throw new StartFailure("windlass " + role + ": --log is on, off or a URL, not " + text);
    return new At(
        text,
        needed(role, a, "log-policy", "which says whose signatures count"),
        needed(role, a, "operator-key", "operator.pem of the log, to sign what is published"));
  }

  private static Path needed(String role, Arguments a, String option, String why) {
    if (a.has(option)) return Path.of(a.text(option, ""));
    throw new StartFailure(
        "windlass %s: --log %s needs --%s FILE, %s"
            .formatted(role, a.text("log", ""), option, why));
  }
}
