package dev.windlass.cli;

import dev.windlass.function.Bytes;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.TreeReader;
import java.util.List;
import java.util.function.Supplier;

/** A tree of which every hash and entry is checked against the signed root before it is used. */
final class LogTree {
  private final LogFiles files;
  private final Checkpoint head;
  private final TreeReader tree;
  private final MerkleHash hash = new MerkleHash();

  /**
   * @throws CommandFailure when the tiles are not of this tree
   */
  LogTree(LogFiles files, Checkpoint head) {
    this.files = files;
    this.head = head;
    this.tree = checked(() -> TreeReader.verified(this::tile, head.size(), head.root()));
  }

  long size() {
    return head.size();
  }

  Hash leafHash(long index) {
    return checked(() -> tree.leafHash(index));
  }

  List<Hash> inclusion(long index) {
    return checked(() -> tree.inclusion(index, head.size()));
  }

  List<Hash> consistency(long oldSize) {
    return checked(() -> tree.consistency(oldSize, head.size()));
  }

  byte[] entry(long index) {
    return bundle(index >> 8).entry((int) (index & 0xff));
  }

  /** All entries of a bundle, as far as the tree goes. */
  EntryBundle bundle(long number) {
    int width = (int) Math.min(LogPath.FULL, head.size() - (number << 8));
    var place = new LogPath.EntryTile(number, width);
    var octets = file(place, place.full(), EntryBundle.MAX_OCTETS);
    return checked(
        () -> {
          var whole = EntryBundle.parse(octets.unsafeArray());
          var bundle = whole.size() == width ? whole : whole.first(width);
          for (int i = 0; i < width; i++) check(place, bundle, i);
          return bundle;
        });
  }

  private void check(LogPath.EntryTile place, EntryBundle bundle, int i) {
    var found = bundle.leafHash(hash, i);
    var expected = tree.leafHash((place.index() << 8) + i);
    if (!found.equals(expected))
      throw new TlogException(
          "entry "
              + ((place.index() << 8) + i)
              + " in "
              + place
              + " hashes to "
              + found
              + ", expected "
              + expected);
  }

  private byte[] tile(LogPath.HashTile tile) {
    return file(tile, tile.full(), LogPath.FULL * Hash.BYTES).unsafeArray();
  }

  /** A partial tile may have gone once the full one is there. */
  private Bytes file(LogPath place, LogPath full, int most) {
    return files
        .get(place.toString(), most)
        .or(() -> files.get(full.toString(), most))
        .orElseThrow(() -> new CommandFailure(Exit.REFUSED, files + " has no " + place));
  }

  private <T> T checked(Supplier<T> read) {
    try {
      return read.get();
    } catch (TlogException e) {
      throw new CommandFailure(Exit.UNVERIFIED, files + ": " + e.getMessage());
    }
  }
}
