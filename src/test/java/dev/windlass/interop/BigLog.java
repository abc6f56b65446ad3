package dev.windlass.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.windlass.tlog.Checkpoint;
import dev.windlass.tlog.Note;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.TlogProof;
import dev.windlass.tlog.TreeReader;
import dev.windlass.tlog.store.FileBackend;
import dev.windlass.tlog.store.FileLock;
import dev.windlass.tlog.store.LogReader;
import dev.windlass.tlog.store.Sequencer;
import dev.windlass.tlog.store.Storage;
import dev.windlass.tlog.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** A log of our own store on disk, larger than a tile of tiles, cosigned by two witnesses. */
final class BigLog implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
  static final String ORIGIN = "log.acme.test/ledger";
  static final int OLD_SIZE = 40_001;
  static final int SIZE = 70_123;

  private static final int UNDER_WAY = 8_192;
  private static final StoreSettings FAST = new StoreSettings(4_096, 16_384, 64 << 20, 1 << 20, 64);

  final Path directory;
  final SigningKey key = key(ORIGIN, 1);
  final SigningKey first = key("w1.acme.test/witness", 2);
  final SigningKey second = key("w2.acme.test/witness", 3);
  final Note old;
  final Note current;
  private final Sequencer sequencer;

  BigLog(Path directory) throws IOException {
    this.directory = directory;
    var storage =
        new Storage(
            FileBackend.open(directory), FileLock.open(directory.resolveSibling("log.lock")));
    this.sequencer = Sequencer.open(FAST, storage, key, InstantSource.fixed(NOW), () -> 0L);
    this.old = grow(0, OLD_SIZE);
    this.current = grow(OLD_SIZE, SIZE);
  }

  /** Up to some 250 octets, all different; one is empty. */
  static byte[] entry(long index) {
    var chance = new SplittableRandom(index);
    int more = index == 7 ? 0 : 1 + chance.nextInt(20);
    return ("entry " + index + " ").repeat(more).getBytes(UTF_8);
  }

  LogReader reader() {
    return sequencer.reader();
  }

  TlogProof proof(long index) {
    var path = TreeReader.unverified(reader(), SIZE).inclusion(index, SIZE);
    return new TlogProof(Optional.of("receipt".getBytes(UTF_8)), index, path, current);
  }

  String policy() {
    return """
    log %s
    witness W1 %s
    witness W2 %s
    group both 2 W1 W2
    quorum both
    """
        .formatted(key.verifier(), first.cosigner(), second.cosigner());
  }

  /** What the log would say of another tree; nothing is published. */
  Note signed(Checkpoint checkpoint, Instant when) {
    var text = checkpoint.text();
    return key.sign(checkpoint).with(first.cosign(text, when)).with(second.cosign(text, when));
  }

  private Note grow(int from, int to) {
    var under = new ArrayDeque<CompletableFuture<?>>();
    for (int i = from; i < to; i++) {
      under.add(sequencer.append(entry(i)).toCompletableFuture());
      if (under.size() == UNDER_WAY) under.remove().join();
    }
    under.forEach(CompletableFuture::join);
    var cosigned = signed(sequencer.committed().note().checkpoint(), NOW);
    sequencer.publish(cosigned);
    return cosigned;
  }

  private static SigningKey key(String name, int seed) {
    var octets = new byte[32];
    octets[0] = (byte) seed;
    return new SigningKey(name, octets);
  }

  @Override
  public void close() throws IOException {
    sequencer.close();
  }
}
