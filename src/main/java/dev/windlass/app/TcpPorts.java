package dev.windlass.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

/** TCP ports of this machine. */
final class TcpPorts {
  private static final int CONNECT_MILLIS = 1_000;

  private TcpPorts() {}

  static boolean isFree(String host, int port) {
    try {
      return bind(host, port) == port;
    } catch (IOException _) {
      return false;
    }
  }

  /** The port, or a free one for 0; a {@link StartFailure} when it is taken. */
  static int take(String host, int port) {
    try {
      return bind(host, port);
    } catch (IOException e) {
      throw new StartFailure(
          "port "
              + port
              + " on "
              + host
              + " cannot be used: "
              + e.getMessage()
              + "\n  choose another one with --port N, or --port 0 for a free one",
          e);
    }
  }

  /** Blocks until somebody listens there; false when nobody does in this time. */
  static boolean awaitListener(ListenAddress at, Duration patience) throws InterruptedException {
    boolean any = at.host().equals("0.0.0.0") || at.host().equals("::");
    var address = new InetSocketAddress(any ? "127.0.0.1" : at.host(), at.port());
    long end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < end) {
      try (var socket = new Socket()) {
        socket.connect(address, CONNECT_MILLIS);
        return true;
      } catch (IOException _) {
        Thread.sleep(20);
      }
    }
    return false;
  }

  private static int bind(String host, int port) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return socket.getLocalPort();
    }
  }
}
