package dev.windlass.log;

import dev.windlass.function.Bytes;
import dev.windlass.identity.SpiffeId;
import dev.windlass.json.JsonException;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.SignedEntry;
import dev.windlass.tlog.LogPath.EntryTile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * The keys that the log names, and whether they are good: {@link Keys} over all entries so far. A
 * file beside the receipts says up to where that was done and which entries matter, so that a start
 * reads only those and the entries since.
 *
 * <p>What if we die here: the file is of an earlier size, and the start reads more entries.
 */
final class KeyRegistry {
  private static final Logger LOG = Logger.getLogger(KeyRegistry.class);
  private static final byte[] MARK = LogEntry.PAYLOAD_TYPE.getBytes(StandardCharsets.US_ASCII);
  private static final long LEAVES_BETWEEN_SAVES = 1 << 16;
  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Sequencing log;
  private final KeyFile file;
  private final ReentrantLock entering = new ReentrantLock();

  /** Guarded by itself. */
  private final Keys keys;

  /** All entries below were looked at. This and all below are guarded by {@link #entering}. */
  private long done;

  private long saved;

  /** An entry may have been committed that nobody told us of. */
  private boolean unsure;

  private KeyRegistry(Sequencing log, KeyFile file, Keys keys) {
    this.log = log;
    this.file = file;
    this.keys = keys;
  }

  /** Reads what the file leaves to be read; all entries if there is none. */
  static KeyRegistry open(
      LogConfig config, LogEntry.Genesis genesis, Sequencing log, InstantSource clock) {
    var file = new KeyFile(config.receipts().resolve("keys"));
    var opened = new KeyRegistry(log, file, new Keys(genesis, config.retention().age(), clock));
    opened.load();
    opened.catchUp();
    return opened;
  }

  /** An entry is about to be appended; one at a time, so that {@link #done} can be known. */
  void begin() {
    entering.lock();
  }

  /** It was committed. */
  void entered(long index, LogEntry entry) {
    apply(index, entry);
  }

  /** Whether it was committed is not known. */
  void lost() {
    unsure = true;
  }

  /** After {@link #entered}, {@link #lost} or neither. */
  void end() {
    try {
      if (unsure) {
        if (!log.isWorking()) return;
        read(done, log.committed().size());
        unsure = false;
      }
      done = Math.max(done, log.committed().size());
      if (done - saved >= LEAVES_BETWEEN_SAVES) write();
    } finally {
      entering.unlock();
    }
  }

  Optional<Keys.Head> head(String keyId) {
    synchronized (keys) {
      return keys.head(keyId);
    }
  }

  Optional<Keys.Holder> worker(String keyId) {
    synchronized (keys) {
      return keys.worker(keyId);
    }
  }

  /** The index of the newest registration of an identity that is good now. */
  OptionalLong registration(SpiffeId id) {
    synchronized (keys) {
      return keys.registration(id.toString());
    }
  }

  LogEntry.Genesis genesis() {
    return keys.genesis();
  }

  /** Reads all entries that were not looked at. */
  void catchUp() {
    entering.lock();
    try {
      read(done, log.committed().size());
      unsure = false;
    } finally {
      entering.unlock();
    }
  }

  /** So that the next start has less to read; a failure only makes it longer. */
  void save() {
    begin();
    try {
      if (!unsure) {
        done = Math.max(done, log.committed().size());
        write();
      }
    } finally {
      entering.unlock();
    }
  }

  private void write() {
    saved = done;
    try {
      long[] indexes;
      synchronized (keys) {
        indexes = keys.indexes();
      }
      file.write(done, log.rootOf(done), indexes);
    } catch (IOException | RuntimeException e) {
      LOG.warnf("event=keys-not-saved why=%s", e.getMessage());
    }
  }

  private void load() {
    try {
      var kept = file.read();
      if (kept.isEmpty() || kept.get().size() > log.committed().size()) return;
      if (!log.rootOf(kept.get().size()).equals(kept.get().root())) {
        LOG.warnf("event=keys-read-again why=the file is of another tree");
        return;
      }
      for (long index : kept.get().indexes()) consider(index, log.reader().entry(index));
      done = kept.get().size();
      saved = done;
    } catch (IOException | RuntimeException e) {
      LOG.warnf("event=keys-read-again why=%s", e.getMessage());
    }
  }

  private void read(long from, long to) {
    long told = System.nanoTime();
    for (long at = from; at < to; ) {
      long tile = at / EntryTile.FULL;
      int width = (int) Math.min(EntryTile.FULL, to - tile * EntryTile.FULL);
      var bundle = log.reader().entries(new EntryTile(tile, width));
      for (int i = (int) (at % EntryTile.FULL); i < width; i++)
        consider(tile * EntryTile.FULL + i, bundle.entry(i));
      at = tile * EntryTile.FULL + width;
      done = at;
      if (System.nanoTime() - told > TELL_NANOS) {
        told = System.nanoTime();
        LOG.infof("event=reading-keys at=%d of=%d", at, to);
      }
    }
  }

  private void consider(long index, byte[] leaf) {
    if (!contains(leaf, MARK)) return;
    try {
      apply(index, SignedEntry.parse(Bytes.wrap(leaf)).entry());
    } catch (JsonException e) {
      throw new LogException("leaf " + index + " is no entry: " + e.getMessage(), e);
    }
  }

  private void apply(long index, LogEntry entry) {
    synchronized (keys) {
      keys.apply(index, entry);
    }
  }

  private static boolean contains(byte[] text, byte[] part) {
    for (int i = 0; i + part.length <= text.length; i++) {
      int n = 0;
      while (n < part.length && text[i + n] == part[n]) n++;
      if (n == part.length) return true;
    }
    return false;
  }
}
