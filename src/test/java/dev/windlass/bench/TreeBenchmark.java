package dev.windlass.bench;

import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Frontier;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TileEdge;
import dev.windlass.tlog.TileGrowth;
import dev.windlass.tlog.TreeReader;
import dev.windlass.tlog.WitnessPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the log's arithmetic costs, a leaf or a proof at a time, in a tree of a million leaves. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class TreeBenchmark {
  private static final int LEAVES = 1_000_000;
  private static final int BATCH = 256;

  private final MerkleHash hash = new MerkleHash();
  private final byte[] entry = new byte[1_024];
  private final byte[] leaf = new byte[Hash.BYTES];
  private final byte[] batch = new byte[BATCH * Hash.BYTES];
  private final Frontier frontier = new Frontier();
  private final Map<LogPath.HashTile, byte[]> tiles = new HashMap<>();
  private final TileEdge edge = grow();
  private final Hash root = edge.root(hash);
  private final TreeReader reader = TreeReader.verified(tiles::get, LEAVES, root);
  private final SplittableRandom chance = new SplittableRandom(1);
  private final SigningKey log = SigningKey.generate("example.com/log", new SplittableRandom(2));
  private final List<SigningKey> witnesses = witnesses();
  private final Note note = note();
  private final WitnessPolicy policy = policy();
  private int next;

  private TileEdge grow() {
    var leaves = new byte[LEAVES * Hash.BYTES];
    new SplittableRandom(0).nextBytes(leaves);
    var growth = TileEdge.EMPTY.grow(hash, leaves);
    for (var tile : growth.tiles()) tiles.put(tile.path(), tile.unsafeArray());
    return growth.edge();
  }

  @Benchmark
  public byte[] hashEntryOf1024() {
    hash.leafInto(entry, 0, entry.length, leaf, 0);
    return leaf;
  }

  @Benchmark
  public long appendToFrontier() {
    frontier.append(leaf, 0);
    return frontier.size();
  }

  /** Tiles of 256 leaves and the new root: what a commit of the log computes. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Hash growByBatch() {
    TileGrowth growth = edge.grow(hash, batch);
    return growth.edge().root(hash);
  }

  /** The way receipts are built: leaves side by side, out of tiles that are still there. */
  @Benchmark
  public List<Hash> proveNeighbours() {
    next = (next + 1) % BATCH;
    return reader.inclusion(500_000 + next, LEAVES);
  }

  /** Anywhere in the tree: one tile is read, hashed and checked for almost each. */
  @Benchmark
  public List<Hash> proveAnywhere() {
    return reader.inclusion(chance.nextInt(LEAVES), LEAVES);
  }

  /** A checkpoint and three cosignatures. */
  @Benchmark
  public boolean evaluatePolicy() {
    return policy.evaluate(note).isAccepted();
  }

  @Benchmark
  public Note parseNote() {
    return Note.parse(note.encoded());
  }

  private static List<SigningKey> witnesses() {
    var keys = new ArrayList<SigningKey>();
    for (int i = 0; i < 3; i++)
      keys.add(SigningKey.generate("w" + i + ".example.com", new SplittableRandom(3 + i)));
    return keys;
  }

  private Note note() {
    var signed = log.sign(new Checkpoint("example.com/log", LEAVES, root));
    for (var w : witnesses) signed = signed.with(w.cosign(signed.text(), Instant.EPOCH));
    return signed;
  }

  private WitnessPolicy policy() {
    var listed =
        witnesses.stream()
            .map(w -> new WitnessPolicy.Witness(w.name(), w.cosigner(), Optional.empty()))
            .toList();
    return WitnessPolicy.of(log.verifier(), listed, 2);
  }
}
