package dev.windlass.cli;

import dev.windlass.json.JsonException;
import dev.windlass.receipt.Check;
import dev.windlass.receipt.Check.State;
import dev.windlass.receipt.Dsse;
import dev.windlass.receipt.ReceiptStatement;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Checks of a result or a receipt, as lines. */
final class AuditText {
  private AuditText() {}

  static String lines(List<Check> checks) {
    return checks.stream().map(AuditText::line).collect(Collectors.joining());
  }

  /** What a receipt says that it is of; nothing for what is none. */
  static String heading(Dsse receipt) {
    try {
      var draft = ReceiptStatement.parse(receipt.payload()).draft();
      var what =
          draft.invocation().id()
              + ", "
              + draft.function().name()
              + ", finished at "
              + draft.invocation().finishedAt();
      return "%-8s %s%n".formatted("receipt", Table.harmless(what));
    } catch (JsonException _) {
      return ""; // the first check says so
    }
  }

  private static String line(Check check) {
    var state =
        switch (check.state()) {
          case OK -> "ok";
          case FAILED -> "FAILED";
          case SKIPPED -> "skipped";
        };
    return "%-8s %-12s %s%n".formatted(state, name(check), Table.harmless(check.detail()));
  }

  /** The names of the checks in a state, by commas. */
  static String names(List<Check> checks, State state) {
    return checks.stream()
        .filter(check -> check.state() == state)
        .map(AuditText::name)
        .collect(Collectors.joining(", "));
  }

  private static String name(Check check) {
    return check.subject() == Check.Subject.REEXECUTION
        ? "re-execution"
        : check.subject().name().toLowerCase(Locale.ROOT);
  }
}
