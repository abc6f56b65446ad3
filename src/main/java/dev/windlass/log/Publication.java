package dev.windlass.log;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far the log is, and how far the world can see it.
 *
 * @param committed leaves that stay, published or not
 * @param published leaves under the checkpoint that is shown; 0 before the first
 * @param publishedAt when that checkpoint was last made; empty before the first
 * @param quorum whether the last round found enough witnesses
 * @param unwitnessedFor how long committed leaves have waited for a quorum; empty while none waits
 * @param missing names of witnesses without which the last round ended, each with what it said
 */
public record Publication(
    long committed,
    long published,
    Optional<Instant> publishedAt,
    boolean quorum,
    Optional<Duration> unwitnessedFor,
    List<String> missing) {
  public Publication {
    missing = List.copyOf(missing);
  }
}
