package dev.windlass.head;

import dev.windlass.function.Bytes;
import dev.windlass.function.Digest;
import dev.windlass.function.Manifest;
import dev.windlass.identity.SpiffeId;
import dev.windlass.protocol.InvocationId;
import dev.windlass.protocol.Outcome;
import dev.windlass.protocol.Reply;
import java.util.Optional;
import java.util.SortedMap;

/**
 * One verified result as the head remembers it: the worker's signed statement and what it speaks
 * of.
 *
 * @param env of the request (CGI meta-variables)
 * @param input absent where it was too large to keep
 * @param done without its output where that was too large to keep
 * @param droppedOutput the size of that output
 * @param totalMicros from the request's last octet until the answer was ready
 */
record Result(
    InvocationId invocation,
    Manifest manifest,
    Digest manifestDigest,
    SpiffeId worker,
    int attempts,
    SortedMap<String, String> env,
    Optional<Bytes> input,
    int inputBytes,
    Reply.Done done,
    Optional<Integer> droppedOutput,
    long totalMicros) {

  /** How it ended in one word: {@code ok}, {@code exited}, {@code trap}, {@code out-of-fuel}, … */
  String outcome() {
    return word(done.outcome());
  }

  static String word(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Exited e -> e.code() == 0 ? "ok" : "exited";
      case Outcome.Trapped _ -> "trap";
      case Outcome.OutOfFuel _ -> "out-of-fuel";
      case Outcome.OutOfMemory _ -> "out-of-memory";
      case Outcome.OutOfTime _ -> "out-of-time";
      case Outcome.OutputTooLarge _ -> "output-too-large";
      case Outcome.StackOverflow _ -> "stack-overflow";
    };
  }

  int outputBytes() {
    return droppedOutput.orElse(done.output().size());
  }

  long bytes() {
    long size = 1024 + done.statement().size() + done.stderr().size();
    if (input.isPresent()) size += input.get().size();
    size += done.output().size();
    for (var entry : env.entrySet())
      size += entry.getKey().length() + entry.getValue().length() + 64;
    return size;
  }
}
