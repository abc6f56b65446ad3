package dev.windlass.witness;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.AddCheckpoint;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Consistency;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.NoteSignature;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.witness.WitnessAnswer.Reason;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What a witness knows of one origin, and the only code that moves it. The checks stand in the
 * order in which c2sp.org/tlog-witness lists them.
 */
final class History {
  private static final Logger LOG = Logger.getLogger(History.class);

  private final String origin;
  private final String hash;
  private final List<VerifierKey> logs;
  private final SigningKey key;
  private final States states;
  private final InstantSource clock;

  /** Guarded by this, like what follows: the note that is on the disk. */
  private Optional<Bytes> kept = Optional.empty();

  private Checkpoint last;

  /** A write failed: it may have happened. */
  private boolean unknown;

  History(
      String origin,
      String hash,
      List<VerifierKey> logs,
      SigningKey key,
      States states,
      InstantSource clock) {
    this.origin = origin;
    this.hash = hash;
    this.logs = List.copyOf(logs);
    this.key = key;
    this.states = states;
    this.clock = clock;
    this.last = new Checkpoint(origin, 0, Hash.EMPTY_ROOT);
  }

  /** Reads what was kept; a damaged one stops us, because to begin anew would be to forget. */
  synchronized void load() throws IOException {
    kept = states.load(hash);
    last = kept.isEmpty() ? new Checkpoint(origin, 0, Hash.EMPTY_ROOT) : parsed(kept.get());
    unknown = false;
  }

  synchronized long size() {
    return last.size();
  }

  synchronized Optional<Bytes> kept() {
    return kept;
  }

  synchronized WitnessAnswer add(AddCheckpoint request) throws IOException {
    var note = request.note();
    var signed = signedByLog(note);
    if (signed.isEmpty())
      return refused(Reason.SIGNATURE, "invalid signature, expected one of " + logs);
    var next = note.checkpoint();
    if (request.oldSize() > next.size())
      return refused(
          Reason.MALFORMED,
          "old size is " + request.oldSize() + ", expected at most " + next.size());
    if (unknown) load();
    if (request.oldSize() != last.size()) return new WitnessAnswer.Conflict(last.size());
    if (next.size() == last.size() && !next.root().equals(last.root())) {
      shout(next);
      return refused(
          Reason.INCONSISTENT,
          "root hash is "
              + next.root().base64()
              + " at size "
              + next.size()
              + ", expected "
              + last.root().base64());
    }
    var hashes = new MerkleHash();
    if (!Consistency.check(
        hashes, last.size(), last.root(), next.size(), next.root(), request.proof())) {
      return refused(
          Reason.INCONSISTENT,
          "the consistency proof does not lead from size " + last.size() + " to " + next.size());
    }
    return cosigned(new Note(note.text(), signed), next);
  }

  private WitnessAnswer cosigned(Note note, Checkpoint next) throws IOException {
    var cosignature = key.cosign(note.text(), clock.instant());
    var value = Bytes.wrap(note.with(cosignature).encode());
    unknown = true;
    if (!states.replace(hash, kept, value)) {
      load();
      return new WitnessAnswer.Conflict(last.size());
    }
    unknown = false;
    kept = Optional.of(value);
    last = next;
    return new WitnessAnswer.Cosigned(cosignature.line() + "\n");
  }

  /** The log's own signatures: all that claim one of its keys hold, or it is none. */
  private List<NoteSignature> signedByLog(Note note) {
    var signed = new ArrayList<NoteSignature>();
    for (var log : logs) {
      switch (log.find(note)) {
        case NONE -> {
          // another of its keys may have signed
        }
        case WRONG -> {
          return List.of();
        }
        case GOOD -> note.signatures().stream().filter(log::isClaimedBy).forEach(signed::add);
      }
    }
    return signed.stream().distinct().toList();
  }

  private Checkpoint parsed(Bytes value) throws IOException {
    try {
      var note = Note.parse(value.unsafeArray());
      var checkpoint = note.checkpoint();
      if (!checkpoint.origin().equals(origin))
        throw new TlogException("it is of " + checkpoint.origin() + ", expected " + origin);
      if (key.cosigner().find(note) != VerifierKey.Found.GOOD)
        throw new TlogException("it has no valid cosignature of " + key.cosigner());
      return checkpoint;
    } catch (TlogException e) {
      throw new IOException(
          "the last checkpoint of %s is damaged: %s; restore %s.checkpoint, or retire this witness's key"
              .formatted(origin, e.getMessage(), hash),
          e);
    }
  }

  /** Two signed roots of one size: proof that the log forked. */
  private void shout(Checkpoint next) {
    LOG.errorf(
        "event=fork origin=%s size=%d cosigned=%s presented=%s",
        origin, next.size(), last.root().base64(), next.root().base64());
  }

  private static WitnessAnswer refused(Reason reason, String why) {
    return new WitnessAnswer.Refused(reason, why);
  }
}
