package dev.windlass.registrar;

import dev.windlass.identity.PeerVerifier;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Decides on requests; what is asked for at which path. For any thread. */
interface Desk {
  int MAX_BODY = 16 << 10;

  /**
   * @param session of the connection; null if it is not TLS
   */
  record Asked(byte[] body, @Nullable SSLSession session) {}

  /** Null if there is nothing at this path. */
  @Nullable Function<Asked, Answer> at(String path);

  /** Whose certificates are looked at. */
  PeerVerifier peers();
}
