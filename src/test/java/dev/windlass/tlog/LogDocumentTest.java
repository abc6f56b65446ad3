package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/protocol.md shows a real log. {@code -Dgolden.update} writes it. */
class LogDocumentTest {
  private static final Path DOCUMENT = Path.of("docs/protocol.md");
  private static final Pattern EXAMPLE = Pattern.compile("```c2sp ([a-z0-9-]+)\n([^`]*)```");
  private static final Instant TIME = Instant.ofEpochSecond(1_800_000_000);
  private static final int SIZE = 5;

  private final MerkleHash hash = new MerkleHash();
  private final SigningKey log = new SigningKey("log.example.com/ledger", filled(1));
  private final SigningKey witness = new SigningKey("w1.example.com/witness", filled(2));
  private final List<Hash> leaves = NaiveTree.leaves(SIZE);
  private final Hash root = NaiveTree.root(leaves);

  private static byte[] filled(int octet) {
    var seed = new byte[32];
    Arrays.fill(seed, (byte) octet);
    return seed;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Note cosigned() {
    var note = log.sign(new Checkpoint(log.name(), SIZE, root));
    return note.with(witness.cosign(note.text(), TIME));
  }

  private Map<String, String> written() {
    var examples = new LinkedHashMap<String, String>();
    examples.put("log-key", log.verifier() + "\n");
    examples.put("witness-key", witness.cosigner() + "\n");
    examples.put("checkpoint", cosigned().encoded());
    examples.put(
        "proof",
        new TlogProof(Optional.of(utf8("{}")), 3, NaiveTree.path(3, leaves), cosigned()).encoded());
    var signed = log.sign(new Checkpoint(log.name(), SIZE, root));
    var request = new AddCheckpoint(2, NaiveTree.proof(2, leaves), signed);
    examples.put("add-checkpoint", new String(request.encode(), StandardCharsets.UTF_8));
    var listed =
        new WitnessPolicy.Witness("W1", witness.cosigner(), Optional.of("https://w1.example.com/"));
    examples.put("policy", WitnessPolicy.of(log.verifier(), List.of(listed), 1).text());
    examples.put("tile", hex(TileEdge.EMPTY.grow(hash, leaves).tiles().getFirst().unsafeArray()));
    examples.put("entries", hex(EntryBundle.encode(entries())));
    return examples;
  }

  private static List<byte[]> entries() {
    var entries = new ArrayList<byte[]>();
    for (int i = 0; i < SIZE; i++) entries.add(utf8("entry " + i));
    return entries;
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets).replaceAll("(.{64})", "$1\n").strip() + "\n";
  }

  private static byte[] octets(String hex) {
    return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
  }

  private static Map<String, String> shown() throws IOException {
    var shown = new LinkedHashMap<String, String>();
    EXAMPLE
        .matcher(Files.readString(DOCUMENT))
        .results()
        .forEach(m -> assertEquals(null, shown.put(m.group(1), m.group(2)), m.group(1)));
    return shown;
  }

  private void update() throws IOException {
    var examples = written();
    var text =
        EXAMPLE
            .matcher(Files.readString(DOCUMENT))
            .replaceAll(
                m ->
                    Matcher.quoteReplacement(
                        "```c2sp " + m.group(1) + "\n" + examples.get(m.group(1)) + "```"));
    Files.writeString(DOCUMENT, text);
  }

  @Test
  void every_example_of_the_log_is_what_these_keys_and_entries_make() throws IOException {
    if (Boolean.getBoolean("golden.update")) update();

    assertEquals(written(), shown());
  }

  /** Only out of the text of the document, as a reader would. */
  @Test
  void the_examples_prove_each_other() throws IOException {
    var shown = shown();
    var policy = WitnessPolicy.parse(shown.get("policy"));
    var note = Note.parse(shown.get("checkpoint"));
    var tile = octets(shown.get("tile"));
    var bundle = EntryBundle.parse(octets(shown.get("entries")), SIZE);
    var proof = TlogProof.parse(shown.get("proof"));
    var request = AddCheckpoint.parse(utf8(shown.get("add-checkpoint")));

    assertEquals(VerifierKey.parse(shown.get("log-key").strip()), policy.logs().getFirst().key());
    assertEquals(
        VerifierKey.parse(shown.get("witness-key").strip()), policy.witnesses().getFirst().key());
    assertTrue(policy.evaluate(note, TIME).isAccepted());
    var reader = TreeReader.verified(path -> tile, SIZE, note.checkpoint().root());
    for (int i = 0; i < SIZE; i++) assertEquals(reader.leafHash(i), bundle.leafHash(hash, i));
    assertEquals(note, proof.note());
    assertTrue(proof.includes(hash, bundle.leafHash(hash, 3)));
    assertEquals(reader.consistency(2, SIZE), request.proof());
    assertTrue(
        Consistency.check(
            hash,
            request.oldSize(),
            reader.root(2),
            request.note().checkpoint().size(),
            request.note().checkpoint().root(),
            request.proof()));
  }
}
