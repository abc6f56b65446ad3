package dev.windlass.head;

import dev.windlass.artifact.ArtifactException;
import java.io.IOException;

/** What the data directory's failures are to a client. */
final class StoreProblems {
  private StoreProblems() {}

  static Problem of(IOException e) {
    var type =
        switch (e) {
          case ArtifactException.DigestMismatch _, ArtifactException.Corrupt _ ->
              ProblemType.DIGEST_MISMATCH;
          case ArtifactException.TooLarge _ -> ProblemType.BODY_TOO_LARGE;
          case ArtifactException.StoreFull _, ArtifactException.DiskFull _ ->
              ProblemType.STORE_FULL;
          case IOException other when isFull(other) -> ProblemType.STORE_FULL;
          case IOException _ -> ProblemType.STORE_FAILED;
        };
    return Problem.of(type, String.valueOf(e.getMessage()));
  }

  private static boolean isFull(IOException e) {
    var text = String.valueOf(e.getMessage());
    return text.contains("No space left") || text.contains("Disk quota exceeded");
  }
}
