package dev.windlass.bench;

import dev.windlass.tlog.Frontier;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.TileEdge;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * Lets a tree grow without a disk: hashes entries, appends them to a {@link Frontier} and, batch by
 * batch, to a {@link TileEdge}, and looks at the heap on the way. {@code tools/run-test-main
 * dev.windlass.bench.TreeGrowth [leaves] [batch]}, ten million and 4,096 by default; exit code 1
 * when the two differ or memory grew.
 */
public final class TreeGrowth {
  /** What the heap may have more at the end than at the beginning. */
  private static final long SLACK = 4L << 20;

  private static final int LOOKS = 10;

  /**
   * @param tiles made, none of them kept
   * @param heapGrowth octets in use after the last look, less those after the first
   */
  public record Result(long leaves, long tiles, double seconds, long heapGrowth, Hash root) {
    public boolean isFlat() {
      return heapGrowth < SLACK;
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "%,d leaves in %.1f s: %,.0f a second; %,d tiles made; heap %+,d KiB; root %s",
          leaves,
          seconds,
          leaves / seconds,
          tiles,
          heapGrowth / 1024,
          root.base64());
    }
  }

  private final MerkleHash hash = new MerkleHash();
  private final Frontier frontier = new Frontier();
  private final byte[] entry = new byte[200];
  private TileEdge edge = TileEdge.EMPTY;
  private long tiles;

  private TreeGrowth() {}

  public static void main(String[] arguments) {
    long leaves = arguments.length > 0 ? Long.parseLong(arguments[0]) : 10_000_000;
    int batch = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 4_096;
    var result = run(leaves, batch);
    System.out.println(result.text());
    if (!result.isFlat()) System.exit(1);
  }

  /**
   * @throws IllegalStateException when frontier and tiles have different roots at any look
   */
  public static Result run(long leaves, int batch) {
    var growth = new TreeGrowth();
    long began = System.nanoTime();
    long first = 0;
    long last = 0;
    for (int look = 0; look < LOOKS; look++) {
      growth.growTo(leaves * (look + 1) / LOOKS, batch);
      growth.compare();
      last = heap();
      if (look == 0) first = last;
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    return new Result(leaves, growth.tiles, seconds, last - first, growth.frontier.root());
  }

  private void growTo(long size, int batch) {
    while (edge.size() < size) {
      var leaves = new byte[(int) Math.min(batch, size - edge.size()) * Hash.BYTES];
      for (int at = 0; at < leaves.length; at += Hash.BYTES) {
        ByteBuffer.wrap(entry).putLong(frontier.size());
        hash.leafInto(entry, 0, entry.length, leaves, at);
        frontier.append(leaves, at);
      }
      var grown = edge.grow(hash, leaves);
      tiles += grown.tiles().size();
      edge = grown.edge();
    }
  }

  private void compare() {
    var ofTiles = edge.root(hash);
    if (!ofTiles.equals(frontier.root()))
      throw new IllegalStateException(
          "at "
              + edge.size()
              + " leaves the tiles have root "
              + ofTiles
              + ", the frontier "
              + frontier.root());
  }

  private static long heap() {
    var runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
