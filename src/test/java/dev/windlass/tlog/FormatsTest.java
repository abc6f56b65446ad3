package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints, paths, bundles, proof files and requests to witnesses: exact, and nothing else. */
class FormatsTest {
  private static final String ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  private static final String HEAD = "example.com/log\n7\n" + ROOT + "\n";
  private static final SigningKey LOG = NoteTest.key("example.com/log", 1);
  private static final Hash HASH = Hash.parseBase64(ROOT);

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // checkpoints

  /** The first and the last size, and an extension line. */
  @Test
  void a_checkpoint_is_written_back_as_it_came() {
    for (var text :
        List.of(
            HEAD,
            "o\n0\n" + Hash.EMPTY_ROOT.base64() + "\n",
            "o\n9223372036854775807\n" + ROOT + "\n",
            HEAD + "an extension\nanother\n")) assertEquals(text, Checkpoint.parse(text).text());
    assertEquals(new Checkpoint("example.com/log", 7, HASH), Checkpoint.parse(HEAD));
    assertEquals(List.of("x y"), Checkpoint.parse(HEAD + "x y\n").extensions());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "o\n7\n",
        "o\n7\n%s",
        "\n7\n%s\n",
        "o\n\n%s\n",
        "o\n07\n%s\n",
        "o\n+7\n%s\n",
        "o\n-7\n%s\n",
        "o\n7 \n%s\n",
        "o\n 7\n%s\n",
        "o\n0x7\n%s\n",
        "o\n\u0667\n%s\n",
        "o\n9223372036854775808\n%s\n",
        "o\n99999999999999999999\n%s\n",
        "o\n7\n%s \n",
        "o\n7\n%s=\n",
        "o\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "o\n7\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "o\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        "o\n7\n%s\n\n",
        "o\n7\n%s\n\nextension\n",
        "o\r\n7\n%s\n",
        "o\u0000\n7\n%s\n"
      })
  void another_spelling_of_a_checkpoint_is_refused(String form) {
    assertThrows(TlogException.class, () -> Checkpoint.parse(form.replace("%s", ROOT)));
  }

  @Test
  void a_checkpoint_cannot_be_made_of_what_could_not_be_read() {
    assertThrows(TlogException.class, () -> new Checkpoint("", 7, HASH));
    assertThrows(TlogException.class, () -> new Checkpoint("a\nb", 7, HASH));
    assertThrows(TlogException.class, () -> new Checkpoint("a", -1, HASH));
    assertThrows(TlogException.class, () -> new Checkpoint("a", 1, HASH, List.of("")));
    assertThrows(TlogException.class, () -> new Checkpoint("\udc00", 1, HASH));
  }

  // hashes

  @Test
  void a_hash_is_32_octets_in_one_spelling() {
    assertEquals(HASH, Hash.parseHex(HASH.hex()));
    assertEquals(HASH, Hash.of(HASH.toArray()));
    for (int length : new int[] {0, 31, 33})
      assertTrue(
          assertThrows(TlogException.class, () -> Hash.of(new byte[length]))
              .getMessage()
              .contains(length + " octets, expected 32"));
    assertThrows(TlogException.class, () -> Hash.parseHex(HASH.hex().toUpperCase(Locale.ROOT)));
    assertThrows(TlogException.class, () -> Hash.parseHex(HASH.hex().substring(1)));
  }

  // paths

  @ParameterizedTest
  @ValueSource(
      strings = {
        "checkpoint",
        "tile/0/000",
        "tile/0/999",
        "tile/0/x001/000",
        "tile/0/x001/x234/067",
        "tile/0/x001/x234/067.p/1",
        "tile/63/x999/x999/x999/x999/x999/999.p/255",
        "tile/entries/000",
        "tile/entries/x001/x234/067.p/112"
      })
  void a_path_is_written_back_as_it_came(String path) {
    assertEquals(path, LogPath.parse(path).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "1234067, 256, tile/0/x001/x234/067",
    "1000, 256, tile/0/x001/000",
    "0, 256, tile/0/000",
    "273, 112, tile/0/273.p/112"
  })
  void an_index_is_written_in_groups_of_three(long index, int width, String path) {
    var tile = new LogPath.HashTile(0, index, width);

    assertEquals(path, tile.toString());
    assertEquals(tile, LogPath.parse(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/checkpoint",
        "checkpoint/",
        "Checkpoint",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/x000/x001/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000.P/1",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/-01",
        "tile/0/x001/x001/x001/x001/x001/x001/001",
        "tile/entries",
        "tile/data/000",
        "tile/8/0/000",
        "tile/0/000\n",
        "tile/0/../0/000",
        "tile/0/\u0660\u0660\u0660"
      })
  void another_spelling_of_a_path_is_refused(String path) {
    assertThrows(TlogException.class, () -> LogPath.parse(path));
  }

  @Test
  void a_path_knows_its_full_form() {
    assertEquals(new LogPath.HashTile(1, 5, 256), new LogPath.HashTile(1, 5, 3).full());
    assertEquals(new LogPath.EntryTile(5, 256), new LogPath.EntryTile(5, 3).full());
    assertFalse(new LogPath.EntryTile(5, 3).isFull());
    assertThrows(TlogException.class, () -> new LogPath.HashTile(64, 0, 1));
    assertThrows(TlogException.class, () -> new LogPath.HashTile(0, -1, 1));
    assertThrows(TlogException.class, () -> new LogPath.EntryTile(0, 257));
    assertThrows(TlogException.class, () -> new LogPath.EntryTile(1_000_000_000_000_000_000L, 1));
  }

  // bundles

  @Test
  void a_bundle_is_lengths_of_16_bits_and_entries() {
    var bundle = EntryBundle.of(List.of(utf8("ab"), new byte[0], new byte[300]));

    assertArrayEquals(new byte[] {0, 2, 'a', 'b', 0, 0, 1, 44}, first(bundle.unsafeArray(), 8));
    assertEquals(3, bundle.size());
    assertArrayEquals(utf8("ab"), bundle.entry(0));
    assertArrayEquals(new byte[0], bundle.entry(1));
    assertEquals(3, EntryBundle.parse(bundle.unsafeArray(), 3).size());
    assertEquals(2, EntryBundle.parse(bundle.first(2).unsafeArray()).size());
  }

  private static byte[] first(byte[] octets, int count) {
    return Arrays.copyOf(octets, count);
  }

  @Test
  void a_wider_bundle_begins_with_the_narrower_one() {
    var entries = new ArrayList<byte[]>();
    for (int i = 0; i < 256; i++) entries.add(utf8("entry " + i));
    var whole = EntryBundle.of(entries);

    for (int width : new int[] {1, 100, 255}) {
      var narrow = EntryBundle.of(entries.subList(0, width));
      assertArrayEquals(narrow.unsafeArray(), whole.first(width).unsafeArray());
      assertArrayEquals(
          whole.unsafeArray(), narrow.plus(entries.subList(width, 256)).unsafeArray());
    }
    assertEquals(256, whole.entries().size());
    assertThrows(TlogException.class, () -> whole.plus(List.of(utf8("one more"))));
    assertThrows(TlogException.class, () -> whole.first(257));
    assertThrows(TlogException.class, () -> whole.first(0));
  }

  @Test
  void the_longest_entry_fits_and_a_longer_one_does_not() {
    var longest = new byte[EntryBundle.MAX_ENTRY];
    assertArrayEquals(longest, EntryBundle.of(List.of(longest)).entry(0));
    var message =
        assertThrows(TlogException.class, () -> EntryBundle.of(List.of(new byte[65_536])))
            .getMessage();
    assertTrue(message.contains("65536") && message.contains("65535"), message);
  }

  @Test
  void a_bundle_cut_or_continued_is_refused() {
    var octets = EntryBundle.encode(List.of(utf8("ab"), utf8("c")));
    for (int length : new int[] {0, 1, 2, 3, 5, 6})
      assertThrows(TlogException.class, () -> EntryBundle.parse(first(octets, length)));
    assertEquals(1, EntryBundle.parse(first(octets, 4)).size());
    assertThrows(TlogException.class, () -> EntryBundle.parse(octets, 1));
    assertThrows(TlogException.class, () -> EntryBundle.parse(octets, 3));
    assertThrows(TlogException.class, () -> EntryBundle.parse(new byte[2 * 257]));
    assertEquals(256, EntryBundle.parse(new byte[2 * 256]).size());
    assertThrows(TlogException.class, () -> EntryBundle.of(List.of()));
  }

  // proof files

  private static TlogProof proof(Optional<byte[]> extra) {
    return new TlogProof(
        extra,
        4,
        List.of(HASH, Hash.EMPTY_ROOT),
        LOG.sign(new Checkpoint("example.com/log", 7, HASH)));
  }

  @Test
  void a_proof_file_is_written_back_as_it_came() {
    for (var extra : List.of(Optional.<byte[]>empty(), Optional.of(utf8("{}")))) {
      var proof = proof(extra);
      assertEquals(proof, TlogProof.parse(proof.encode()));
      assertArrayEquals(proof.encode(), TlogProof.parse(proof.encoded()).encode());
    }
    var lines = proof(Optional.of(utf8("{}"))).encoded().lines().toList();
    assertEquals("c2sp.org/tlog-proof@v1", lines.get(0));
    assertEquals("extra e30=", lines.get(1));
    assertEquals("index 4", lines.get(2));
    assertEquals(
        List.of(ROOT, Hash.EMPTY_ROOT.base64(), "", "example.com/log"), lines.subList(3, 7));
  }

  @Test
  void a_proof_leads_to_the_root_or_says_no() {
    var leaves = NaiveTree.leaves(7);
    var note = LOG.sign(new Checkpoint("example.com/log", 7, NaiveTree.root(leaves)));
    var proof = new TlogProof(Optional.empty(), 4, NaiveTree.path(4, leaves), note);
    var hash = new MerkleHash();

    assertTrue(proof.includes(hash, leaves.get(4)));
    assertFalse(proof.includes(hash, leaves.get(5)));
    for (int index : new int[] {0, 3, 5, 6, 7, 100}) {
      var moved = new TlogProof(Optional.empty(), index, proof.path(), note);
      assertFalse(moved.includes(hash, leaves.get(4)), "index " + index);
    }
  }

  @Test
  void another_spelling_of_a_proof_file_is_refused() {
    var good = proof(Optional.of(utf8("{}"))).encoded();
    for (var change :
        List.of(
            List.of("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
            List.of("c2sp.org/tlog-proof@v1\n", ""),
            List.of("extra e30=\n", "extra e30=\nextra e30=\n"),
            List.of("extra e30=", "extra "),
            List.of("extra e30=", "extra e30"),
            List.of("extra e30=", "extra\te30="),
            List.of("extra e30=", "Extra e30="),
            List.of("index 4", "index 04"),
            List.of("index 4", "index  4"),
            List.of("index 4", "index 4 "),
            List.of("index 4", "index -4"),
            List.of("index 4\n", ""),
            List.of("index 4\n", "index 4\nindex 4\n"),
            List.of(ROOT + "\n" + Hash.EMPTY_ROOT.base64(), ROOT + "=\n" + ROOT),
            List.of(Hash.EMPTY_ROOT.base64() + "\n\n", Hash.EMPTY_ROOT.base64() + "\n"),
            List.of(Hash.EMPTY_ROOT.base64() + "\n\n", Hash.EMPTY_ROOT.base64() + "\n\n\n"),
            List.of("\n", "\r\n"))) {
      var bad = good.replace(change.get(0), change.get(1));
      assertFalse(bad.equals(good), "nothing changed: " + change);
      if (change.get(1).endsWith("\n\n\n")) {
        // an empty first line belongs to the text of the note, which then is no checkpoint
        assertThrows(TlogException.class, () -> TlogProof.parse(bad).checkpoint());
      } else {
        assertThrows(TlogException.class, () -> TlogProof.parse(bad), bad);
      }
    }
    assertThrows(TlogException.class, () -> TlogProof.parse(new byte[TlogProof.MAX_OCTETS + 1]));
  }

  @Test
  void a_path_longer_than_any_tree_is_high_is_refused() {
    var note = proof(Optional.empty()).note();
    var longest = new ArrayList<Hash>();
    for (int i = 0; i < 63; i++) longest.add(HASH);
    var proof = new TlogProof(Optional.empty(), 4, longest, note);
    assertEquals(proof, TlogProof.parse(proof.encode()));

    longest.add(HASH);
    assertThrows(TlogException.class, () -> new TlogProof(Optional.empty(), 4, longest, note));
    var text = proof.encoded().replaceFirst(Pattern.quote(ROOT), ROOT + "\n" + ROOT);
    assertThrows(TlogException.class, () -> TlogProof.parse(text));
    assertThrows(
        TlogException.class, () -> new TlogProof(Optional.of(new byte[0]), 4, List.of(), note));
    assertThrows(TlogException.class, () -> new TlogProof(Optional.empty(), -1, List.of(), note));
  }

  // requests to witnesses

  /** The example of c2sp.org/tlog-witness. */
  @Test
  void the_example_request_of_tlog_witness_is_written_back_as_it_came() {
    var dash = "\u2014 example.com/behind-the-sofa ";
    var body =
        """
        old 20852014
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

        example.com/behind-the-sofa
        20852163
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

        """
            + dash
            + "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
            + dash
            + "opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

    var request = AddCheckpoint.parse(utf8(body));

    assertEquals(20_852_014, request.oldSize());
    assertEquals(4, request.proof().size());
    assertEquals(20_852_163, request.note().checkpoint().size());
    assertEquals(2, request.note().signatures().size());
    assertArrayEquals(utf8(body), request.encode());
  }

  @Test
  void another_spelling_of_a_request_is_refused() {
    var note = proof(Optional.empty()).note();
    var good =
        new String(new AddCheckpoint(3, List.of(HASH), note).encode(), StandardCharsets.UTF_8);
    for (var change :
        List.of(
            List.of("old 3\n", ""),
            List.of("old 3", "old 03"),
            List.of("old 3", "old -3"),
            List.of("old 3", "old  3"),
            List.of("old 3", "old 3 "),
            List.of("old 3", "Old 3"),
            List.of("old 3\n", "old 3\nold 3\n"),
            List.of("old 3\n", "old 3\r\n"),
            List.of("old 3\n" + ROOT, "old 3\n" + ROOT.substring(4)),
            List.of("old 3\n" + ROOT + "\n\n", "old 3\n" + ROOT + "\n"))) {
      var bad = good.replace(change.get(0), change.get(1));
      assertFalse(bad.equals(good), "nothing changed: " + change);
      assertThrows(TlogException.class, () -> AddCheckpoint.parse(utf8(bad)), bad);
    }
    assertThrows(
        TlogException.class, () -> AddCheckpoint.parse(new byte[AddCheckpoint.MAX_OCTETS + 1]));
  }

  @Test
  void sixty_three_hashes_are_read_and_sixty_four_are_not() {
    var note = proof(Optional.empty()).note();
    var hashes = new ArrayList<Hash>();
    for (int i = 0; i < 63; i++) hashes.add(HASH);
    var request = new AddCheckpoint(3, hashes, note);
    assertEquals(request, AddCheckpoint.parse(request.encode()));

    hashes.add(HASH);
    assertThrows(TlogException.class, () -> new AddCheckpoint(3, hashes, note));
    var longer =
        new String(request.encode(), StandardCharsets.UTF_8)
            .replaceFirst("old 3\n", "old 3\n" + ROOT + "\n");
    assertThrows(TlogException.class, () -> AddCheckpoint.parse(utf8(longer)));
    assertThrows(TlogException.class, () -> new AddCheckpoint(-1, List.of(), note));
  }
}
