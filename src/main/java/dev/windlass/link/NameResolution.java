package dev.windlass.link;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/** Port: which addresses a name has now. May block. */
@FunctionalInterface
public interface NameResolution {
  /** A name stays what it is: the network resolves it when it is dialled. */
  NameResolution NONE = List::of;

  /** By the resolver of this machine; how long it remembers is the JVM's setting. */
  NameResolution SYSTEM =
      name ->
          Arrays.stream(InetAddress.getAllByName(name)).map(InetAddress::getHostAddress).toList();

  List<String> addresses(String name) throws UnknownHostException;
}
