package dev.windlass.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a pod proves who it is.
 *
 * @param role {@code worker} or {@code head}
 * @param registrar its {@code host:port}
 * @param token file with the pod's service account token for the audience {@code
 *     windlass-registrar}; it is replaced now and then, so it is read for each request
 * @param roots file with the roots of the trust domain in PEM, which is replaced too
 * @param receipts a head's key for single receipts; of a head only
 */
public record Attestation(
    String role,
    String registrar,
    Path token,
    Path roots,
    Optional<AttestRequest.ReceiptKey> receipts) {
  private static final int MAX_TOKEN = 8 << 10;

  public Attestation {
    if (role.equals(SpiffeId.HEAD) != receipts.isPresent())
      throw new IllegalArgumentException("a head has a receipt key and nobody else; role " + role);
  }

  public static Attestation ofWorker(String registrar, Path token, Path roots) {
    return new Attestation(SpiffeId.WORKER, registrar, token, roots, Optional.empty());
  }

  public static Attestation ofHead(
      String registrar, Path token, Path roots, AttestRequest.ReceiptKey receipts) {
    return new Attestation(SpiffeId.HEAD, registrar, token, roots, Optional.of(receipts));
  }

  String readToken() throws IOException {
    try (var in = Files.newInputStream(token)) {
      var text = new String(in.readNBytes(MAX_TOKEN), US_ASCII).strip();
      if (text.isEmpty()) throw new IOException(token + " is empty, expected a token");
      return text;
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + token, e);
    }
  }
}
