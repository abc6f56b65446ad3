package dev.windlass.mirror;

/**
 * Why a mirror does not follow its source.
 *
 * @param text one line, with what came and what was expected
 */
public record Problem(Kind kind, String text) {
  /** In the order in which they are looked for. */
  public enum Kind {
    /** No answer, or a tile that is not there; the next look may find it. */
    UNREACHABLE(false),
    /** The checkpoint does not parse, or is not signed as the policy demands. */
    NOT_BELIEVED(true),
    /** The source shows a smaller tree than it did. */
    ROLLBACK(true),
    /** The source shows a signed tree that does not extend ours. */
    FORK(true),
    /** Tiles or entries that do not lead to the signed root. */
    BAD_OCTETS(true),
    /** Our own disk. */
    LOCAL(true);

    private final boolean loud;

    Kind(boolean loud) {
      this.loud = loud;
    }
  }

  /** Whether somebody has to look, now. */
  public boolean isLoud() {
    return kind.loud;
  }

  @Override
  public String toString() {
    return kind + ": " + text;
  }

  /** Ends a step. */
  static final class Thrown extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    Thrown(Kind kind, String text) {
      super(kind + ": " + text, null, false, false);
      this.problem = new Problem(kind, text);
    }

    Problem problem() {
      return problem;
    }
  }
}
