package dev.windlass.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.Misbehaviour;
import dev.windlass.receipt.Misbehaviour.Judgement;
import dev.windlass.receipt.P256Key;
import dev.windlass.receipt.ReceiptSigner;
import dev.windlass.receipt.ReceiptStatement;
import dev.windlass.receipt.ResultStatement;
import dev.windlass.tlog.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that read a log, on honest ones and on such as break their word. */
class LogCommandsTest {
  private static final Instant T0 = PublishedLog.BEGUN.plusSeconds(600);

  @TempDir Path directory;
  private final CommandLineOf line = new CommandLineOf(Map.of());
  private PublishedLog log;
  private Path policy;

  @BeforeEach
  void aLog() throws IOException {
    log = new PublishedLog(directory.resolve("log"));
    policy = Files.writeString(directory.resolve("policy.txt"), log.policy().text());
  }

  private int log(String... words) {
    var all = new ArrayList<>(List.of("log", words[0]));
    all.addAll(List.of("--log", log.directory.toString(), "--policy", policy.toString()));
    all.addAll(List.of(words).subList(1, words.length));
    return line.run(all.toArray(String[]::new));
  }

  private int monitor(String... words) {
    var all = new ArrayList<String>();
    all.addAll(List.of("monitor", "--once", "--state", directory.resolve("s/state").toString()));
    all.addAll(List.of(words));
    return log(all.toArray(String[]::new));
  }

  private void looksGood() {
    assertEquals(0, monitor(), () -> line.out + line.err);
  }

  private void shouts(String text) {
    assertEquals(20, monitor(), () -> line.out + line.err);
    assertTrue(line.out.contains("MISBEHAVIOUR " + text), line.out);
  }

  /** The proof that was named, judged from the file alone. */
  private Judgement.Proven proven() throws IOException {
    var name = line.out.lines().filter(l -> l.startsWith("  proof: ")).findFirst().orElseThrow();
    var proof = Misbehaviour.parse(Files.readAllBytes(Path.of(name.substring(9))));
    return assertInstanceOf(Judgement.Proven.class, proof.verify(log.policy()));
  }

  private String saved(String name, Bytes octets) throws IOException {
    return Files.write(directory.resolve(name), octets.toArray()).toString();
  }

  @Test
  void show_and_head_say_who_cosigned_and_when() throws IOException {
    var note = log.publish(T0);

    assertEquals(0, log("show"), () -> line.err);
    assertTrue(line.out.contains("size      4\n"), line.out);
    assertTrue(line.out.contains("witness   w1 cosigned at 2026-11-23T05:10:00Z"), line.out);
    assertTrue(line.out.contains("quorum    met"), line.out);
    assertEquals(0, log("head"), () -> line.err);
    assertEquals(note.encoded(), line.out);
    assertEquals(0, log("vkey"));
    assertEquals(log.logKey.verifier() + "\n", line.out);
    assertEquals(0, line.run("log", "policy", "--log", log.directory.toString()));
    assertEquals(log.policy().text(), line.out);
  }

  @Test
  void without_a_policy_it_is_said_whose_word_is_taken() throws IOException {
    log.publish(T0);

    assertEquals(0, line.run("log", "show", "--log", log.directory.toString()));
    assertTrue(line.err.contains("the policy is the log's own word"), line.err);
  }

  @Test
  void a_checkpoint_that_too_few_cosigned_is_shown_as_such_and_used_for_nothing()
      throws IOException {
    var note = log.publish(T0);
    log.write("checkpoint", new Note(note.text(), note.signatures().subList(0, 2)).encode());

    assertEquals(4, log("show"));
    assertTrue(line.out.contains("missing   w2: no cosignature"), line.out);
    assertTrue(line.out.contains("NOT believed: the quorum is not met"), line.out);
    for (var command : List.of("head", "replay")) assertEquals(4, log(command), command);
    assertEquals(4, log("get", "0"));
    assertEquals("", line.out);
    assertEquals(4, monitor());
  }

  @Test
  void get_shows_an_entry_decoded_or_as_it_is() throws IOException {
    log.batch(log.receipts(3, T0), 1, 3);
    log.single(new ReceiptStatement(log.draft(9, T0), 1, Optional.empty()));
    log.add(Bytes.utf8("\033[31mneither"));
    log.publish(T0);

    assertEquals(0, log("get", "1"), () -> line.err);
    assertTrue(line.out.contains("type      head.register"), line.out);
    assertTrue(line.out.contains("spiffe://test/ns/default/head/h1"), line.out);
    assertEquals(0, log("get", "4"), () -> line.err);
    assertTrue(line.out.contains("type      receipts (3)"), line.out);
    assertTrue(line.out.contains("firstSeq: 1"), line.out);
    assertEquals(0, log("get", "5"), () -> line.err);
    assertTrue(line.out.contains("type      receipt\n"), line.out);
    assertEquals(0, log("get", "6"), () -> line.err);
    assertTrue(line.out.contains("type      strange"), line.out);
    assertFalse(line.out.contains("\033"), "text of others steers no terminal");
    assertEquals(0, log("get", "0", "--raw"), () -> line.err);
    assertArrayEquals(log.leaves.getFirst(), line.out.getBytes());
    assertEquals(5, log("get", "7"));
    assertTrue(line.err.contains("the entries 0 to 6, not 7"), line.err);
    assertEquals(2, log("get", "seven"));
  }

  @Test
  void a_bit_flipped_in_a_tile_or_an_entry_is_found_by_whoever_reads_it() throws IOException {
    log.publish(T0);
    for (var path : List.of("tile/0/000.p/4", "tile/entries/000.p/4")) {
      var file = log.directory.resolve(path);
      var good = Files.readAllBytes(file);
      var bad = good.clone();
      bad[40] ^= 4;
      Files.write(file, bad);
      for (var command : List.of("replay", "monitor"))
        assertEquals(4, command.equals("replay") ? log("replay") : monitor(), path);
      assertTrue(line.err.contains("expected"), line.err);
      Files.write(file, good);
    }
    looksGood();
  }

  @Test
  void replay_counts_what_the_entries_come_to() throws IOException {
    log.batch(log.receipts(300, T0), 1, 300);
    log.single(
        new ReceiptStatement(log.draft(301, T0), 301, Optional.of(PublishedLog.digest("x"))));
    log.epoch(1, 301, T0);
    log.publish(T0.plusSeconds(100));

    assertEquals(0, log("replay"), () -> line.out + line.err);
    assertTrue(line.out.contains("workers   1 entered, 0 revoked, 1 good"), line.out);
    assertTrue(line.out.contains("functions 1 versions of 1"), line.out);
    assertTrue(line.out.contains("receipts  301 of 1 heads' keys"), line.out);
    assertTrue(line.out.contains("entered  301       1        1       1       301"), line.out);
    assertTrue(line.out.contains("problems  none"), line.out);
  }

  @Test
  void a_head_that_renews_its_certificate_or_one_of_its_keys_stays_one_head() throws IOException {
    var other = P256Key.make(new SecureRandom());
    for (var singles : List.of(log.headP256.publicKey(), other.publicKey()))
      log.add(
          new LogEntry.HeadRegister(
              T0, PublishedLog.holder(PublishedLog.HEAD), log.headKey.publicKey(), singles),
          log.registrar);
    log.single(new ReceiptStatement(log.draft(1, T0), 1, Optional.empty()));
    var second = new ReceiptSigner(log.headKey, other);
    log.add(second.single(log.receipts(2, T0).get(1)).leaf());
    log.publish(T0);

    assertEquals(0, log("replay"), () -> line.out + line.err);
    assertTrue(line.out.contains("receipts  2 of 1 heads' keys"), line.out);
    looksGood();
  }

  @Test
  void replay_names_entries_that_no_honest_log_holds() throws IOException {
    var stranger = new Ed25519Key(PublishedLog.seed(99));
    log.add(
        new LogEntry.WorkerRevoke(T0, PublishedLog.WORKER, log.worker.publicKey().keyId(), "no"),
        stranger);
    log.add(Bytes.utf8("nonsense"));
    log.publish(T0);

    assertEquals(20, log("replay"));
    assertTrue(line.out.contains("INVALID at leaf 4: a worker.revoke signed by"), line.out);
    assertTrue(line.out.contains("INVALID at leaf 5"), line.out);
    assertTrue(line.out.contains("1 entered, 0 revoked, 1 good"), line.out);
  }

  @Test
  void a_monitor_follows_a_log_that_grows_honestly() throws IOException {
    var payloads = log.receipts(40, T0);
    log.batch(payloads, 1, 20);
    log.publish(T0);
    looksGood();
    assertTrue(line.out.contains("ok: 5 entries, 5 new"), line.out);
    looksGood();
    assertTrue(line.out.contains("ok: 5 entries, 0 new"), line.out);
    log.batch(payloads, 21, 40);
    log.epoch(1, 40, T0.plusSeconds(60));
    for (int i = 0; i < 600; i++)
      log.add(
          new LogEntry.HeadEpoch(
              T0, log.headKey.publicKey().keyId(), 41, 40, PublishedLog.digest("" + i)),
          log.headKey);
    log.publish(T0.plusSeconds(600));
    looksGood();
    assertTrue(line.out.contains("ok: 607 entries, 602 new"), line.out);
    assertEquals(0, log("replay"), () -> line.out + line.err);
  }

  @Test
  void two_trees_of_one_size_are_proven_and_both_checkpoints_printed() throws IOException {
    log.publish(T0);
    looksGood();
    var known = log.note(4, T0);
    log.leaves.set(3, "another history".getBytes());
    var other = log.publish(T0.plusSeconds(60));

    shouts("fork");
    assertTrue(line.out.contains(known.encoded()), line.out);
    assertTrue(line.out.contains(other.encoded()), line.out);
    assertEquals(PublishedLog.ORIGIN, proven().accused());
    shouts("fork");
  }

  @Test
  void a_tree_that_does_not_extend_the_last_one_is_a_fork() throws IOException {
    log.publish(T0);
    looksGood();
    log.leaves.set(3, "another history".getBytes());
    log.add(Bytes.utf8("more"));
    log.publish(T0.plusSeconds(60));

    shouts("fork");
    assertTrue(line.out.contains("does not extend the one of size 4"), line.out);
  }

  @Test
  void a_tree_that_shrinks_is_a_rollback() throws IOException {
    log.publish(T0);
    looksGood();
    log.leaves.removeLast();
    log.publish(T0.plusSeconds(60));

    shouts("rollback: the log shows size 3, it has shown 4 before");
  }

  @Test
  void a_suppressed_receipt_is_an_omission_after_the_promised_time() throws IOException {
    var payloads = log.receipts(9, T0);
    log.batch(payloads, 1, 4);
    log.publish(T0);
    looksGood();
    log.batch(payloads, 6, 9);
    log.epoch(1, 9, T0.plusSeconds(60));
    log.publish(T0.plusSeconds(61));
    looksGood();
    log.publish(T0.plusSeconds(100));
    looksGood();
    log.publish(T0.plusSeconds(102));

    shouts("omission");
    assertTrue(line.out.contains("receipts up to seq 9"), line.out);
    assertTrue(line.out.contains("1 of them were in no leaf (of seq 5)"), line.out);
    shouts("omission");
    log.single(ReceiptStatement.parse(payloads.get(4)));
    log.publish(T0.plusSeconds(110));
    looksGood();
  }

  @Test
  void a_held_receipt_that_the_log_does_not_have_is_proven_omitted() throws IOException {
    log.publish(T0.minusSeconds(60));
    looksGood();
    var receipt = log.signer.single(log.receipts(1, T0).getFirst());
    var held = saved("held.json", receipt.envelope().canonical());
    log.publish(T0.plusSeconds(39));
    assertEquals(0, monitor("--receipt", held), "not due yet: " + line.out);
    log.publish(T0.plusSeconds(41));

    assertEquals(20, monitor("--receipt", held), () -> line.out + line.err);
    assertTrue(line.out.contains("MISBEHAVIOUR omission"), line.out);
    assertEquals(PublishedLog.HEAD, proven().accused());

    log.add(receipt.leaf());
    log.publish(T0.plusSeconds(45));
    assertEquals(0, monitor("--receipt", held), () -> line.out + line.err);
  }

  @Test
  void two_batches_with_one_place_are_an_equivocation() throws IOException {
    var payloads = log.receipts(9, T0);
    log.batch(payloads, 1, 5);
    log.publish(T0);
    looksGood();
    log.batch(payloads, 5, 9);
    log.publish(T0.plusSeconds(1));

    shouts("equivocation");
    assertTrue(line.out.contains("signed seq 5 in two batches"), line.out);
  }

  @Test
  void two_held_receipts_with_one_place_and_two_results_of_one_run_are_proven() throws IOException {
    var one = log.single(new ReceiptStatement(log.draft(1, T0), 1, Optional.empty()));
    var two = log.single(new ReceiptStatement(log.draft(2, T0), 1, Optional.empty()));
    var note = log.publish(T0.plusSeconds(60));
    var first = saved("one.json", one.canonical());
    var second = saved("two.json", two.canonical());
    assertEquals(0, monitor("--receipt", first), () -> line.out + line.err);

    assertEquals(20, monitor("--receipt", first, "--receipt", second));
    assertTrue(line.out.contains("MISBEHAVIOUR equivocation"), line.out);
    assertEquals(PublishedLog.HEAD, proven().accused());

    var honest = PublishedLog.result(1);
    var other =
        new ResultStatement(
            honest.invocation(),
            honest.nonce(),
            honest.module(),
            honest.manifest(),
            honest.input(),
            honest.env(),
            honest.profile(),
            honest.engine(),
            PublishedLog.digest("another output"),
            new ResultStatement.End.Exit(0, OptionalLong.of(1)),
            Optional.empty());
    var a = saved("a.tlog-proof", log.file(one, log.results(honest), note).encode());
    var b = saved("b.tlog-proof", log.file(one, log.results(other), note).encode());
    assertEquals(20, monitor("--receipt", a, "--receipt", b), () -> line.out + line.err);
    assertTrue(line.out.contains("MISBEHAVIOUR double-result"), line.out);
    assertEquals(PublishedLog.WORKER, proven().accused());
  }

  @Test
  void a_state_is_of_one_log_and_policy() throws IOException {
    log.publish(T0);
    looksGood();
    Files.writeString(policy, "log " + log.logKey.verifier() + "\nquorum none\n");
    assertEquals(2, monitor());
    assertTrue(line.err.contains("another policy"), line.err);
    Files.writeString(directory.resolve("s/state"), "{}");
    assertEquals(6, monitor());
  }

  @Test
  void serve_hands_on_what_was_typed() {
    line.run("log", "serve", "--data", "d", "--witness=v,u", "--quorum", "0", "--only-key");
    assertEquals(
        List.of("--data", "d", "--witness=v,u", "--quorum", "0", "--only-key=yes"), line.started);
    assertEquals(2, line.run("log", "serve", "--quorum", "some"));
    assertEquals(2, line.run("log"));
    assertEquals(2, line.run("log", "nothing"));
  }
}
