package dev.windlass.log;

import dev.windlass.identity.SpiffeId;
import java.time.InstantSource;
import java.util.OptionalLong;

/** The keys that the log names, and whether they are good. */
final class KeyRegistry {
  static KeyRegistry open(LogConfig config, Sequencing log, InstantSource clock) {
    return new KeyRegistry();
  }

  OptionalLong registration(SpiffeId id) {
    return OptionalLong.empty();
  }

  void catchUp() {}

  void save() {}
}
