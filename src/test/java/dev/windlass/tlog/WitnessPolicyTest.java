package dev.windlass.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WitnessPolicyTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final SigningKey LOG = NoteTest.key("example.com/log", 1);
  private static final SigningKey LOG2 = NoteTest.key("example.com/log", 2);
  private static final SigningKey W1 = NoteTest.key("w1.example.com/witness", 11);
  private static final SigningKey W2 = NoteTest.key("w2.example.com/witness", 12);
  private static final SigningKey W3 = NoteTest.key("w3.example.com/witness", 13);
  private static final Checkpoint HEAD = new Checkpoint("example.com/log", 5, Hash.EMPTY_ROOT);

  /** {LOG}, {W1} and so on stand for vkeys. */
  private static String policy(String text) {
    return text.replace("{LOG}", LOG.verifier().toString())
        .replace("{LOG2}", LOG2.verifier().toString())
        .replace("{W1}", W1.cosigner().toString())
        .replace("{W2}", W2.cosigner().toString())
        .replace("{W3}", W3.cosigner().toString());
  }

  private static final WitnessPolicy TWO_OF_THREE =
      WitnessPolicy.parse(
          policy(
              """
              log {LOG}
              witness W1 {W1}
              witness W2 {W2} https://w2.example.com/
              witness W3 {W3}
              group G 2 W1 W2 W3
              quorum G
              """));

  private static Note cosigned(SigningKey... witnesses) {
    var note = LOG.sign(HEAD);
    for (var witness : witnesses) note = note.with(witness.cosign(note.text(), NOW));
    return note;
  }

  private static List<String> names(WitnessPolicy.Verdict verdict) {
    return verdict.witnesses().stream().map(w -> w.witness().name()).toList();
  }

  @Test
  void two_of_three_witnesses_and_the_log_are_accepted() {
    var verdict = TWO_OF_THREE.evaluate(cosigned(W3, W1), NOW);

    assertTrue(verdict.isAccepted(), verdict.reason());
    assertEquals("accepted", verdict.reason());
    assertEquals(Optional.of(HEAD), verdict.checkpoint());
    assertEquals(Optional.of(LOG.verifier()), verdict.log());
    assertEquals(List.of("W1", "W3"), names(verdict));
    assertEquals(NOW, verdict.witnesses().getFirst().time());
    assertEquals("W2", verdict.missing().getFirst().witness().name());
    assertEquals("no cosignature", verdict.missing().getFirst().why());
  }

  @Test
  void one_of_three_is_not_enough_and_the_reason_names_the_others() {
    var verdict = TWO_OF_THREE.evaluate(cosigned(W1), NOW);

    assertFalse(verdict.isAccepted());
    assertTrue(verdict.log().isPresent());
    assertEquals("the quorum is not met; W2: no cosignature; W3: no cosignature", verdict.reason());
  }

  @Test
  void witnesses_without_the_log_are_not_enough() {
    var text = HEAD.text();
    var note = new Note(text, List.of(W1.cosign(text, NOW), W2.cosign(text, NOW)));

    var verdict = TWO_OF_THREE.evaluate(note);

    assertTrue(verdict.quorum());
    assertFalse(verdict.isAccepted());
    assertEquals("no log of the policy has signed it", verdict.reason());
  }

  @Test
  void a_log_key_counts_only_for_its_own_origin() {
    var other = new Checkpoint("example.com/other", 5, Hash.EMPTY_ROOT).text();
    var note =
        new Note(other, List.of(LOG.sign(other), W1.cosign(other, NOW), W2.cosign(other, NOW)));

    assertEquals(Optional.empty(), TWO_OF_THREE.evaluate(note).log());
    assertFalse(TWO_OF_THREE.evaluate(note).isAccepted());
  }

  /**
   * The same key as a log's and a witness's signs different octets; one does not stand for the
   * other.
   */
  @Test
  void a_witness_that_signs_as_a_log_does_not_count() {
    var note = cosigned(W1);
    note = note.with(W2.sign(note.text()));

    assertEquals(List.of("W1"), names(TWO_OF_THREE.evaluate(note)));
  }

  @Test
  void one_witness_counts_once_however_often_it_signs() {
    var text = HEAD.text();
    var signatures = new ArrayList<NoteSignature>();
    signatures.add(LOG.sign(text));
    for (int i = 0; i < 10; i++) signatures.add(W1.cosign(text, NOW.minusSeconds(i)));

    var verdict = TWO_OF_THREE.evaluate(new Note(text, signatures), NOW);

    assertFalse(verdict.isAccepted());
    assertEquals(List.of("W1"), names(verdict));
    assertEquals(NOW, verdict.witnesses().getFirst().time(), "the newest");
  }

  @ParameterizedTest
  @CsvSource({
    "0, true",
    "300, true",
    "-300, true",
    "301, false",
    "-301, false",
    "31536000, false",
    "-1800000000, false"
  })
  void a_time_further_than_five_minutes_from_now_does_not_count(long seconds, boolean counts) {
    var text = HEAD.text();
    var note = cosigned(W1).with(W2.cosign(text, NOW.plusSeconds(seconds)));

    var verdict = TWO_OF_THREE.evaluate(note, NOW);

    assertEquals(counts, verdict.isAccepted(), verdict.reason());
    assertEquals(Optional.empty(), verdict.rejection());
    if (!counts)
      assertTrue(verdict.reason().contains("W2: its time is " + NOW.plusSeconds(seconds)));
    assertTrue(TWO_OF_THREE.evaluate(note).isAccepted(), "offline the time does not matter");
  }

  @Test
  void an_old_cosignature_beside_a_new_one_does_no_harm() {
    var text = HEAD.text();
    var signatures = new ArrayList<>(cosigned(W1, W2).signatures());
    signatures.add(W2.cosign(text, NOW.minusSeconds(9_999)));

    assertTrue(TWO_OF_THREE.evaluate(new Note(text, signatures), NOW).isAccepted());
  }

  @Test
  void a_wrong_signature_of_a_known_key_rejects_the_note_whatever_else_it_has() {
    var good = cosigned(W1, W2, W3);
    for (var key : List.of(LOG.verifier(), W1.cosigner(), W3.cosigner())) {
      int length = key.type() == KeyType.ED25519 ? 64 : 72;
      var wrong = new NoteSignature(key.name(), key.keyId(), new byte[length]);
      var signatures = new ArrayList<>(good.signatures());
      signatures.add(wrong);

      var verdict = TWO_OF_THREE.evaluate(new Note(good.text(), signatures), NOW);

      assertFalse(verdict.isAccepted());
      assertTrue(verdict.reason().endsWith("does not verify"), verdict.reason());
    }
  }

  @Test
  void unknown_signatures_are_ignored() {
    var stranger = NoteTest.key("stranger.example.com", 99);
    var note = cosigned(W1, W2);
    note = note.with(stranger.sign(note.text())).with(stranger.cosign(note.text(), NOW));
    note = note.with(new NoteSignature(LOG.name(), 7, new byte[5]));

    assertTrue(TWO_OF_THREE.evaluate(note, NOW).isAccepted());
  }

  @Test
  void a_note_that_is_no_checkpoint_is_rejected_with_the_reason() {
    var text = "hello\n";
    var note = new Note(text, List.of(LOG.sign(text)));

    assertFalse(TWO_OF_THREE.evaluate(note).isAccepted());
    assertTrue(TWO_OF_THREE.evaluate(note).reason().contains("1 lines"));
  }

  @Test
  void extension_lines_are_signed_and_cosigned_too() {
    var head = new Checkpoint("example.com/log", 5, Hash.EMPTY_ROOT, List.of("extension"));
    var note = LOG.sign(head);
    note = note.with(W1.cosign(note.text(), NOW)).with(W2.cosign(note.text(), NOW));

    assertTrue(TWO_OF_THREE.evaluate(note).isAccepted());
    assertFalse(TWO_OF_THREE.evaluate(new Note(HEAD.text(), note.signatures())).isAccepted());
  }

  @Test
  void any_of_several_logs_of_one_origin_will_do() {
    var policy = WitnessPolicy.parse(policy("log {LOG}\nlog {LOG2} https://x/\nquorum none\n"));

    assertTrue(policy.evaluate(LOG.sign(HEAD)).isAccepted());
    assertEquals(Optional.of(LOG2.verifier()), policy.evaluate(LOG2.sign(HEAD)).log());
    assertEquals(List.of(), policy.witnesses());
    assertEquals("none", policy.quorum());
  }

  @Test
  void quorums_nest_as_the_example_of_the_specification_does() {
    var text = new StringBuilder("\t # keys of nobody\n\n log \t{LOG} \n");
    for (var name : List.of("X1", "X2", "X3", "Y1", "Y2", "Y3"))
      text.append("witness ").append(name).append(' ').append(cosigner(name)).append('\n');
    text.append("group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n");
    text.append("group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n");
    var policy = WitnessPolicy.parse(policy(text.toString()));

    assertEquals(3, policy.groups().size());
    assertTrue(policy.isQuorum(Set.of("X1", "X3", "Y2")));
    assertTrue(policy.isQuorum(Set.of("X1", "X2", "X3", "Y1", "Y2", "Y3")));
    assertFalse(policy.isQuorum(Set.of("X1", "Y1", "Y2", "Y3")));
    assertFalse(policy.isQuorum(Set.of("X1", "X2", "X3")));
    assertFalse(policy.isQuorum(Set.of()));
  }

  private static VerifierKey cosigner(String name) {
    return NoteTest.key(name, name.hashCode()).cosigner();
  }

  @Test
  void a_quorum_may_be_one_witness() {
    var policy =
        WitnessPolicy.parse(policy("log {LOG}\nwitness a {W1}\nwitness b {W2}\nquorum b\n"));

    assertTrue(policy.evaluate(cosigned(W2)).isAccepted());
    assertFalse(policy.evaluate(cosigned(W1)).isAccepted());
  }

  @Test
  void a_policy_made_of_keys_reads_as_it_was_made() {
    var witnesses =
        List.of(
            new WitnessPolicy.Witness("W1", W1.cosigner(), Optional.empty()),
            new WitnessPolicy.Witness("W2", W2.cosigner(), Optional.of("https://w2/")));

    var both = WitnessPolicy.of(LOG.verifier(), witnesses, 2);

    assertEquals(witnesses, both.witnesses());
    assertEquals(both.text(), WitnessPolicy.parse(both.text()).text());
    assertTrue(both.evaluate(cosigned(W1, W2)).isAccepted());
    assertFalse(both.evaluate(cosigned(W1)).isAccepted());
    assertTrue(WitnessPolicy.of(LOG.verifier(), List.of(), 0).evaluate(cosigned()).isAccepted());
    assertThrows(TlogException.class, () -> WitnessPolicy.of(LOG.verifier(), witnesses, 3));
  }

  @Test
  void an_ml_dsa_witness_never_counts_and_spoils_nothing() {
    var key = new VerifierKey("pq", KeyType.ML_DSA_COSIGNATURE, new byte[1312]);
    var policy =
        WitnessPolicy.parse(
            policy(
                "log {LOG}\nwitness a {W1}\nwitness pq " + key + "\ngroup g any a pq\nquorum g\n"));
    var note = cosigned().with(new NoteSignature("pq", key.keyId(), new byte[2428]));

    assertFalse(policy.evaluate(note).isAccepted());
    assertTrue(policy.evaluate(note).reason().contains("ML-DSA-44"));
    assertTrue(policy.evaluate(note.with(W1.cosign(note.text(), NOW))).isAccepted());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "log {LOG}\n",
        "log {LOG}\nquorum none",
        "log {LOG}\nquorum none\nquorum none\n",
        "log {LOG}\nquorum\n",
        "log {LOG}\nquorum none none\n",
        "log {LOG}\nquorum W1\n",
        "log {LOG}\nquorum any\n",
        "log\nquorum none\n",
        "log {LOG} url more\nquorum none\n",
        "log {LOG}x\nquorum none\n",
        "log {W1}\nquorum none\n",
        "log {LOG}\nlog {LOG}\nquorum none\n",
        "LOG {LOG}\nquorum none\n",
        "origin x\nquorum none\n",
        "quorum none\r\n",
        "quorum none\u0000\n",
        "quorum none\u007f\n",
        "witness a\nquorum none\n",
        "witness a {LOG}\nquorum none\n",
        "witness none {W1}\nquorum none\n",
        "witness a {W1}\nwitness a {W2}\nquorum none\n",
        "witness a {W1}\nwitness b {W1}\nquorum none\n",
        "witness a {W1} url more\nquorum none\n",
        "quorum a\nwitness a {W1}\n",
        "witness a {W1}\ngroup g any\nquorum g\n",
        "witness a {W1}\ngroup g 0 a\nquorum g\n",
        "witness a {W1}\ngroup g 2 a\nquorum g\n",
        "witness a {W1}\ngroup g 01 a\nquorum g\n",
        "witness a {W1}\ngroup g -1 a\nquorum g\n",
        "witness a {W1}\ngroup g most a\nquorum g\n",
        "witness a {W1}\ngroup g any a a\nquorum g\n",
        "witness a {W1}\ngroup g any b\nquorum g\n",
        "witness a {W1}\ngroup g any g\nquorum g\n",
        "witness a {W1}\ngroup g any none\nquorum g\n",
        "witness a {W1}\ngroup none any a\nquorum none\n",
        "witness a {W1}\ngroup a any a\nquorum a\n",
        "witness a {W1}\ngroup g any a\ngroup h any a\nquorum h\n",
        "group g any h\ngroup h any g\nquorum g\n"
      })
  void a_policy_that_the_specification_does_not_allow_is_refused(String text) {
    assertThrows(TlogException.class, () -> WitnessPolicy.parse(policy(text)));
  }

  /** One key under two names would let one witness count twice. */
  @Test
  void one_key_under_two_names_is_refused() {
    var renamed = new VerifierKey("other", KeyType.COSIGNATURE, W1.cosigner().publicKey());

    var message =
        assertThrows(
                TlogException.class,
                () ->
                    WitnessPolicy.parse(
                        policy("witness a {W1}\nwitness b " + renamed + "\nquorum none\n")))
            .getMessage();

    assertTrue(message.startsWith("line 2 of a policy"), message);
  }

  @Test
  void thirty_two_of_each_are_read_and_more_than_the_bound_are_not() {
    assertEquals(32, WitnessPolicy.parse(many(32)).groups().size());
    assertEquals(64, WitnessPolicy.parse(many(64)).witnesses().size());
    assertThrows(TlogException.class, () -> WitnessPolicy.parse(many(65)));
    assertThrows(TlogException.class, () -> WitnessPolicy.parse("#".repeat(1 << 18) + "\n"));
  }

  private static String many(int count) {
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("log ").append(NoteTest.key("log" + i, i).verifier()).append('\n');
      text.append("witness w").append(i).append(' ').append(cosigner("w" + i)).append('\n');
      text.append("group g").append(i).append(" any w").append(i).append('\n');
    }
    return text.append("quorum g0\n").toString();
  }
}
