package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.log.Added;
import dev.windlass.log.Found;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The log that registrar and head of this process enter things in: here, or elsewhere. */
sealed interface LogAccess extends AutoCloseable permits LocalLog, RemoteLog {
  /** As {@link dev.windlass.log.LogService#add}. */
  CompletionStage<Added> add(Bytes submission);

  /** As {@link dev.windlass.log.LogService#receipt}. */
  CompletionStage<Found> receipt(UUID id, Duration wait);

  /** As {@link dev.windlass.log.LogService#proof}. */
  CompletionStage<Optional<Bytes>> proof(long index, Duration wait);

  WitnessPolicy policy();

  /** One line for the person who started this process. */
  String shown();

  @Override
  void close() throws IOException;

  /** The index of a leaf; throws when there is none. */
  static long index(Added added) {
    return switch (added) {
      case Added.Logged logged -> logged.index();
      case Added.Refused refused ->
          throw new IllegalStateException("the log refuses an entry: " + refused);
      case Added.Later later ->
          throw new IllegalStateException("the log takes no entry now: " + later.why());
    };
  }
}
