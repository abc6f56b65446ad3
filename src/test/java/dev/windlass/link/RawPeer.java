package dev.windlass.link;

import dev.windlass.identity.CredentialSource;
import dev.windlass.identity.Tls;
import dev.windlass.protocol.Control;
import dev.windlass.protocol.Encoded;
import dev.windlass.protocol.Message;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** A peer that says what a test wants: octets on a TLS socket, nothing checked. */
final class RawPeer implements AutoCloseable {
  private static final X509TrustManager CREDULOUS =
      new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
          return new X509Certificate[0];
        }
      };

  private final SSLSocket socket;
  private final OutputStream out;
  private final DataInputStream in;

  RawPeer(SSLSocket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    out = socket.getOutputStream();
    in = new DataInputStream(socket.getInputStream());
  }

  /** Null: a peer that has no certificate. */
  static RawPeer dial(@Nullable CredentialSource source, int port) throws IOException {
    return dial(source, port, Tls.PROTOCOL);
  }

  static RawPeer dial(@Nullable CredentialSource source, int port, String protocol)
      throws IOException {
    var socket =
        (SSLSocket) context(source).getSocketFactory().createSocket(Loopback.LOCALHOST, port);
    socket.setEnabledProtocols(new String[] {protocol});
    return new RawPeer(socket);
  }

  static SSLContext context(@Nullable CredentialSource source) {
    try {
      var context = SSLContext.getInstance("TLS");
      var keys = source == null ? new KeyManager[0] : new KeyManager[] {Tls.keyManager(source)};
      context.init(keys, new TrustManager[] {CREDULOUS}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  void handshake() throws IOException {
    socket.startHandshake();
  }

  RawPeer send(byte[] octets) throws IOException {
    out.write(octets);
    out.flush();
    return this;
  }

  RawPeer sendHex(String hex) throws IOException {
    return send(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  RawPeer send(FrameType type, long id, byte[] header, byte[] body) throws IOException {
    return send(octets(Frame.of(type, id, header, body)));
  }

  RawPeer send(FrameType type, long id) throws IOException {
    return send(type, id, new byte[0], new byte[0]);
  }

  RawPeer send(FrameType type, long id, Message message) throws IOException {
    Encoded encoded = Link.encoded(message);
    return send(type, id, encoded.header(), encoded.body());
  }

  /** Hello, and waits for hello-ok. */
  RawPeer greet(int credits) throws IOException {
    send(FrameType.HELLO, 0, new Control.Hello(1, credits, 0, Loopback.report()));
    var answer = read();
    if (answer.type != FrameType.HELLO_OK) throw new AssertionError("not hello-ok: " + answer.type);
    return this;
  }

  Frame read() throws IOException {
    int length = in.readInt();
    var type = FrameType.of(in.readByte());
    if (type == null) throw new AssertionError("unknown type");
    long id = in.readLong();
    byte[] header = in.readNBytes(in.readInt());
    byte[] body = in.readNBytes(length - Frame.LEAST - header.length);
    return Frame.of(type, id, header, body);
  }

  /** The next frame of this type; pings and whatever else is between are skipped. */
  Frame read(FrameType type) throws IOException {
    var frame = read();
    while (frame.type != type) frame = read();
    return frame;
  }

  /** Reads until the other end has closed; fails if it does not. */
  void awaitClosed() {
    try {
      while (in.read() >= 0) {
        // whatever was still under way
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the other end did not close", e);
    } catch (IOException _) {
      // closed: an alert, a reset
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // it is gone
    }
  }

  static byte[] octets(Frame frame) {
    return ByteBuffer.allocate(4 + frame.length())
        .putInt(frame.length())
        .put(frame.type.code)
        .putLong(frame.id)
        .putInt(frame.header.length)
        .put(frame.header)
        .put(frame.body, frame.bodyFrom, frame.bodySize)
        .put(frame.rest)
        .array();
  }
}
