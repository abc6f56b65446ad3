package dev.windlass.artifact;

import dev.windlass.function.Digest;
import java.io.IOException;

/**
 * What can be wrong with an artifact or its store; anything else is a plain {@link IOException}.
 */
public abstract sealed class ArtifactException extends IOException {
  private static final long serialVersionUID = 1;

  private ArtifactException(String message) {
    super(message);
  }

  private ArtifactException(String message, IOException cause) {
    super(message, cause);
  }

  /** What was sent is not what its name says. Nothing was kept. */
  public static final class DigestMismatch extends ArtifactException {
    private static final long serialVersionUID = 1;

    DigestMismatch(Digest expected, Digest actual, long bytes) {
      super("expected " + expected + ", the " + bytes + " bytes received are " + actual);
    }
  }

  /** More bytes than the caller allows. Nothing was kept. */
  public static final class TooLarge extends ArtifactException {
    private static final long serialVersionUID = 1;

    TooLarge(Digest digest, long limit) {
      super(digest + " has more than " + limit + " bytes, the limit");
    }
  }

  /** The stored bytes changed after they were written; they are in quarantine, the name is free. */
  public static final class Corrupt extends ArtifactException {
    private static final long serialVersionUID = 1;

    Corrupt(Digest expected, Digest actual, long bytes, String quarantined) {
      super(
          "the stored bytes of "
              + expected
              + " are now "
              + actual
              + " ("
              + bytes
              + " bytes): moved to "
              + quarantined
              + ", fetch or deploy it again");
    }
  }

  /** The store's own bound is reached and what is left in it is in use. Nothing was kept. */
  public static final class StoreFull extends ArtifactException {
    private static final long serialVersionUID = 1;

    StoreFull(Digest digest, long bytes, long used, long limit) {
      super(
          "no room for the "
              + bytes
              + " bytes of "
              + digest
              + ": "
              + used
              + " of "
              + limit
              + " bytes are taken by artifacts in use");
    }
  }

  /** The file system is full. Nothing was kept. */
  public static final class DiskFull extends ArtifactException {
    private static final long serialVersionUID = 1;

    DiskFull(Digest digest, long written, String directory, IOException cause) {
      super(
          "the disk of "
              + directory
              + " is full: "
              + written
              + " bytes of "
              + digest
              + " were written and removed again; free some space and send it again",
          cause);
    }
  }
}
