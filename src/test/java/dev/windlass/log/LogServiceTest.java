package dev.windlass.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.ReceiptAudit;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.tlog.EntryBundle;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.MerkleHash;
import dev.windlass.tlog.TlogProof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogServiceTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  @TempDir Path directory;
  private TestLog log;

  @BeforeEach
  void make() {
    log = new TestLog(directory);
  }

  @AfterEach
  void close() {
    log.close();
  }

  private ReceiptFile file(UUID id) {
    var found = assertInstanceOf(Found.Logged.class, log.receipt(id, LONG));
    assertTrue(found.witnessed());
    return ReceiptFile.parse(found.receiptFile().toArray());
  }

  private void assertVerifies(ReceiptFile file) {
    var checks = ReceiptAudit.of(file, log.log().policy(), ReceiptAudit.Evidence.NONE);
    assertTrue(ReceiptAudit.isGood(checks), checks::toString);
  }

  @Test
  void a_new_log_begins_with_who_may_say_what() {
    log.open();

    var first = SignedEntry.parse(entry(0));
    var genesis = assertInstanceOf(LogEntry.Genesis.class, first.entry());
    assertEquals(log.config.origin(), genesis.origin());
    assertEquals(log.log().policy().text(), genesis.policy());
    assertTrue(first.isSignedBy(log.operator.publicKey()));
    assertEquals(1, log.log().published().orElseThrow().checkpoint().size());
  }

  @Test
  void a_batch_and_a_single_receipt_verify_offline_by_their_files() {
    log.open();
    var head = log.head("h1");

    var batch = head.batch(5);
    var single = head.single();
    long at = log.logged(batch.octets());
    log.logged(single.octets());

    for (var id : batch.ids()) {
      var file = file(id);
      assertEquals(at, file.index());
      assertVerifies(file);
    }
    assertVerifies(file(single.id()));
  }

  @Test
  void receipts_and_keys_are_the_same_after_a_restart() {
    log.open();
    var head = log.head("h1");
    var before = head.batch(3);
    var octets = before.octets();
    long index = log.logged(octets);

    log.reopen();

    assertVerifies(file(before.ids().get(2)));
    assertEquals(new Added.Logged(index, true), log.add(octets));
    assertEquals(
        OptionalLong.of(head.workerIndex), log.log().registration(SpiffeId.parse(head.workerId)));
    var after = head.single();
    log.logged(after.octets());
    assertVerifies(file(after.id()));
  }

  @Test
  void a_log_whose_file_of_keys_is_gone_or_damaged_reads_its_entries_again() throws IOException {
    log.open();
    var head = log.head("h1");
    log.close();
    var keys = directory.resolve("receipts/keys");
    assertTrue(Files.exists(keys));

    Files.writeString(keys, "windlass-keys 1\n1000000 x\nend\n");
    log.open();
    log.logged(head.single().octets());
    log.close();
    Files.delete(keys);
    log.open();

    var receipt = head.single();
    log.logged(receipt.octets());
    assertVerifies(file(receipt.id()));
  }

  @Test
  void the_same_submission_is_one_leaf_however_often_and_at_once_it_comes() {
    log.open();
    var octets = log.head("h1").batch(4).octets();

    var all =
        IntStream.range(0, 40)
            .mapToObj(_ -> log.log().add(octets).toCompletableFuture())
            .toList()
            .stream()
            .map(f -> assertInstanceOf(Added.Logged.class, f.join()))
            .toList();

    assertEquals(1, all.stream().map(Added.Logged::index).distinct().count());
    assertEquals(1, all.stream().filter(l -> !l.duplicate()).count());
    assertEquals(4, log.log().committed().size());
  }

  @Test
  void who_waits_for_a_receipt_gets_it_when_it_is_published_even_before_it_was_sent() {
    log.open();
    var head = log.head("h1");
    var receipt = head.single();

    var early = log.log().receipt(receipt.id(), LONG).toCompletableFuture();
    log.logged(receipt.octets());

    assertInstanceOf(Found.Logged.class, early.join());
    assertInstanceOf(Found.Unknown.class, log.receipt(new UUID(0x7000, 1L << 63), Duration.ZERO));
  }

  @Test
  void a_proof_of_any_leaf_leads_to_the_published_root() {
    log.open();
    log.head("h1");
    var leaf = entry(2);

    var proof = log.log().proof(2, LONG).toCompletableFuture().join().orElseThrow();

    var parsed = TlogProof.parse(proof.toArray());
    var hash = new MerkleHash();
    assertTrue(parsed.includes(hash, Hash.wrap(hash.leaf(leaf.unsafeArray()))));
    assertTrue(log.log().policy().evaluate(parsed.note()).isAccepted());
    assertTrue(log.log().proof(3, Duration.ZERO).toCompletableFuture().join().isEmpty());
  }

  @Test
  void what_was_kept_and_not_sequenced_when_we_died_is_sequenced_at_the_next_start()
      throws IOException {
    log.open();
    var head = log.head("h1");
    var lost = head.batch(3);
    log.close();
    try (var store = ReceiptStore.open(log.config.receipts(), log.config.retention(), log.clock)) {
      store.put(lost.ids(), lost.octets()).toCompletableFuture().join();
    }

    log.open();

    assertVerifies(file(lost.id()));
    assertEquals(4, log.log().committed().size());
    log.reopen();
    assertEquals(4, log.log().committed().size());
  }

  @Test
  void an_old_copy_of_the_log_does_not_start_and_says_what_to_do() throws IOException {
    log.open();
    var head = log.head("h1");
    log.close();
    copy(directory, directory.resolveSibling("old"));
    log.open();
    log.logged(head.batch(2).octets());
    TestLog.await("published", () -> log.log().publication().published() == 4);
    log.close();

    delete(directory);
    copy(directory.resolveSibling("old"), directory);

    var refused = assertThrows(RuntimeException.class, log::open);
    assertTrue(refused.getMessage().contains("set back"), refused.getMessage());
    assertTrue(refused.getMessage().contains("restore a newer copy"), refused.getMessage());
    delete(directory.resolveSibling("old"));
  }

  @Test
  void another_logs_directory_is_refused() {
    log.open();
    log.close();
    log.config =
        new LogConfig(
            log.config.origin(),
            "other.example",
            log.config.receipts(),
            log.config.publishing(),
            log.config.retention(),
            log.config.intake());

    var refused = assertThrows(LogException.class, log::open);
    assertTrue(refused.getMessage().contains("expected " + log.config.origin()));
  }

  @Test
  void a_second_log_on_one_directory_is_refused_while_the_first_goes_on() {
    log.open();
    var second = new TestLog(directory);

    assertThrows(RuntimeException.class, second::open);

    log.head("h1");
  }

  @Test
  void a_full_intake_says_later_and_takes_it_afterwards() {
    log.config = log.config.with(new LogConfig.Intake(1, 1 << 20, 10, LONG));
    log.open();
    var head = log.head("h1");
    var octets = IntStream.range(0, 20).mapToObj(_ -> head.single().octets()).toList();

    var answers = octets.stream().map(o -> log.log().add(o).toCompletableFuture()).toList();

    assertTrue(answers.stream().anyMatch(a -> a.join() instanceof Added.Later));
    octets.forEach(o -> log.logged(o));
    assertEquals(23, log.log().committed().size());
    assertFalse(log.log().counts().later() == 0);
  }

  private Bytes entry(int index) {
    try {
      var bundle = log.log().read(new LogPath.EntryTile(0, index + 1)).orElseThrow();
      var entries = EntryBundle.parse(bundle.toArray()).entries();
      return Bytes.wrap(entries.get(index));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      for (var file : all.toList()) {
        var target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) Files.createDirectories(target);
        else Files.copy(file, target);
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (var file : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }
}
