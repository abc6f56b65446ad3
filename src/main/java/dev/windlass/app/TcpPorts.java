package dev.windlass.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** TCP ports of this machine. */
final class TcpPorts {
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

  private static int bind(String host, int port) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return socket.getLocalPort();
    }
  }
}
