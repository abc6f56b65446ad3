package dev.windlass.tlog;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What other implementations make of the same input, as facts. */
class VectorsTest {
  private static final String DASH = "\u2014 ";

  /**
   * A checkpoint of a public staging log with all it carried: two signatures of it, four of
   * witnesses.
   */
  private static final String REAL =
      """
      arche2025h1.staging.ct.transparency.dev
      1432088532
      U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

      %1$sarche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGR\
      EPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
      %1$sarche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzb\
      C3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
      %1$stransparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzw\
      Z2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
      %1$switness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iE\
      cxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
      %1$sremora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX\
      9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
      %1$switness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+A\
      JmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
      """
          .formatted(DASH);

  private static final String REAL_POLICY =
      """
      # the four witnesses that had cosigned, and one that had not
      log arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f
      witness garden transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM
      witness smartit witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO
      witness remora remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2
      witness stagemole witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv
      witness rgdd rgdd.se/poc-witness+db03732e+BCjJKlo6BU0xfIb8LutqerIFTWIXEA0L5n3tW3QyPFgG
      group most 4 garden smartit remora stagemole rgdd
      quorum most
      """;

  private final MerkleHash hash = new MerkleHash();

  private List<Hash> hashed(Stream<byte[]> entries) {
    return entries.map(hash::leafHash).toList();
  }

  /** golang.org/x/mod, sumdb/note/note_test.go. */
  @Test
  void the_keys_of_the_go_tests_sign_and_verify_the_same_octets() {
    var text =
        """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.
        """;
    var peter =
        DASH
            + "PeterNeumann "
            + "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    var enoch =
        DASH
            + "EnochRoot "
            + "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=";
    var skey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    var vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    var enochKey =
        VerifierKey.parse("EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop");

    var key = SigningKey.parse(skey);
    var note = Note.parse(text + "\n" + peter + "\n" + enoch + "\n");

    assertEquals(vkey, key.verifier().toString());
    assertEquals(skey, key.secretText());
    assertEquals(peter, key.sign(text).line());
    assertEquals(VerifierKey.Found.GOOD, VerifierKey.parse(vkey).find(note));
    assertEquals(VerifierKey.Found.GOOD, enochKey.find(note));
  }

  /** c2sp.org/signed-note, the example. */
  @Test
  void the_example_of_signed_note_verifies() {
    var key =
        VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    var note =
        Note.parse(
            "This is an example message.\n\n"
                + DASH
                + "example.com/foo "
                + "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
                + "\n");

    assertEquals(0x530d903a, key.keyId());
    assertEquals(VerifierKey.Found.GOOD, key.find(note));
    var changed = new Note("This is another message.\n", note.signatures());
    assertEquals(VerifierKey.Found.WRONG, key.find(changed));
  }

  /** transparency-dev/formats, note_cosigv1_test.go. */
  @Test
  void keys_of_types_1_and_4_are_written_back_as_they_came() {
    for (var vkey :
        List.of(
            "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
            "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"))
      assertEquals(vkey, VerifierKey.parse(vkey).toString());
    var blob =
        "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==";
    var cosignature = Cosignature.of(NoteSignature.parse(DASH + "any " + blob));
    assertEquals(Instant.ofEpochSecond(1_727_964_367), cosignature.time());
  }

  /** A checkpoint as it was served in May 2026; its RFC 6962 signature is of no key of ours. */
  @Test
  void a_checkpoint_of_a_public_log_with_four_public_witnesses_is_accepted() {
    var note = Note.parse(REAL);
    assertEquals(REAL, note.encoded());
    var policy = WitnessPolicy.parse(REAL_POLICY);
    var signed = Instant.ofEpochSecond(0x6a122120L);

    var verdict = policy.evaluate(note);

    assertTrue(verdict.isAccepted(), verdict.reason());
    assertEquals(1_432_088_532L, verdict.checkpoint().orElseThrow().size());
    assertEquals(
        Map.of("garden", signed, "smartit", signed, "remora", signed, "stagemole", signed),
        verdict.witnesses().stream().collect(toMap(w -> w.witness().name(), w -> w.time())));
    assertEquals("rgdd", verdict.missing().getFirst().witness().name());
    assertTrue(policy.evaluate(note, signed.plusSeconds(300)).isAccepted());
    assertFalse(policy.evaluate(note, signed.plusSeconds(301)).isAccepted());
    var smaller = new Note(note.text().replace("1432088532", "1432088531"), note.signatures());
    assertFalse(policy.evaluate(smaller).isAccepted());
  }

  /** torchwood, litewitness.txt: a tree head as the log signed it. */
  @Test
  void the_tree_head_of_the_litewitness_test_verifies_under_its_note_key() {
    var origin =
        "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
    var key = VerifierKey.parse(origin + "+5202289b+Af/cLU2Y5BJNP+r3iMDC+av9eWCD0fBJVDfzAux5zxAP");
    var root = "45c088d4d939e9971298811f227d1295eaad57bbafae55cd71c171e7de48c25d";
    var signature =
        "655bb4871d15bc05032d67eece88900c4863a27f190393b99176391577f5def971b023d9a418c3226b7b7ea47b33686d"
            + "9b3849451dadc6b07c007c595af1ea0a";
    var head = new Checkpoint(origin, 3, Hash.parseHex(root));
    var octets = HexFormat.of().parseHex(signature);

    assertTrue(key.verifies(head.text(), new NoteSignature(origin, 0x5202289b, octets)));
    octets[63] = 0x0b;
    assertFalse(key.verifies(head.text(), new NoteSignature(origin, 0x5202289b, octets)));
  }

  /** transparency-dev/tessera, testdata/log. */
  @Test
  void the_test_log_of_tessera_has_its_roots_at_every_size() {
    var words =
        "one,two,three,four,five,six,seven,eit,nain,ten,ileven,twelf,threeten,fourten,fivten";
    var entries =
        Arrays.stream(words.split(",")).map(w -> w.getBytes(StandardCharsets.UTF_8)).toList();
    var roots =
        Map.of(
            1, "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=",
            2, "T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=",
            3, "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=",
            4, "zY1lN35vrXYAPixXSd59LsU29xUJtuW4o2dNNg5Y2Co=",
            5, "gy5gl3aksFyiCO95a/1vLXz88A3dRq+0l9Sxte8ZqZQ=",
            6, "a6sWvsc2eEzmj72vah7mZ5dwFltivehh2b11qwlp5Jg=",
            7, "IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U=",
            14, "SvCd38yNade7xEPY1a/aAc1M3A2AHYVF8lIiUnsH1ao=",
            15, "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=");
    var bundle = EntryBundle.of(entries);
    var edge = TileEdge.EMPTY;
    for (int size = 1; size <= 15; size++) {
      edge = edge.grow(hash, List.of(bundle.leafHash(hash, size - 1))).edge();
      if (roots.containsKey(size)) assertEquals(roots.get(size), edge.root(hash).base64());
    }
    assertEquals(List.of("tile/0/000.p/15"), edge.tiles().stream().map(Tile::toString).toList());

    var key =
        SigningKey.parse(
            "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg");
    assertEquals(
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx",
        key.verifier().toString());
  }

  /** transparency-dev/merkle, testonly/constants.go. */
  @Test
  void the_eight_shared_leaves_have_their_roots_at_every_size() {
    var inputs =
        Stream.of(
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f");
    var roots =
        List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    var leaves = hashed(inputs.map(HexFormat.of()::parseHex));
    var frontier = new Frontier();
    for (int size = 0; size <= 8; size++) {
      assertEquals(roots.get(size), frontier.root().hex(), "frontier of " + size);
      assertEquals(
          roots.get(size),
          TileEdge.EMPTY.grow(hash, leaves.subList(0, size)).edge().root(hash).hex());
      if (size < 8) frontier.append(leaves.get(size));
    }
    var seven = new Frontier();
    leaves.subList(0, 7).forEach(seven::append);
    assertEquals(
        List.of(
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"),
        seven.subtrees().stream().map(Hash::hex).toList());
  }

  @Test
  void a_slice_of_an_entry_hashes_as_the_entry_does() {
    var entry = "an entry".getBytes(StandardCharsets.UTF_8);
    var wide = "..an entry..".getBytes(StandardCharsets.UTF_8);
    var target = new byte[40];

    hash.leafInto(wide, 2, entry.length, target, 5);

    assertArrayEquals(hash.leaf(entry), Arrays.copyOfRange(target, 5, 37));
  }
}
