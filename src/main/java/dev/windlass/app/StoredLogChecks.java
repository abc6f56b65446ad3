package dev.windlass.app;

import dev.windlass.cli.LogChecks;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.tlog.store.FileLock;
import dev.windlass.tlog.store.Fsck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/** {@link Fsck} for commands. */
final class StoredLogChecks implements LogChecks {
  /** Beside a log's {@code tiles/}; a mirror has none. */
  private static final String LOCK = "tlog.lock";

  @Override
  public Report check(Source source, VerifierKey log, LongConsumer progress) throws IOException {
    return report(new Fsck(path -> source.read(path.toString()), log, progress).run());
  }

  @Override
  public Report check(Path directory, VerifierKey log, LongConsumer progress) throws IOException {
    var fsck = new Fsck(path -> read(directory.resolve(path.toString())), log, progress);
    var lock = FileLock.read(directory.toAbsolutePath().resolveSibling(LOCK));
    return report(lock.isPresent() ? fsck.run(lock.get()) : fsck.run());
  }

  private static Optional<byte[]> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException | NotDirectoryException _) {
      return Optional.empty();
    }
  }

  private static Report report(Fsck.Report found) {
    return new Report(
        found.size(),
        found.tiles(),
        found.problems().stream().map(Fsck.Problem::toString).toList(),
        found.count());
  }
}
