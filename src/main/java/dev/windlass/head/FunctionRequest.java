package dev.windlass.head;

import dev.windlass.function.Bytes;
import io.vertx.core.MultiMap;

/**
 * One request to a function, read whole.
 *
 * @param method in upper case
 * @param mount the part of the path that chose the function: {@code /fn/<namespace>/<name>} or its
 *     route
 * @param rest what follows the mount in the path: empty or beginning with {@code /}, still
 *     percent-encoded
 * @param query without {@code ?}, or empty
 * @param headers not to be changed
 */
record FunctionRequest(
    String method,
    String mount,
    String rest,
    String query,
    MultiMap headers,
    Bytes body,
    Connection connection) {

  /**
   * Where the request came from and arrived.
   *
   * @param protocol as in SERVER_PROTOCOL, such as {@code HTTP/1.1}
   */
  record Connection(
      String remoteAddress, int remotePort, int localPort, String protocol, boolean tls) {}

  /** The request that a CGI program's local redirect asks for (RFC 3875 §6.2.2). */
  FunctionRequest redirected(String newMount, String newRest, String newQuery) {
    return new FunctionRequest(
        method.equals("HEAD") ? "HEAD" : "GET",
        newMount,
        newRest,
        newQuery,
        headers,
        Bytes.EMPTY,
        connection);
  }
}
