package dev.windlass.function;

/**
 * What the guest may learn that differs between two runs; only {@link #STRICT} results are
 * compared.
 */
public enum Determinism {
  /**
   * Virtual clock from the request's time, random stream from the request's nonce, no sleep
   * (profile {@code det-1}).
   */
  STRICT("det-1"),
  /** Real clock, real random, capped sleeps (profile {@code nondet}). */
  NONE("nondet");

  private final String profile;

  Determinism(String profile) {
    this.profile = profile;
  }

  /** The word in a result statement (trust annex §2.3). */
  public String profile() {
    return profile;
  }
}
