package dev.windlass.registrar;

import dev.windlass.function.Bytes;
import dev.windlass.identity.OwnerFile;
import dev.windlass.receipt.Ed25519Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * The key with which the registrar signs what it enters in the log: a file that only its owner may
 * read, with the Ed25519 key as PEM (RFC 7468, RFC 8410 §7). It is made once; the log's first entry
 * names it, so it is never replaced.
 *
 * <p>What if we die here: before the rename there is no key, after it there is this one; nobody has
 * seen its public half before this returns.
 */
public final class RegistrarKeyFile {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----\n";
  private static final String END = "\n-----END PRIVATE KEY-----\n";

  /** DER of a PKCS #8 key with OID 1.3.101.112, up to the seed. */
  private static final byte[] PKCS8 = {
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20
  };

  private static final int SEED = 32;
  private static final int MAX_BYTES = 512;

  private RegistrarKeyFile() {}

  /**
   * Reads the key, or makes it, durable when this returns.
   *
   * @throws IOException if it cannot be read or written, others may read it, or it is no such key
   */
  public static Ed25519Key open(Path file, SecureRandom random) throws IOException {
    if (!Files.exists(file)) OwnerFile.write(file, make(random));
    return parse(file.toString(), OwnerFile.read(file, MAX_BYTES));
  }

  /** What stands in the file of a new key: a secret. */
  public static String make(SecureRandom random) {
    var seed = new byte[SEED];
    random.nextBytes(seed);
    var der = Arrays.copyOf(PKCS8, PKCS8.length + SEED);
    System.arraycopy(seed, 0, der, PKCS8.length, SEED);
    return BEGIN + Base64.getEncoder().encodeToString(der) + END;
  }

  /**
   * The key of a mounted file, which is never made here.
   *
   * @throws IOException if it cannot be read or is no such key
   */
  public static Ed25519Key readMounted(Path file) throws IOException {
    return parse(file.toString(), OwnerFile.readMounted(file, MAX_BYTES));
  }

  /**
   * @param where it was found, for errors
   * @throws IOException if it is no such key
   */
  public static Ed25519Key parse(String where, String text) throws IOException {
    if (!text.startsWith(BEGIN) || !text.endsWith(END) || text.length() < (BEGIN + END).length())
      throw new IOException(where + " is not one PEM block of a PRIVATE KEY");
    byte[] der;
    try {
      der =
          Base64.getDecoder()
              .decode(text.substring(BEGIN.length(), text.length() - END.length()).strip());
    } catch (IllegalArgumentException e) {
      // the cause stays out: it may quote the key
      throw new IOException(where + " holds no base64");
    }
    if (der.length != PKCS8.length + SEED
        || !Arrays.equals(der, 0, PKCS8.length, PKCS8, 0, PKCS8.length))
      throw new IOException(where + " holds no Ed25519 key (" + der.length + " octets)");
    return new Ed25519Key(Bytes.wrap(Arrays.copyOfRange(der, PKCS8.length, der.length)));
  }
}
