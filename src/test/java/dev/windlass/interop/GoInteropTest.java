package dev.windlass.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.function.Bytes;
import dev.windlass.mirror.Mirror;
import dev.windlass.mirror.MirrorRoutes;
import dev.windlass.mirror.Source;
import dev.windlass.mirror.Step;
import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Hash;
import dev.windlass.tlog.LogPath;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.TlogException;
import dev.windlass.tlog.TlogProof;
import dev.windlass.tlog.WitnessPolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Go's own {@code golang.org/x/mod/sumdb/note} and {@code tlog} read a log of ours that is larger
 * than a tile of tiles: every tile, every entry, the signatures, a proof. They accept it, and
 * refuse it with one thing changed.
 */
class GoInteropTest {
  private static final long PROVED = 66_049;
  private static final InstantSource CLOCK = InstantSource.fixed(BigLog.NOW);

  @TempDir static Path home;
  private static GoTool go;
  private static BigLog log;

  @BeforeAll
  static void make() throws Exception {
    go = GoTool.build(home);
    log = new BigLog(home.resolve("log"));
    Files.writeString(home.resolve("policy"), log.policy());
    Files.write(home.resolve("old"), log.old.encode());
    Files.write(home.resolve("leaf"), BigLog.entry(PROVED));
  }

  @AfterAll
  static void close() throws IOException {
    if (log != null) log.close();
  }

  @Test
  void go_accepts_a_whole_log_on_disk_and_that_it_grew_from_an_older_one() throws Exception {
    var ended = read(log.directory.toString());
    assertTrue(ended.accepts(), ended::said);
    var root = log.current.checkpoint().root().base64();
    assertTrue(ended.said().startsWith("ok size=70123 root=" + root), ended::said);
  }

  @Test
  void go_accepts_the_copy_that_our_mirror_made_and_serves() throws Exception {
    Source log70 = (path, _) -> find(path).map(Bytes::wrap);
    var policy = WitnessPolicy.parse(log.policy());
    var vertx = Vertx.vertx();
    try (var mirror = Mirror.open(home.resolve("mirror"), log70, policy, CLOCK)) {
      assertEquals(new Step.Advanced(0, BigLog.SIZE), mirror.step());
      var router = Router.router(vertx);
      new MirrorRoutes(vertx, mirror).mount(router, "/log");
      var server = done(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));

      var ended = read("http://127.0.0.1:" + server.actualPort() + "/log");

      assertTrue(ended.accepts(), ended::said);
    } finally {
      done(vertx.close());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tile/entries/000",
        "tile/entries/137",
        "tile/entries/273.p/235",
        "tile/0/000",
        "tile/0/137",
        "tile/0/273.p/235",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1"
      })
  void go_refuses_one_changed_bit_in_any_kind_of_tile(String path) throws Exception {
    for (double place : new double[] {0, 0.5, 0.999}) {
      var ended = changed(path, octets -> octets[(int) (place * octets.length)] ^= 1);
      assertTrue(ended.refuses(), () -> path + " at " + place + ": " + ended.said());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tile/entries/100", "tile/0/200", "tile/1/000", "checkpoint"})
  void go_refuses_a_log_with_a_file_missing(String path) throws Exception {
    var file = log.directory.resolve(path);
    var octets = Files.readAllBytes(file);
    Files.delete(file);
    try {
      var ended = read(log.directory.toString());
      assertTrue(ended.refuses(), ended::said);
    } finally {
      Files.write(file, octets);
    }
  }

  @Test
  void go_refuses_any_changed_bit_of_the_checkpoint() throws Exception {
    var file = log.directory.resolve("checkpoint");
    int length = Files.readAllBytes(file).length;
    for (int at = 0; at < length; at += 7) {
      int place = at;
      var ended = changed("checkpoint", octets -> octets[place] ^= 1);
      assertTrue(ended.refuses(), () -> "octet " + place + ": " + ended.said());
    }
  }

  @Test
  void go_refuses_a_checkpoint_that_too_few_witnesses_cosigned_or_at_no_possible_time()
      throws Exception {
    var checkpoint = log.current.checkpoint();
    var text = checkpoint.text();
    var alone = log.key.sign(checkpoint);
    refused(alone, "the quorum both is not met");
    refused(alone.with(log.first.cosign(text, BigLog.NOW)), "the quorum both is not met");
    var early = BigLog.NOW.plus(Duration.ofMinutes(6));
    refused(log.signed(checkpoint, early), "invalid signature");
    var witnessesOnly =
        new Note(
            text, List.of(log.first.cosign(text, BigLog.NOW), log.second.cosign(text, BigLog.NOW)));
    refused(witnessesOnly, "no signature of the log");
  }

  @Test
  void go_refuses_a_signed_checkpoint_of_another_tree() throws Exception {
    var genuine = log.current.checkpoint();
    var root = genuine.root().toArray();
    root[31] ^= 1;
    refused(
        log.signed(new Checkpoint(BigLog.ORIGIN, genuine.size(), Hash.of(root)), BigLog.NOW), "");
    refused(
        log.signed(new Checkpoint(BigLog.ORIGIN, genuine.size() - 1, genuine.root()), BigLog.NOW),
        "");
  }

  @Test
  void go_refuses_a_log_whose_older_checkpoint_was_of_another_history() throws Exception {
    var fork = new Checkpoint(BigLog.ORIGIN, BigLog.OLD_SIZE, log.current.checkpoint().root());
    var file = home.resolve("fork");
    Files.write(file, log.signed(fork, BigLog.NOW).encode());
    var ended = read(log.directory.toString(), file);
    assertTrue(ended.refuses(), ended::said);
    assertTrue(ended.said().contains("is no prefix of that of size 70123"), ended::said);
  }

  @Test
  void go_accepts_our_proof_of_a_leaf_and_refuses_it_with_one_thing_changed() throws Exception {
    var proof = log.proof(PROVED);
    var good = check(proof);
    assertTrue(good.accepts(), good::said);
    assertEquals(
        "ok index=66049 size=70123 root=" + log.current.checkpoint().root().base64(), good.said());

    refusedProof(new TlogProof(proof.extra(), PROVED + 1, proof.path(), proof.note()));
    refusedProof(new TlogProof(proof.extra(), BigLog.SIZE, proof.path(), proof.note()));
    refusedProof(new TlogProof(proof.extra(), PROVED, proof.path(), log.old));
    for (int i = 0; i < proof.path().size(); i++) {
      var changed = new ArrayList<>(proof.path());
      var hash = changed.get(i).toArray();
      hash[i % 32] ^= 1;
      changed.set(i, Hash.of(hash));
      refusedProof(new TlogProof(proof.extra(), PROVED, changed, proof.note()));
    }
    var shorter = proof.path().subList(1, proof.path().size());
    refusedProof(new TlogProof(proof.extra(), PROVED, shorter, proof.note()));
    var longer = new ArrayList<>(proof.path());
    longer.add(proof.path().getLast());
    refusedProof(new TlogProof(proof.extra(), PROVED, longer, proof.note()));

    Files.write(home.resolve("leaf"), BigLog.entry(PROVED + 1));
    try {
      var other = check(proof);
      assertTrue(other.refuses(), other::said);
    } finally {
      Files.write(home.resolve("leaf"), BigLog.entry(PROVED));
    }
  }

  private interface Change {
    void of(byte[] octets);
  }

  private static void refused(Note checkpoint, String why) throws Exception {
    var ended = replaced("checkpoint", checkpoint.encode());
    assertTrue(ended.refuses() && ended.said().contains(why), ended::said);
  }

  private static void refusedProof(TlogProof proof) throws Exception {
    var ended = check(proof);
    assertTrue(ended.refuses(), ended::said);
  }

  private static GoTool.Ended changed(String path, Change change) throws Exception {
    var octets = Files.readAllBytes(log.directory.resolve(path));
    change.of(octets);
    return replaced(path, octets);
  }

  private static GoTool.Ended replaced(String path, byte[] octets) throws Exception {
    var file = log.directory.resolve(path);
    var before = Files.readAllBytes(file);
    Files.write(file, octets);
    try {
      return read(log.directory.toString());
    } finally {
      Files.write(file, before);
    }
  }

  private static GoTool.Ended read(String source) throws Exception {
    return read(source, home.resolve("old"));
  }

  private static GoTool.Ended read(String source, Path old) throws Exception {
    return go.run(
        List.of("log", "-policy", policy(), "-old", old.toString(), "-now", now(), source));
  }

  private static GoTool.Ended check(TlogProof proof) throws Exception {
    var file = home.resolve("proof");
    Files.write(file, proof.encode());
    var leaf = home.resolve("leaf").toString();
    return go.run(
        List.of("proof", "-policy", policy(), "-leaf", leaf, "-now", now(), file.toString()));
  }

  private static Optional<byte[]> find(String path) {
    try {
      return log.reader().read(LogPath.parse(path));
    } catch (TlogException _) {
      return Optional.empty();
    }
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static String policy() {
    return home.resolve("policy").toString();
  }

  private static String now() {
    return Long.toString(BigLog.NOW.getEpochSecond());
  }
}
