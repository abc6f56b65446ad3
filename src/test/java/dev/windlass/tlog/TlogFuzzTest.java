package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Whatever octets come, a parser refuses them as declared or reads what it would write. {@code
 * -Dfuzz.rounds=N} for a longer run.
 */
class TlogFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 2_000);
  private static final Instant TIME = Instant.ofEpochSecond(1_700_000_000);
  private static final SigningKey LOG = NoteTest.key("example.com/log", 1);
  private static final SigningKey W1 = NoteTest.key("w1.example.com/witness", 2);
  private static final SigningKey W2 = NoteTest.key("w2.example.com/witness", 3);
  private static final Note NOTE = note();
  private static final List<Hash> HASHES = NaiveTree.leaves(4);

  private static Note note() {
    var note = LOG.sign(new Checkpoint("example.com/log", 70_000, Hash.EMPTY_ROOT));
    return note.with(W1.cosign(note.text(), TIME)).with(W2.cosign(note.text(), TIME));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Latin 1 keeps every octet apart, so that text parsers see what a decoder could give them. */
  private static UnaryOperator<byte[]> text(UnaryOperator<String> parseAndWrite) {
    return octets -> {
      var text = new String(octets, StandardCharsets.ISO_8859_1);
      return parseAndWrite.apply(text).getBytes(StandardCharsets.ISO_8859_1);
    };
  }

  /** Flips, cuts, doubles, inserts and swaps, one to four times. */
  private static byte[] mutated(byte[] good, SplittableRandom chance) {
    var octets = good.clone();
    for (int i = chance.nextInt(4); i >= 0; i--) {
      if (octets.length == 0) return octets;
      int at = chance.nextInt(octets.length);
      octets =
          switch (chance.nextInt(6)) {
            case 0 -> Arrays.copyOf(octets, at);
            case 1 -> spliced(octets, at, new byte[] {(byte) chance.nextInt(256)}, 0);
            case 2 -> spliced(octets, at, new byte[0], 1 + chance.nextInt(4));
            case 3 -> spliced(octets, at, Arrays.copyOfRange(octets, 0, at), 0);
            case 4 ->
                spliced(
                    octets, at, utf8(List.of("\n", " ", "0", "=", "\u2014 ", "+").get(at % 6)), 1);
            default -> {
              octets[at] ^= (byte) (1 << chance.nextInt(8));
              yield octets;
            }
          };
    }
    return octets;
  }

  private static byte[] spliced(byte[] octets, int at, byte[] inserted, int removed) {
    int rest = Math.min(octets.length, at + removed);
    var joined = new byte[at + inserted.length + octets.length - rest];
    System.arraycopy(octets, 0, joined, 0, at);
    System.arraycopy(inserted, 0, joined, at, inserted.length);
    System.arraycopy(octets, rest, joined, at + inserted.length, octets.length - rest);
    return joined;
  }

  /** At least one round must be refused: else nothing was tried. */
  private static void fuzz(byte[] good, UnaryOperator<byte[]> parseAndWrite) {
    assertArrayEquals(good, parseAndWrite.apply(good));
    int refused = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      var octets = mutated(good, new SplittableRandom(seed));
      try {
        assertArrayEquals(octets, parseAndWrite.apply(octets.clone()), "seed " + seed);
      } catch (TlogException e) {
        refused++;
        assertTrue(e.getMessage().length() < 1_000, "seed " + seed + ": a message without bound");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": not as declared", e);
      }
    }
    for (int length = 0; length < good.length; length++) {
      var octets = Arrays.copyOf(good, length);
      try {
        assertArrayEquals(octets, parseAndWrite.apply(octets.clone()), "cut at " + length);
      } catch (TlogException e) {
        refused++;
      }
    }
    assertTrue(refused > 0);
  }

  @Test
  void notes_of_any_octets_fail_only_as_declared() {
    fuzz(NOTE.encode(), octets -> Note.parse(octets).encode());
  }

  @Test
  void checkpoints_of_any_text_fail_only_as_declared() {
    fuzz(utf8(NOTE.text()), text(text -> Checkpoint.parse(text).text()));
  }

  @Test
  void signature_lines_of_any_octets_fail_only_as_declared() {
    fuzz(
        utf8(NOTE.signatureLines()),
        octets ->
            utf8(
                NoteSignature.parseLines(Lines.utf8("lines", octets)).stream()
                    .map(signature -> signature.line() + "\n")
                    .reduce("", String::concat)));
  }

  @Test
  void keys_of_any_text_fail_only_as_declared() {
    fuzz(utf8(LOG.verifier().toString()), text(text -> VerifierKey.parse(text).toString()));
    fuzz(utf8(W1.cosigner().toString()), text(text -> VerifierKey.parse(text).toString()));
    fuzz(utf8(LOG.secretText()), text(text -> SigningKey.parse(text).secretText()));
  }

  @Test
  void paths_of_any_text_fail_only_as_declared() {
    for (var path : List.of("checkpoint", "tile/3/x001/x234/067.p/112", "tile/entries/x001/000"))
      fuzz(utf8(path), text(text -> LogPath.parse(text).toString()));
  }

  @Test
  void bundles_of_any_octets_fail_only_as_declared() {
    var bundle = EntryBundle.encode(List.of(new byte[3], new byte[0], new byte[260], new byte[1]));
    fuzz(
        bundle,
        octets -> {
          var parsed = EntryBundle.parse(octets);
          assertEquals(parsed.size(), parsed.entries().size());
          return EntryBundle.encode(parsed.entries());
        });
  }

  @Test
  void proof_files_of_any_octets_fail_only_as_declared() {
    for (var extra : List.of(Optional.<byte[]>empty(), Optional.of(utf8("{\"a\":1}")))) {
      var proof = new TlogProof(extra, 41_234, HASHES, NOTE);
      fuzz(proof.encode(), octets -> TlogProof.parse(octets).encode());
    }
  }

  @Test
  void requests_of_any_octets_fail_only_as_declared() {
    var request = new AddCheckpoint(69_999, HASHES, NOTE);
    fuzz(request.encode(), octets -> AddCheckpoint.parse(octets).encode());
  }

  private static WitnessPolicy policy() {
    return WitnessPolicy.of(
        LOG.verifier(),
        List.of(
            new WitnessPolicy.Witness("W1", W1.cosigner(), Optional.empty()),
            new WitnessPolicy.Witness("W2", W2.cosigner(), Optional.of("https://w2/"))),
        2);
  }

  @Test
  void policies_of_any_text_fail_only_as_declared_and_can_be_asked() {
    fuzz(
        utf8(policy().text()),
        text(
            text -> {
              var parsed = WitnessPolicy.parse(text);
              parsed.evaluate(NOTE, TIME);
              return parsed.text();
            }));
  }

  /** No change of the text is ever accepted, whatever happens to the signatures. */
  @Test
  void a_changed_checkpoint_is_never_accepted() {
    var policy = policy();
    assertTrue(policy.evaluate(NOTE, TIME).isAccepted());
    int read = 0;
    for (int seed = 0; seed < 4 * ROUNDS; seed++) {
      var octets = mutated(NOTE.encode(), new SplittableRandom(seed));
      try {
        var note = Note.parse(octets);
        read++;
        if (policy.evaluate(note, TIME).isAccepted())
          assertEquals(NOTE.text(), note.text(), "seed " + seed);
      } catch (TlogException e) {
        continue;
      }
    }
    assertTrue(read > 10, "only " + read + " were read");
  }

  @Test
  void paths_and_proofs_of_any_hashes_lead_nowhere() {
    var leaves = NaiveTree.leaves(100);
    var root = NaiveTree.root(leaves);
    var hash = new MerkleHash();
    for (int seed = 0; seed < ROUNDS; seed++) {
      var chance = new SplittableRandom(seed);
      int index = chance.nextInt(100);
      var path = new ArrayList<>(NaiveTree.path(index, leaves));
      int old = 1 + chance.nextInt(99);
      var proof = new ArrayList<>(NaiveTree.proof(old, leaves));
      for (var hashes : List.of(path, proof)) {
        int at = chance.nextInt(hashes.size());
        switch (chance.nextInt(4)) {
          case 0 -> hashes.remove(at);
          case 1 -> hashes.add(at, leaves.get(chance.nextInt(100)));
          case 2 -> hashes.set(at, root);
          default -> hashes.add(hashes.get(at));
        }
      }
      assertTrue(!Inclusion.check(hash, leaves.get(index), index, 100, path, root), "seed " + seed);
      var oldRoot = NaiveTree.root(leaves.subList(0, old));
      assertTrue(!Consistency.check(hash, old, oldRoot, 100, root, proof), "seed " + seed);
    }
  }

  @Test
  void tiles_of_any_octets_fail_only_as_declared() {
    for (int seed = 0; seed < 300; seed++) {
      var chance = new SplittableRandom(seed);
      long size = chance.nextLong(1, 1L << chance.nextInt(1, 40));
      TileReader tiles =
          tile -> {
            var octets = new byte[chance.nextInt(4) == 0 ? chance.nextInt(9_000) : 8_192];
            chance.nextBytes(octets);
            return octets;
          };
      try {
        TreeReader.verified(tiles, size, Hash.EMPTY_ROOT);
        throw new AssertionError("seed " + seed + ": random tiles have the root of nothing");
      } catch (TlogException e) {
        assertTrue(e.getMessage().contains("expected"), e.getMessage());
      }
      try {
        var reader = TreeReader.unverified(tiles, size);
        reader.inclusion(chance.nextLong(size), size);
        reader.consistency(chance.nextLong(size), size);
      } catch (TlogException e) {
        assertTrue(e.getMessage().contains("octets, expected"), e.getMessage());
      }
    }
  }
}
