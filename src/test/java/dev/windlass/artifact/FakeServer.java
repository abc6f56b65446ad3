package dev.windlass.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.windlass.function.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A web server on a loopback port that answers by path as it was told. Strict: a request that is no
 * GET, for a path it was not told about, or with credentials where none belong, fails the test at
 * {@link #close}.
 */
final class FakeServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final SSLContext believes;
  private final Map<String, Page> pages = new TreeMap<>();
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final List<String> breaches = Collections.synchronizedList(new ArrayList<>());

  /** What answers. */
  interface Page {
    void answer(HttpExchange exchange) throws IOException;
  }

  private FakeServer(HttpServer server, SSLContext believes) {
    this.server = server;
    this.believes = believes;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  static FakeServer plain() throws Exception {
    return new FakeServer(HttpServer.create(loopback(), 0), SSLContext.getDefault());
  }

  /** With a certificate of its own for {@code localhost}; {@link #believes} trusts it. */
  static FakeServer secure() throws Exception {
    var keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    var certificate = selfSigned(keys);
    var factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, new char[0]);
    var own = SSLContext.getInstance("TLS");
    own.init(factory.getKeyManagers(), null, null);
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("it", certificate);
    var trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    var believes = SSLContext.getInstance("TLS");
    believes.init(null, trust.getTrustManagers(), null);
    var server = HttpsServer.create(loopback(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(own));
    return new FakeServer(server, believes);
  }

  int port() {
    return server.getAddress().getPort();
  }

  SSLContext believes() {
    return believes;
  }

  FakeServer page(String path, Page page) {
    pages.put(path, page);
    return this;
  }

  FakeServer page(String path, int status, Map<String, String> headers, byte[] body) {
    return page(path, exchange -> send(exchange, status, headers, body));
  }

  /** The paths with their queries, in order. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  void breach(String what) {
    breaches.add(what);
  }

  static void send(HttpExchange exchange, int status, Map<String, String> headers, byte[] body)
      throws IOException {
    headers.forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) exchange.getResponseBody().write(body);
    exchange.close();
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    assertEquals(List.of(), breaches);
  }

  private void handle(HttpExchange exchange) throws IOException {
    var path = exchange.getRequestURI().getPath();
    asked.add(exchange.getRequestURI().toString());
    if (!exchange.getRequestMethod().equals("GET"))
      breach(exchange.getRequestMethod() + " " + path);
    var page = pages.get(path);
    if (page == null) {
      breach("nobody said what is at " + path);
      send(exchange, 404, Map.of(), text("no page"));
      return;
    }
    page.answer(exchange);
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static X509Certificate selfSigned(KeyStore into)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256, new SecureRandom());
    var pair = generator.generateKeyPair();
    var name = new X500Name("CN=localhost");
    var now = Instant.now();
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.ONE,
            Date.from(now.minus(1, ChronoUnit.DAYS)),
            Date.from(now.plus(1, ChronoUnit.DAYS)),
            name,
            pair.getPublic());
    var names = new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost"));
    builder.addExtension(Extension.subjectAlternativeName, false, names);
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
    var encoded = builder.build(signer).getEncoded();
    var certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(encoded));
    into.setKeyEntry("it", pair.getPrivate(), new char[0], new X509Certificate[] {certificate});
    return certificate;
  }

  /** Octets that are a module of that many bytes and of no other use: a header and zeros. */
  static Bytes module(int size) {
    var octets = new byte[size];
    System.arraycopy(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}, 0, octets, 0, 8);
    return Bytes.wrap(octets);
  }
}
