package dev.windlass.link;

/** Where a head listens for links. Text form {@code host:port}, an IPv6 host in brackets. */
public record HeadAddress(String host, int port) {
  public HeadAddress {
    if (host.isBlank() || host.indexOf('[') >= 0 || host.indexOf(']') >= 0)
      throw new IllegalArgumentException("not a host: " + host);
    if (port < 1 || port > 65535)
      throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
  }

  public static HeadAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}"))
      throw new IllegalArgumentException("not host:port: " + text);
    var host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (!bracketed && host.indexOf(':') >= 0)
      throw new IllegalArgumentException("an IPv6 address needs brackets, [::1]:port, not " + text);
    return new HeadAddress(
        bracketed ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(text.substring(colon + 1)));
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
