package dev.windlass.mirror;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TileEdge;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A log with two witnesses, and a source that can be made to lie. Strict: a path with another
 * spelling than c2sp.org/tlog-tiles gives it fails the test.
 */
public final class FakeLog implements Source {
  public static final Instant NOW = Instant.parse("2026-11-23T03:00:00Z");
  public static final String ORIGIN = "log.example.org/ledger";

  public final SigningKey key = new SigningKey(ORIGIN, seed(1));
  public final SigningKey w1 = new SigningKey("w1.example.org/witness", seed(2));
  public final SigningKey w2 = new SigningKey("w2.example.org/witness", seed(3));
  public final Map<String, byte[]> files = new HashMap<>();
  public final List<String> asked = new ArrayList<>();
  final Set<String> down = new HashSet<>();
  private final String history;
  private final MerkleHash hash = new MerkleHash();
  private TileEdge edge = TileEdge.EMPTY;
  private final List<byte[]> last = new ArrayList<>();

  public FakeLog(String history) {
    this.history = history;
  }

  private static byte[] seed(int octet) {
    var seed = new byte[32];
    seed[0] = (byte) octet;
    return seed;
  }

  public WitnessPolicy policy() {
    var witnesses =
        List.of(
            new WitnessPolicy.Witness("w1", w1.cosigner(), Optional.empty()),
            new WitnessPolicy.Witness("w2", w2.cosigner(), Optional.empty()));
    return WitnessPolicy.of(key.verifier(), witnesses, 2);
  }

  public byte[] entry(long index) {
    return (history + " " + index).getBytes(StandardCharsets.UTF_8);
  }

  /** Grows and shows the checkpoint. */
  public FakeLog to(long size) {
    grow(size);
    show(cosigned(head(), NOW));
    return this;
  }

  /** Grows without showing it. */
  public void grow(long size) {
    while (edge.size() < size) {
      long bundle = edge.size() >> 8;
      long until = Math.min(size, (bundle + 1) << 8);
      var leaves = new ArrayList<Hash>();
      for (long i = edge.size(); i < until; i++) {
        last.add(entry(i));
        leaves.add(hash.leafHash(entry(i)));
      }
      var grown = edge.grow(hash, leaves);
      for (var tile : grown.tiles()) files.put(tile.path().toString(), tile.unsafeArray());
      files.put(new LogPath.EntryTile(bundle, last.size()).toString(), EntryBundle.encode(last));
      if (last.size() == LogPath.FULL) last.clear();
      edge = grown.edge();
    }
  }

  public Checkpoint head() {
    return new Checkpoint(ORIGIN, edge.size(), edge.root(hash));
  }

  public Note cosigned(Checkpoint head, Instant time) {
    var note = key.sign(head);
    return note.with(w1.cosign(note.text(), time)).with(w2.cosign(note.text(), time));
  }

  public void show(Note note) {
    files.put("checkpoint", note.encode());
  }

  void flip(String path, int octet) {
    var octets = files.get(path).clone();
    octets[octet] ^= 1;
    files.put(path, octets);
  }

  @Override
  public Optional<Bytes> get(String path, int most) throws IOException {
    LogPath.parse(path);
    asked.add(path);
    if (down.contains(path) || down.contains("*")) throw new IOException("connection refused");
    var octets = Optional.ofNullable(files.get(path));
    if (octets.isPresent() && octets.get().length > most)
      throw new IOException(path + " has more than " + most + " bytes");
    return octets.map(Bytes::copyOf);
  }

  @Override
  public String toString() {
    return "the fake log";
  }
}
