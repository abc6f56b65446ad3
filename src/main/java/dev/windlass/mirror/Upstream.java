package dev.windlass.mirror;

import dev.windlass.function.Bytes;
import dev.windlass.mirror.Problem.Kind;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TileReader;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;

/** A source, read as a log: each failure is a {@link Problem.Thrown} with its kind. */
final class Upstream implements TileReader {
  private final Source source;
  private final WitnessPolicy policy;

  Upstream(Source source, WitnessPolicy policy) {
    this.source = source;
    this.policy = policy;
  }

  /**
   * A checkpoint with the log's signature and a quorum of witnesses, none of them of the future.
   */
  Note checkpoint(Instant now) {
    var octets =
        fetch("checkpoint", Note.MAX_OCTETS)
            .orElseThrow(
                () -> new Problem.Thrown(Kind.UNREACHABLE, source + " has no checkpoint yet"));
    try {
      var note = Note.parse(octets.unsafeArray());
      believe(note, policy, now);
      return note;
    } catch (TlogException e) {
      throw new Problem.Thrown(Kind.NOT_BELIEVED, "the checkpoint: " + e.getMessage());
    }
  }

  /** A cosignature may be old, for a log may have been idle; it may not be of the future. */
  static void believe(Note note, WitnessPolicy policy, Instant now) {
    var verdict = policy.evaluate(note);
    if (!verdict.isAccepted()) throw new Problem.Thrown(Kind.NOT_BELIEVED, verdict.reason());
    var names = new HashSet<String>();
    var latest = now.plus(WitnessPolicy.MAX_SKEW);
    for (var w : verdict.witnesses()) if (!w.time().isAfter(latest)) names.add(w.witness().name());
    if (!policy.isQuorum(names))
      throw new Problem.Thrown(
          Kind.NOT_BELIEVED,
          "cosigned at %s, expected at the latest %s".formatted(verdict.witnesses(), latest));
  }

  @Override
  public byte[] tile(LogPath.HashTile tile) {
    int most = LogPath.FULL * Hash.BYTES;
    return place(tile, tile.full(), most).unsafeArray();
  }

  /** Not verified. */
  EntryBundle entries(LogPath.EntryTile place) {
    var octets = place(place, place.full(), EntryBundle.MAX_OCTETS);
    try {
      var bundle = EntryBundle.parse(octets.unsafeArray());
      return bundle.size() == place.width() ? bundle : bundle.first(place.width());
    } catch (TlogException e) {
      throw new Problem.Thrown(Kind.BAD_OCTETS, place + ": " + e.getMessage());
    }
  }

  /** A partial tile may have gone once the full one is there. */
  private Bytes place(LogPath place, LogPath full, int most) {
    return fetch(place.toString(), most)
        .or(() -> place.equals(full) ? Optional.empty() : fetch(full.toString(), most))
        .orElseThrow(() -> new Problem.Thrown(Kind.UNREACHABLE, source + " has no " + place));
  }

  private Optional<Bytes> fetch(String path, int most) {
    try {
      return source.get(path, most);
    } catch (IOException e) {
      throw new Problem.Thrown(Kind.UNREACHABLE, String.valueOf(e.getMessage()));
    }
  }
}
