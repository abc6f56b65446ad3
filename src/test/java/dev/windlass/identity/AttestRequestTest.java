package dev.windlass.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.windlass.json.Bounds;
import dev.windlass.json.Json;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttestRequestTest {
  private static final String TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ3In0.c2lnbmF0dXJl";

  private final SecureRandom random = new SecureRandom();
  private final byte[] nonce = new byte[32];

  /** A receipt key as a head holds it. */
  private record P256(KeyPair pair) implements AttestRequest.ReceiptKey {
    @Override
    public byte[] spki() {
      return pair.getPublic().getEncoded();
    }

    @Override
    public byte[] sign(byte[] message) {
      try {
        var signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(pair.getPrivate());
        signer.update(message);
        return signer.sign();
      } catch (java.security.GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void what_a_worker_asks_is_read_back() {
    var made = request("worker", TOKEN, keys(Optional.empty()));
    var read = AttestRequest.parse(made.json());

    assertEquals("worker", read.role());
    assertEquals(TOKEN, read.token());
    assertEquals(made.resultKey(), read.resultKey());
    assertEquals(made.csr().key(), read.csr().key());
    assertTrue(read.receiptKey().isEmpty());
    assertFalse(read.toString().contains("c2lnbmF0dXJl"), read.toString());
  }

  @Test
  void a_head_proves_its_receipt_key_as_well() {
    var receipts = new P256(TlsKeys.make(random));
    var read = AttestRequest.parse(request("head", TOKEN, keys(Optional.of(receipts))).json());

    assertArrayEquals(receipts.spki(), read.receiptKey().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"csr", "ed25519", "p256", "nonce", "token"})
  void a_part_of_another_request_breaks_the_proofs(String part) {
    var receipts = Optional.<AttestRequest.ReceiptKey>of(new P256(TlsKeys.make(random)));
    var one = members(request("head", TOKEN, keys(receipts)));
    var otherNonce = new byte[32];
    random.nextBytes(otherNonce);
    var others = keys(Optional.of(new P256(TlsKeys.make(random))));
    var other = members(AttestRequest.make("head", TOKEN + "x", otherNonce, others));
    one.put(part, other.get(part));

    refused(one, "signature of this request");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tls", "ed25519", "p256"})
  void a_proof_by_another_key_is_refused(String which) {
    var receipts = Optional.<AttestRequest.ReceiptKey>of(new P256(TlsKeys.make(random)));
    var one = members(request("head", TOKEN, keys(receipts)));
    var other = members(request("head", TOKEN, keys(receipts)));
    var proofs = new TreeMap<>(one.get("proofs").at().object().members());
    // the receipt key is the same in both, but it signed another request
    proofs.put(which, other.get("proofs").at().get(which).value());
    one.put("proofs", new Json.Obj(proofs));

    refused(one, "$.proofs." + which + ": not a signature of this request");
  }

  @Test
  void a_worker_has_no_receipt_key_and_a_head_has_one() {
    var worker = members(request("worker", TOKEN, keys(Optional.empty())));
    worker.put("role", Json.of("head"));
    refused(worker, "$.p256: missing");

    var receipts = Optional.<AttestRequest.ReceiptKey>of(new P256(TlsKeys.make(random)));
    var head = members(request("head", TOKEN, keys(receipts)));
    head.put("role", Json.of("worker"));
    refused(head, "unknown member");

    worker.put("role", Json.of("registrar"));
    refused(worker, "$.role: expected worker or head, not registrar");
  }

  @Test
  void a_receipt_key_is_p256() {
    var receipts = Optional.<AttestRequest.ReceiptKey>of(new P256(TlsKeys.make(random)));
    var head = members(request("head", TOKEN, keys(receipts)));
    head.put("p256", Json.of(Base64.getEncoder().encodeToString(new byte[91])));
    refused(head, "$.p256: not a P-256 key");
  }

  @Test
  void what_is_no_token_is_not_repeated() {
    var worker = members(request("worker", TOKEN, keys(Optional.empty())));
    worker.put("token", Json.of("hunter2"));
    var e = refused(worker, "not a service account token");
    assertFalse(e.getMessage().contains("hunter2"), e.getMessage());
    worker.put("token", Json.of("a.b." + "c".repeat(8200)));
    refused(worker, "at most 8192 characters, got 8204");
  }

  @Test
  void a_later_version_is_refused_by_its_number() {
    var worker = members(request("worker", TOKEN, keys(Optional.empty())));
    worker.put("v", Json.of(2));
    refused(worker, "$.v: must be 1 to 1, not 2");
  }

  @Test
  void any_octets_fail_only_as_declared() {
    var text = request("worker", TOKEN, keys(Optional.empty())).json().canonical();
    for (int i = 0; i < 2_000; i++) {
      var changed = text.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      try {
        AttestRequest.parse(Json.parse(changed, Bounds.ofBytes(16 << 10)));
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage() != null, "a reason");
      }
    }
  }

  @Test
  void roots_in_pem_are_read_back_and_anything_else_is_refused() {
    var clock = new TestClock();
    var one = CertificateAuthority.create("acme.test", clock, random).certificate();
    var two = CertificateAuthority.create("acme.test", clock, random).certificate();
    var text = RootsPem.text(List.of(one, two));

    assertEquals(List.of(one, two), RootsPem.parse(text));
    assertEquals(List.of(one, two), RootsPem.parse(text.replace("\n", "\r\n")));
    for (var bad : List.of("", "x", text + "x", text.substring(40), text.repeat(5)))
      assertThrows(IllegalArgumentException.class, () -> RootsPem.parse(bad));
  }

  private AttestRequest request(String role, String token, AttestRequest.Keys keys) {
    return AttestRequest.make(role, token, nonce, keys);
  }

  private AttestRequest.Keys keys(Optional<AttestRequest.ReceiptKey> receipts) {
    var tls = TlsKeys.make(random);
    return new AttestRequest.Keys(tls, Csr.make(tls, random), ResultKey.make(random), receipts);
  }

  private static TreeMap<String, Json> members(AttestRequest request) {
    return new TreeMap<>(request.json().at().object().members());
  }

  private static IllegalArgumentException refused(TreeMap<String, Json> members, String why) {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> AttestRequest.parse(new Json.Obj(members)));
    assertTrue(e.getMessage().contains(why), e.getMessage());
    return e;
  }
}
