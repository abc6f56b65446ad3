package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.log.Added;
import dev.windlass.log.Found;
import dev.windlass.log.LogClient;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** A log that {@code windlass log serve} runs. It need not answer yet. */
record RemoteLog(String url, LogClient client, WitnessPolicy policy) implements LogAccess {
  /**
   * @param policy file of c2sp.org/tlog-policy: which log and witnesses are believed
   */
  static RemoteLog open(String url, Path policy) throws IOException {
    try {
      var parsed = WitnessPolicy.parse(Files.readString(policy));
      return new RemoteLog(url, new LogClient(url), parsed);
    } catch (TlogException e) {
      throw new IOException(policy + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public CompletionStage<Added> add(Bytes submission) {
    return client.add(submission);
  }

  @Override
  public CompletionStage<Found> receipt(UUID id, Duration wait) {
    return client.receipt(id, wait);
  }

  @Override
  public CompletionStage<Optional<Bytes>> proof(long index, Duration wait) {
    return client.proof(index, wait);
  }

  @Override
  public String shown() {
    return url;
  }

  @Override
  public void close() {
    client.close();
  }
}
