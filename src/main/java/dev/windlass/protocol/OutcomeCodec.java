package dev.windlass.protocol;

/** Tags in the order of {@link Outcome}'s cases, from 0 exited to 6 stack overflow. */
final class OutcomeCodec {
  private static final int MAX_TRAP = 64;

  private OutcomeCodec() {}

  static void write(CborWriter cbor, Outcome outcome) throws ProtocolException {
    switch (outcome) {
      case Outcome.Exited exited -> cbor.array(2).integer(0).integer(exited.code());
      case Outcome.Trapped trapped ->
          cbor.array(2).integer(1).text(OrderCodec.bounded("trap", trapped.code(), MAX_TRAP));
      case Outcome.OutOfFuel end -> cbor.array(2).integer(2).count(end.limit());
      case Outcome.OutOfMemory end -> cbor.array(2).integer(3).count(end.limitBytes());
      case Outcome.OutOfTime end -> cbor.array(2).integer(4).count(end.limitMillis());
      case Outcome.OutputTooLarge end -> cbor.array(2).integer(5).count(end.limitBytes());
      case Outcome.StackOverflow _ -> cbor.array(1).integer(6);
    }
  }

  static Outcome read(CborReader in) throws ProtocolException {
    int fields = in.array("outcome", 2);
    int tag = in.smallInteger("outcome tag", 6);
    if (fields != (tag == 6 ? 1 : 2))
      throw new ProtocolException("outcome " + tag + " has " + fields + " fields");
    return switch (tag) {
      case 0 ->
          new Outcome.Exited((int) in.integer("exit code", Integer.MIN_VALUE, Integer.MAX_VALUE));
      case 1 -> new Outcome.Trapped(in.text("trap", MAX_TRAP));
      case 2 -> new Outcome.OutOfFuel(in.count("fuel limit"));
      case 3 -> new Outcome.OutOfMemory(in.count("memory limit"));
      case 4 -> new Outcome.OutOfTime(in.count("time limit"));
      case 5 -> new Outcome.OutputTooLarge(in.count("output limit"));
      default -> new Outcome.StackOverflow();
    };
  }
}
