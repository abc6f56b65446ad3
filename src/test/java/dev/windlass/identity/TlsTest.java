package dev.windlass.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** Both managers in real handshakes on the loopback. */
class TlsTest {
  private static final SpiffeId HEAD = new SpiffeId("acme.test", "default", "head", "h-0");
  private static final SpiffeId WORKER = new SpiffeId("acme.test", "default", "worker", "w-1");

  private final TestClock clock = new TestClock();
  private final SecureRandom random = new SecureRandom();
  private final CertificateAuthority ca = CertificateAuthority.create("acme.test", clock, random);

  /** Credentials that the test changes. */
  private static final class Changing implements CredentialSource {
    private volatile Credentials now;

    Changing(Credentials first) {
      this.now = first;
    }

    @Override
    public Credentials current() {
      return now;
    }

    @Override
    public void onRenewal(Consumer<Credentials> listener) {
      throw new AssertionError("the managers look for themselves");
    }
  }

  @Test
  void both_sides_know_each_other_and_a_renewed_certificate_is_shown_without_a_reload()
      throws Exception {
    var worker = new Changing(ca.credentials(WORKER));
    var head = new Changing(ca.credentials(HEAD));
    var server = Tls.context(head, of(head, SpiffeId.WORKER));
    var client = Tls.context(worker, of(worker, SpiffeId.HEAD));

    for (int round = 0; round < 3; round++) {
      var seen = handshake(server, client, Tls.PROTOCOL);
      assertEquals(worker.current().chain().getFirst(), seen);
      worker.now = ca.credentials(WORKER);
      head.now = ca.credentials(HEAD);
      // another context: sessions of the old one may be resumed
      client = Tls.context(worker, of(worker, SpiffeId.HEAD));
    }
  }

  @Test
  void a_key_and_a_chain_asked_for_around_a_renewal_belong_together() {
    var source = new Changing(ca.credentials(WORKER));
    var manager = Tls.keyManager(source);
    var first = source.current();
    var alias = manager.chooseEngineClientAlias(new String[] {"RSA", "EC"}, null, null);

    source.now = ca.credentials(WORKER);

    assertEquals(first.key(), manager.getPrivateKey(alias));
    assertArrayEquals(
        first.chain().toArray(X509Certificate[]::new), manager.getCertificateChain(alias));
    var next = manager.chooseEngineServerAlias("EC", null, null);
    assertEquals(source.current().key(), manager.getPrivateKey(next));
  }

  @Test
  void a_server_of_the_right_authority_but_another_role_is_refused() {
    var worker = CredentialSource.fixed(ca.credentials(WORKER));
    var impostor = CredentialSource.fixed(ca.credentials(WORKER));
    var server = Tls.context(impostor, of(impostor, SpiffeId.WORKER));
    var client = Tls.context(worker, of(worker, SpiffeId.HEAD));
    assertThrows(IOException.class, () -> handshake(server, client, Tls.PROTOCOL));
  }

  @Test
  void a_client_of_another_authority_is_refused() {
    var other = CertificateAuthority.create("acme.test", clock, random);
    var head = CredentialSource.fixed(ca.credentials(HEAD));
    var stranger = CredentialSource.fixed(other.credentials(WORKER));
    var server = Tls.context(head, of(head, SpiffeId.WORKER));
    var client = Tls.context(stranger, new PeerVerifier(ca::roots, "acme.test", _ -> true, clock));
    assertThrows(IOException.class, () -> handshake(server, client, Tls.PROTOCOL));
  }

  private PeerVerifier of(CredentialSource own, String role) {
    return PeerVerifier.of(own, id -> id.role().equals(role), clock);
  }

  /** What the server saw of the client, after an octet went each way. */
  private static X509Certificate handshake(SSLContext server, SSLContext client, String protocol)
      throws Exception {
    var loopback = InetAddress.getLoopbackAddress();
    try (var listener =
        (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      listener.setNeedClientAuth(true);
      listener.setEnabledProtocols(new String[] {Tls.PROTOCOL});
      var seen = CompletableFuture.supplyAsync(() -> serve(listener));
      try (var socket =
          (SSLSocket) client.getSocketFactory().createSocket(loopback, listener.getLocalPort())) {
        socket.setEnabledProtocols(new String[] {protocol});
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(1);
        if (socket.getInputStream().read() != 2) throw new IOException("the server hung up");
      }
      return seen.get(10, TimeUnit.SECONDS);
    }
  }

  private static X509Certificate serve(SSLServerSocket listener) {
    try (var socket = (SSLSocket) listener.accept()) {
      socket.setSoTimeout(10_000);
      socket.getInputStream().read();
      socket.getOutputStream().write(2);
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
