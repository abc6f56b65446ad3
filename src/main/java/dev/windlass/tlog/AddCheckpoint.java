package dev.windlass.tlog;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a log asks of a witness: the body of {@code POST add-checkpoint} in <a
 * href="https://c2sp.org/tlog-witness">tlog-witness</a>. Whether the sizes fit each other and the
 * proof holds is the witness's question, with an answer for each.
 *
 * @param oldSize of the tree that the witness cosigned last, as far as the log knows
 * @param proof of consistency from there to the checkpoint
 * @param note the new checkpoint with the log's signature
 */
public record AddCheckpoint(long oldSize, List<Hash> proof, Note note) {
  /** Hashes in the longest proof. */
  public static final int MAX_PROOF = 63;

  /** Octets of a request we read. */
  public static final int MAX_OCTETS = Note.MAX_OCTETS + 4_096;

  public AddCheckpoint {
    if (oldSize < 0) throw new TlogException("an old size is " + oldSize + ", expected 0 or more");
    proof = List.copyOf(proof);
    if (proof.size() > MAX_PROOF)
      throw new TlogException(
          "a consistency proof has " + proof.size() + " hashes, expected at most " + MAX_PROOF);
  }

  public static AddCheckpoint parse(byte[] octets) {
    if (octets.length > MAX_OCTETS)
      throw new TlogException(
          "a request has " + octets.length + " octets, expected at most " + MAX_OCTETS);
    var lines = new LineReader("a request", Lines.utf8("a request", octets));
    long oldSize = Lines.decimal("the old size of a request", lines.need("old "));
    var proof = lines.hashes(MAX_PROOF);
    return new AddCheckpoint(oldSize, proof, Note.parse(lines.rest()));
  }

  /** The body. */
  public byte[] encode() {
    var text = new StringBuilder("old ").append(oldSize).append('\n');
    for (var hash : proof) text.append(hash.base64()).append('\n');
    return text.append('\n').append(note.encoded()).toString().getBytes(StandardCharsets.UTF_8);
  }
}
