package dev.windlass.identity;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The roots of a file that somebody else replaces, as a mounted ConfigMap is: looked at every ten
 * seconds, so that a new root is believed before anything is signed by it. While the file cannot be
 * read the last roots go on.
 */
final class TrustedRoots {
  static final Duration EVERY = Duration.ofSeconds(10);

  private static final System.Logger LOG = System.getLogger(TrustedRoots.class.getName());

  private final Path file;
  private volatile List<X509Certificate> roots = List.of();

  private TrustedRoots(Path file) {
    this.file = file;
  }

  /** Empty until the file can be read: see {@link #look}. */
  static TrustedRoots of(Path file) {
    return new TrustedRoots(file);
  }

  List<X509Certificate> current() {
    return roots;
  }

  /** Those of the file, and those that the registrar has named. */
  List<X509Certificate> and(List<X509Certificate> granted) {
    var all = new LinkedHashSet<>(roots);
    all.addAll(granted);
    return List.copyOf(all);
  }

  /** Reads the file again; true if it has changed. */
  boolean look() throws IOException {
    var read = RootsPem.read(file);
    if (read.equals(roots)) return false;
    roots = read;
    return true;
  }

  /** Looks again and again, until {@code stopped}. */
  void follow(Surroundings around, BooleanSupplier stopped, Runnable changed) {
    around
        .delays()
        .after(
            EVERY,
            () -> {
              if (stopped.getAsBoolean()) return;
              try {
                if (look()) {
                  LOG.log(Level.INFO, "{0} has {1} roots now", file, roots.size());
                  changed.run();
                }
              } catch (IOException e) {
                LOG.log(Level.WARNING, "the roots stay as they are: " + e.getMessage());
              }
              follow(around, stopped, changed);
            });
  }
}
