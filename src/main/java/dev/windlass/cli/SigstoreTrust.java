package dev.windlass.cli;

import dev.windlass.json.Json;
import dev.windlass.receipt.LogEntry;
import dev.windlass.receipt.P256PublicKey;
import dev.windlass.receipt.ReceiptFile;
import dev.windlass.receipt.SigstoreBundle;
import dev.windlass.tlog.VerifierKey;
import dev.windlass.tlog.WitnessPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;

/**
 * What Sigstore's tools have to be given to verify a bundle of ours, taken from a receipt that has
 * verified: {@code trusted-root.json} with the log's key; the head's key as {@code keys.json}
 * ({@code {"<hint>": PublicKey}}, for {@code @sigstore/verify}) and as {@code head.pem} (for {@code
 * cosign --key}).
 */
final class SigstoreTrust {
  private SigstoreTrust() {}

  static void write(Path directory, SigstoreBundle bundle, ReceiptFile beside, WitnessPolicy policy)
      throws IOException {
    var hint = bundle.receipt().signatures().getFirst().keyId();
    var key = keyOf(beside, hint);
    var since = begun(beside);
    Files.createDirectories(directory);
    save(
        directory.resolve("trusted-root.json"),
        SigstoreBundle.trustedRoot(log(bundle, policy), since));
    save(
        directory.resolve("keys.json"),
        Json.object().put(hint, SigstoreBundle.publicKey(key, since)).build());
    var pem = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.spki().toArray());
    Files.writeString(
        directory.resolve("head.pem"),
        "-----BEGIN PUBLIC KEY-----\n" + pem + "\n-----END PUBLIC KEY-----\n",
        StandardCharsets.US_ASCII);
  }

  private static VerifierKey log(SigstoreBundle bundle, WitnessPolicy policy) {
    return policy.logs().stream()
        .map(WitnessPolicy.Log::key)
        .filter(key -> key.keyHash().equals(bundle.log()))
        .findFirst()
        .orElseThrow(
            () -> missing("the policy names no log with the key " + bundle.log().base64()));
  }

  private static P256PublicKey keyOf(ReceiptFile beside, String hint) {
    for (var item : beside.registry().items())
      if (item.entry().entry() instanceof LogEntry.HeadRegister head
          && head.singles().keyId().equals(hint)) return head.singles();
    throw missing("the receipt file does not hold the registration of " + hint);
  }

  private static Instant begun(ReceiptFile beside) {
    for (var item : beside.registry().items())
      if (item.entry().entry() instanceof LogEntry.Genesis genesis) return genesis.at();
    throw missing("the receipt file does not hold the log's first entry");
  }

  private static CommandFailure missing(String what) {
    return new CommandFailure(Exit.UNVERIFIED, what);
  }

  private static void save(Path file, Json json) throws IOException {
    Files.write(file, json.canonical());
  }
}
