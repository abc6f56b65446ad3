package dev.windlass.app;

import dev.windlass.function.Bytes;
import dev.windlass.head.HeadPorts;
import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.SpiffeId;
import dev.windlass.receipt.Ed25519Key;
import dev.windlass.receipt.P256Key;
import dev.windlass.registrar.LocalHead;
import dev.windlass.registrar.Registrar;
import dev.windlass.registrar.RegistrarKeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * The log of one {@code up}, and the keys with which its head and operator sign what goes there.
 * The head's are made here and written nowhere; the operator's is the one of the log's first entry.
 */
record UpLog(
    LogAccess log,
    LocalHead head,
    SpiffeId id,
    Ed25519Key batches,
    P256Key singles,
    Ed25519Key operator) {

  /**
   * Opens the log and begins to register the head's keys there.
   *
   * @throws IOException when the disk does not let it
   */
  static UpLog open(LogChoice choice, Path data, SpiffeId id, Registrar registrar, Opened opened)
      throws IOException {
    var random = new SecureRandom();
    var operator = RegistrarKeyFile.open(operatorFile(choice, data), random);
    var log =
        switch (choice) {
          case LogChoice.Here _ -> here(data, operator, registrar);
          case LogChoice.At(var url, var policy, _) -> RemoteLog.open(url, policy);
          case LogChoice.Off _ -> throw new AssertionError("nobody opens what is off");
        };
    opened.log(log);
    var seed = new byte[32];
    random.nextBytes(seed);
    var batches = new Ed25519Key(Bytes.wrap(seed));
    var singles = P256Key.make(random);
    var head = registrar.issueHead(id, batches.publicKey(), singles.publicKey());
    return new UpLog(log, head, id, batches, singles, operator);
  }

  private static Path operatorFile(LogChoice choice, Path data) throws IOException {
    if (!(choice instanceof LogChoice.At at))
      return DataDirectory.make(data.resolve("operator")).resolve("key.pem");
    if (Files.exists(at.operator())) return at.operator();
    throw new IOException("there is no operator key in " + at.operator());
  }

  /** Hears of the log before anything is entered. */
  interface Opened {
    void log(LogAccess log);
  }

  private static LogAccess here(Path data, Ed25519Key operator, Registrar registrar)
      throws IOException {
    var log = LocalLog.open(data, UpSettings.TRUST_DOMAIN, operator, registrar.entryKey());
    RoleBeans.log(log.service());
    RoleBeans.mirror(log.mirror(), "/log");
    return log;
  }

  CredentialSource credentials() {
    return head;
  }

  /** Empty until the log has registered them. */
  Optional<HeadPorts.ReceiptKeys> receiptKeys() {
    return head.registration()
        .map(there -> new HeadPorts.ReceiptKeys(id, batches, singles, there.index()));
  }
}
