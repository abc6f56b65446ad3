package dev.windlass.app;

/**
 * Where a role listens.
 *
 * @param port 0 = a free one
 */
record ListenAddress(String host, int port) {
  /** {@code host:port}, an IPv6 host in brackets. */
  static ListenAddress parse(String role, String text) {
    return parse(role, "listen", text);
  }

  /**
   * @param option without dashes, for what is said of a wrong one
   */
  static ListenAddress parse(String role, String option, String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}"))
      throw new StartFailure(
          "windlass "
              + role
              + ": --"
              + option
              + " is "
              + text
              + ", expected HOST:PORT, such as 127.0.0.1:0");
    var host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    int port = Integer.parseInt(text.substring(colon + 1));
    if (port > 65_535 || !bracketed && host.indexOf(':') >= 0)
      throw new StartFailure(
          "windlass %s: --%s is %s, expected HOST:PORT or [IPV6]:PORT"
              .formatted(role, option, text));
    return new ListenAddress(bracketed ? host.substring(1, host.length() - 1) : host, port);
  }

  ListenAddress withPort(int actual) {
    return new ListenAddress(host, actual);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
