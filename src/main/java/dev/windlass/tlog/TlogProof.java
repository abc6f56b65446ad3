package dev.windlass.tlog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A proof file as <a href="https://c2sp.org/tlog-proof">tlog-proof</a> writes it: where an entry
 * lies, the way from it to the root, and the signed tree head, verbatim. Nothing in it is verified
 * by reading it. Immutable.
 */
public final class TlogProof {
  /** Octets of what goes along unauthenticated. */
  public static final int MAX_EXTRA = 2 << 20;

  /** Octets of a proof file: no parts that are within their bounds make more. */
  public static final int MAX_OCTETS = 4 << 20;

  /** Hashes of the longest path: a tree has less than 2^63 entries. */
  public static final int MAX_PATH = 63;

  private static final String HEADER = "c2sp.org/tlog-proof@v1";

  private final Optional<byte[]> extra;
  private final long index;
  private final List<Hash> path;
  private final Note note;

  /**
   * @param extra opaque, not authenticated by the proof; if there, 1 to {@link #MAX_EXTRA} octets
   * @param path from the sibling of the leaf up
   * @param note a checkpoint and its signatures
   */
  public TlogProof(Optional<byte[]> extra, long index, List<Hash> path, Note note) {
    if (extra.filter(octets -> octets.length == 0 || octets.length > MAX_EXTRA).isPresent())
      throw new TlogException(
          "the extra line of a proof has %d octets, expected 1 to %d, or no line"
              .formatted(extra.get().length, MAX_EXTRA));
    if (index < 0) throw new TlogException("a proof is of index " + index + ", expected 0 or more");
    if (path.size() > MAX_PATH)
      throw new TlogException(
          "a proof has " + path.size() + " hashes, expected at most " + MAX_PATH);
    this.extra = extra.map(byte[]::clone);
    this.index = index;
    this.path = List.copyOf(path);
    this.note = note;
  }

  public static TlogProof parse(byte[] octets) {
    if (octets.length > MAX_OCTETS)
      throw new TlogException(
          "a proof has " + octets.length + " octets, expected at most " + MAX_OCTETS);
    return parse(Lines.utf8("a proof", octets));
  }

  public static TlogProof parse(String proof) {
    if (proof.length() > MAX_OCTETS)
      throw new TlogException(
          "a proof has " + proof.length() + " characters, expected at most " + MAX_OCTETS);
    var lines = new LineReader("a proof", proof);
    lines.expect(HEADER);
    var extra = lines.take("extra ").map(text -> Lines.base64("the extra line of a proof", text));
    long index = Lines.decimal("the index of a proof", lines.need("index "));
    var path = lines.hashes(MAX_PATH);
    return new TlogProof(extra, index, path, Note.parse(lines.rest()));
  }

  /** The file. */
  public byte[] encode() {
    return encoded().getBytes(StandardCharsets.UTF_8);
  }

  public String encoded() {
    var text = new StringBuilder(HEADER).append('\n');
    extra.ifPresent(octets -> text.append("extra ").append(Lines.base64(octets)).append('\n'));
    text.append("index ").append(index).append('\n');
    for (var hash : path) text.append(hash.base64()).append('\n');
    return text.append('\n').append(note.encoded()).toString();
  }

  /** A copy of the opaque octets. */
  public Optional<byte[]> extra() {
    return extra.map(byte[]::clone);
  }

  public long index() {
    return index;
  }

  public List<Hash> path() {
    return path;
  }

  /** The tree head with its signatures. */
  public Note note() {
    return note;
  }

  /** The tree head. */
  public Checkpoint checkpoint() {
    return note.checkpoint();
  }

  /**
   * Whether the path leads from this leaf hash to the root in the checkpoint. Who signed it is
   * another question.
   */
  public boolean includes(MerkleHash hash, Hash leaf) {
    var head = checkpoint();
    return Inclusion.check(hash, leaf, index, head.size(), path, head.root());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TlogProof proof
        && index == proof.index
        && path.equals(proof.path)
        && note.equals(proof.note)
        && Arrays.equals(extra.orElse(null), proof.extra.orElse(null));
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(index) + note.hashCode();
  }

  @Override
  public String toString() {
    return encoded();
  }
}
