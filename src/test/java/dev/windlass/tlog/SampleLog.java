package dev.windlass.tlog;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Writes a log of 70,000 entries for {@code tools/check-with-go} to read: {@code SampleLog DIR}.
 */
public final class SampleLog {
  private static final int SIZE = 70_000;
  private static final int STEP = 1_000;
  private static final int PROVED = 41_234;
  private static final int OLD = 1_234;

  private final Path directory;
  private final MerkleHash hash = new MerkleHash();
  private final SigningKey log =
      SigningKey.generate("log.example.com/ledger", new SplittableRandom(1));
  private final SigningKey witness =
      SigningKey.generate("w1.example.com/witness", new SplittableRandom(2));

  private SampleLog(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] arguments) throws IOException {
    new SampleLog(Path.of(arguments[0])).write();
  }

  private void write() throws IOException {
    var leaves = NaiveTree.leaves(SIZE);
    var tiles = new HashMap<LogPath.HashTile, byte[]>();
    var edge = TileEdge.EMPTY;
    for (int from = 0; from < SIZE; from += STEP) {
      var growth = edge.grow(hash, leaves.subList(from, Math.min(SIZE, from + STEP)));
      for (var tile : growth.tiles()) {
        tiles.put(tile.path(), tile.unsafeArray());
        put(tile.path().toString(), tile.unsafeArray());
      }
      edge = growth.edge();
    }
    for (int first = 0; first < SIZE; first += LogPath.FULL) {
      var entries = new ArrayList<byte[]>();
      for (int i = first; i < Math.min(SIZE, first + LogPath.FULL); i++)
        entries.add(("entry " + i).getBytes(StandardCharsets.UTF_8));
      var path = new LogPath.EntryTile(first / LogPath.FULL, entries.size());
      put(path.toString(), EntryBundle.encode(entries));
    }
    var root = edge.root(hash);
    var note = log.sign(new Checkpoint(log.name(), SIZE, root));
    note = note.with(witness.cosign(note.text(), Instant.ofEpochSecond(1_800_000_000)));
    var reader = TreeReader.verified(tiles::get, SIZE, root);
    put("checkpoint", note.encode());
    put("log.vkey", utf8(log.verifier().toString()));
    put("witness.vkey", utf8(witness.cosigner().toString()));
    var path = reader.inclusion(PROVED, SIZE);
    put("proof", new TlogProof(Optional.of(utf8("{}")), PROVED, path, note).encode());
    put("request", new AddCheckpoint(OLD, reader.consistency(OLD, SIZE), note).encode());
    put("old-root", utf8(reader.root(OLD).base64()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void put(String name, byte[] octets) throws IOException {
    var file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, octets);
  }
}
