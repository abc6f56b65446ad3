package dev.windlass.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.identity.TestClock;
import dev.windlass.tlog.AddCheckpoint;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Cosignature;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.VerifierKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WitnessTest {
  private static final String ORIGIN = "log.example.org/ledger";

  @TempDir Path directory;
  private final TestClock clock = new TestClock();
  private final SigningKey key = new SigningKey("w1.example.org/witness", new byte[32]);
  private final GrowingLog log = new GrowingLog(ORIGIN, "truth");
  private final GrowingLog fork = new GrowingLog(ORIGIN, "lie");

  private Witness open(States states) throws IOException {
    return Witness.open(states, key, List.of(log.key.verifier()), clock);
  }

  private static String text(WitnessAnswer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static void status(int expected, WitnessAnswer answer) {
    assertEquals(expected, answer.status(), () -> text(answer));
  }

  @Test
  void a_cosignature_covers_the_text_and_says_when() throws IOException {
    var witness = open(new MemoryStates());

    var answer = witness.addCheckpoint(log.request(0, 7));

    status(200, answer);
    var whole = Note.parse(log.note(7).encoded() + text(answer));
    assertEquals(VerifierKey.Found.GOOD, witness.verifierKey().find(whole));
    var cosignature = Cosignature.of(whole.signatures().getLast());
    assertEquals(clock.instant().getEpochSecond(), cosignature.time().getEpochSecond());
    assertEquals(whole.encoded(), witness.checkpoint(Witness.hash(ORIGIN)).orElseThrow().utf8());
  }

  @Test
  void every_pair_of_sizes_is_cosigned_in_its_order_and_no_other() throws IOException {
    for (long old = 0; old <= 20; old++) {
      for (long size = old; size <= 40; size++) {
        var witness = open(new MemoryStates());
        status(200, witness.addCheckpoint(log.request(0, old)));
        status(200, witness.addCheckpoint(log.request(old, size)));
        assertEquals(size, witness.size(ORIGIN));
        if (size > old) {
          status(409, witness.addCheckpoint(log.request(old, old)));
          assertEquals(size + "\n", text(witness.addCheckpoint(log.request(old, size))));
        }
      }
    }
  }

  @Test
  void the_log_is_told_what_is_wrong_in_the_order_of_the_protocol() throws IOException {
    var witness = open(new MemoryStates());
    status(200, witness.addCheckpoint(log.request(0, 8)));

    status(400, witness.addCheckpoint(new byte[0]));
    status(400, witness.addCheckpoint("old 8\n\nx\n".getBytes(StandardCharsets.UTF_8)));
    status(
        400,
        witness.addCheckpoint(
            ("old 08" + tail(log.request(8, 9))).getBytes(StandardCharsets.UTF_8)));
    status(
        404, witness.addCheckpoint(new GrowingLog("log.example.org/other", "truth").request(8, 9)));
    var forged = new SigningKey(ORIGIN, new byte[32]).sign(log.note(9).checkpoint());
    status(403, witness.addCheckpoint(new AddCheckpoint(0, List.of(), forged).encode()));
    status(400, witness.addCheckpoint(new AddCheckpoint(10, List.of(), log.note(9)).encode()));
    status(409, witness.addCheckpoint(log.request(7, 9)));
    status(422, witness.addCheckpoint(new AddCheckpoint(8, List.of(), log.note(9)).encode()));
    var surplus = new ArrayList<>(log.proof(8, 9));
    surplus.add(Hash.EMPTY_ROOT);
    status(422, witness.addCheckpoint(new AddCheckpoint(8, surplus, log.note(9)).encode()));
    status(422, witness.addCheckpoint(new AddCheckpoint(8, surplus, log.note(8)).encode()));
    assertEquals(8, witness.size(ORIGIN));
  }

  private static String tail(byte[] request) {
    var text = new String(request, StandardCharsets.UTF_8);
    return text.substring(text.indexOf('\n'));
  }

  @Test
  void a_fork_is_never_cosigned() throws IOException {
    var witness = open(new MemoryStates());
    status(200, witness.addCheckpoint(log.request(0, 8)));

    status(422, witness.addCheckpoint(fork.request(8, 8)));
    status(422, witness.addCheckpoint(fork.request(8, 9)));
    status(409, witness.addCheckpoint(fork.request(0, 9)));
    status(409, witness.addCheckpoint(fork.request(7, 9)));

    status(200, witness.addCheckpoint(log.request(8, 9)));
  }

  @Test
  void the_empty_tree_has_one_root() throws IOException {
    var witness = open(new MemoryStates());
    var wrong = log.key.sign(new Checkpoint(ORIGIN, 0, log.root(1)));

    status(422, witness.addCheckpoint(new AddCheckpoint(0, List.of(), wrong).encode()));
    status(200, witness.addCheckpoint(log.request(0, 0)));
    status(200, witness.addCheckpoint(log.request(0, 3)));
  }

  @Test
  void signatures_of_strangers_are_neither_believed_nor_kept() throws IOException {
    var witness = open(new MemoryStates());
    var stranger = new SigningKey("stranger.example.org", new byte[32]);
    var note = log.note(3);
    var request = new AddCheckpoint(0, List.of(), note.with(stranger.sign(note.text()))).encode();

    status(200, witness.addCheckpoint(request));

    var kept = Note.parse(witness.checkpoint(Witness.hash(ORIGIN)).orElseThrow().utf8());
    assertEquals(
        List.of(ORIGIN, key.name()), kept.signatures().stream().map(s -> s.name()).toList());
  }

  @Test
  void origins_do_not_know_of_each_other() throws IOException {
    var other = new GrowingLog("log.example.org/other", "truth");
    var keys = List.of(log.key.verifier(), other.key.verifier());
    var witness = Witness.open(new MemoryStates(), key, keys, clock);

    status(200, witness.addCheckpoint(log.request(0, 5)));
    status(200, witness.addCheckpoint(other.request(0, 3)));

    assertEquals(5, witness.size(ORIGIN));
    assertEquals(3, witness.size("log.example.org/other"));
  }

  @ParameterizedTest
  @EnumSource
  void whatever_a_failed_write_did_nothing_older_and_nothing_else_is_cosigned(
      MemoryStates.Fault fault) throws IOException {
    for (boolean restarted : new boolean[] {false, true}) {
      var states = new MemoryStates();
      var witness = open(states);
      status(200, witness.addCheckpoint(log.request(0, 5)));

      states.next = fault;
      boolean failed = fault != MemoryStates.Fault.NONE;
      status(failed ? 500 : 200, witness.addCheckpoint(log.request(5, 8)));
      if (restarted) witness = open(states);

      long size = fault == MemoryStates.Fault.LOST ? 5 : 8;
      var answer = witness.addCheckpoint(fork.request(5, 9));
      status(size == 5 ? 422 : 409, answer);
      assertEquals(size, witness.size(ORIGIN));
      status(200, witness.addCheckpoint(log.request(size, 8)));
      status(409, witness.addCheckpoint(log.request(5, 5)));
      status(200, witness.addCheckpoint(log.request(8, 9)));
    }
  }

  @Test
  void of_two_requests_at_one_time_the_second_finds_what_the_first_left() throws Exception {
    for (int round = 0; round < 50; round++) {
      var states = new MemoryStates();
      var witness = open(states);
      status(200, witness.addCheckpoint(log.request(0, 4)));
      var start = new CyclicBarrier(2);
      var one = log.request(4, 6);
      var two = log.request(4, 9);
      try (var threads = Executors.newFixedThreadPool(2)) {
        List<Callable<WitnessAnswer>> both =
            List.of(
                () -> {
                  start.await();
                  return witness.addCheckpoint(one);
                },
                () -> {
                  start.await();
                  return witness.addCheckpoint(two);
                });
        var answers = threads.invokeAll(both);
        int first = answers.get(0).get().status();
        int second = answers.get(1).get().status();
        assertEquals(609, first + second, "one is cosigned, one is told the size");
        assertEquals(first == 200 ? 6 : 9, witness.size(ORIGIN));
      }
    }
  }

  @Test
  void a_witness_that_restarts_remembers() throws IOException {
    try (var states = FileStates.open(directory.resolve("w"))) {
      status(200, open(states).addCheckpoint(log.request(0, 12)));
    }
    try (var states = FileStates.open(directory.resolve("w"))) {
      var witness = open(states);
      assertEquals(12, witness.size(ORIGIN));
      status(422, witness.addCheckpoint(fork.request(12, 12)));
      status(409, witness.addCheckpoint(log.request(0, 11)));
      status(200, witness.addCheckpoint(log.request(12, 12)));
    }
  }

  @Test
  void a_damaged_or_foreign_state_stops_it() throws IOException {
    var file = directory.resolve("w").resolve(Witness.hash(ORIGIN) + ".checkpoint");
    try (var states = FileStates.open(directory.resolve("w"))) {
      status(200, open(states).addCheckpoint(log.request(0, 12)));
      var good = Files.readAllBytes(file);
      for (int i = 0; i < good.length; i++) {
        var bad = good.clone();
        bad[i] ^= 1;
        Files.write(file, bad);
        if (isStillTheSame(bad, good)) continue;
        int at = i;
        var e = assertThrows(IOException.class, () -> open(states), () -> "octet " + at);
        assertTrue(String.valueOf(e.getMessage()).contains("is damaged"), e.getMessage());
      }
      Files.write(file, new byte[0]);
      assertThrows(IOException.class, () -> open(states));
      Files.write(file, good);
      open(states);
    }
  }

  /** A change in the log's signature line does not matter: our cosignature is over the text. */
  private static boolean isStillTheSame(byte[] bad, byte[] good) {
    var text = new String(good, StandardCharsets.UTF_8);
    var begin = text.substring(0, text.indexOf("\n\n")).getBytes(StandardCharsets.UTF_8).length + 2;
    var line = text.lines().toList().get(4).getBytes(StandardCharsets.UTF_8).length;
    for (int i = 0; i < good.length; i++)
      if (bad[i] != good[i]) return i >= begin && i < begin + line;
    return true;
  }

  @Test
  void a_directory_has_one_witness() throws IOException {
    try (var states = FileStates.open(directory.resolve("w"))) {
      assertEquals(0, open(states).size(ORIGIN));
      var e = assertThrows(IOException.class, () -> FileStates.open(directory.resolve("w")));
      assertTrue(String.valueOf(e.getMessage()).contains("in use"), e.getMessage());
    }
  }

  @Test
  void a_state_moves_only_from_what_was_expected() throws IOException {
    var name = Witness.hash(ORIGIN);
    try (var states = FileStates.open(directory.resolve("w"))) {
      var one = Bytes.utf8("one");
      var none = java.util.Optional.<Bytes>empty();
      assertTrue(states.replace(name, none, one));
      assertEquals(false, states.replace(name, none, Bytes.utf8("two")));
      assertEquals(one, states.load(name).orElseThrow());
      assertTrue(states.replace(name, java.util.Optional.of(one), Bytes.utf8("two")));
      assertThrows(IllegalArgumentException.class, () -> states.load("../key"));
    }
  }

  @Test
  void any_octets_are_answered() throws IOException {
    var witness = open(new MemoryStates());
    var random = new Random(7);
    var good = log.request(0, 5);
    for (int i = 0; i < 3000; i++) {
      var octets = good.clone();
      for (int n = 0; n <= i % 4; n++)
        octets[random.nextInt(octets.length)] = (byte) random.nextInt();
      int status = witness.addCheckpoint(octets).status();
      assertTrue(List.of(200, 400, 403, 404, 409, 422).contains(status), "status " + status);
      assertTrue(List.of(0L, 5L).contains(witness.size(ORIGIN)));
    }
  }
}
