package dev.windlass.cli;

import dev.windlass.tlog.VerifierKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Reads a whole log and says everything that does not fit; the application knows its files. */
public interface LogChecks {
  /** A log's files, wherever they are. */
  @FunctionalInterface
  interface Source {
    /**
     * @param path as c2sp.org/tlog-tiles has it
     */
    Optional<byte[]> read(String path) throws IOException;
  }

  /**
   * @param size of the tree that was checked
   * @param files that were read
   * @param problems the first thousand, each with path, expected and found
   * @param count of all problems
   */
  record Report(long size, long files, List<String> problems, long count) {
    public Report {
      problems = List.copyOf(problems);
    }
  }

  /**
   * @param log whose signature the checkpoint must have
   * @param progress told how many entries were checked
   */
  Report check(Source source, VerifierKey log, LongConsumer progress) throws IOException;

  /** The same of a directory, with what a log has committed there and not yet published. */
  Report check(Path directory, VerifierKey log, LongConsumer progress) throws IOException;
}
