package dev.windlass.protocol;

/** The families of {@link Message}; the frame that carries a message says to which it belongs. */
public enum Kind {
  ORDER,
  REPLY,
  ASK,
  ANSWER,
  REPORT,
  CONTROL;

  public static Kind of(Message message) {
    return switch (message) {
      case Order _ -> ORDER;
      case Reply _ -> REPLY;
      case Ask _ -> ASK;
      case Answer _ -> ANSWER;
      case Report _ -> REPORT;
      case Control _ -> CONTROL;
    };
  }
}
