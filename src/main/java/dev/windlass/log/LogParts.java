package dev.windlass.log;

import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.Ed25519PublicKey;
import dev.windlass.tlog.SigningKey;
import dev.windlass.tlog.WitnessPolicy;
import dev.windlass.tlog.store.Storage;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What a log is made from; the composition root supplies it.
 *
 * @param storage opened when the log is, and again when it has to recover from a failed write
 * @param key signs checkpoints; its name is the origin
 * @param policy whose cosignatures a checkpoint needs before it is shown
 * @param founder absent where only a log that exists is opened
 */
public record LogParts(
    StorageSource storage,
    SigningKey key,
    WitnessPolicy policy,
    Witnesses witnesses,
    Optional<Founder> founder,
    InstantSource clock) {

  /** Opens the storage of one log; its lock is closed by who opened it. */
  @FunctionalInterface
  public interface StorageSource {
    Storage open() throws IOException;
  }

  /**
   * Who makes the first entry of a new log.
   *
   * @param operator signs it, and later entries of an operator
   * @param registrar the key that will sign registrations
   */
  public record Founder(Ed25519Key operator, Ed25519PublicKey registrar) {}
}
