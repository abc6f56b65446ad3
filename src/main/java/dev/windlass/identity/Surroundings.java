package dev.windlass.identity;

import java.security.SecureRandom;
import java.time.InstantSource;

/** What time and chance are to one who renews. */
public record Surroundings(InstantSource clock, SecureRandom random, Delays delays) {
  public static Surroundings real() {
    return new Surroundings(InstantSource.system(), new SecureRandom(), Delays.onVirtualThreads());
  }
}
